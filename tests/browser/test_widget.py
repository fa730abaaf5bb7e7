"""The widget in pages of another origin, in Chromium: allowed, denied, strict and hostile ones."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from api.keys.store import KeyStore
from api.keys.types import Quota, utc_now
from corpus.home import Home
from tests.browser.hosts import HostPage, document, hosting, site_key
from tests.browser.watching import MODES, faults_of, keep_picture, open_context, runs_over

pytestmark = pytest.mark.browser

QUESTION = "Do walking buses make pupils arrive on time?"
SUGGESTED = ("Does mentoring reduce crime?", "Do walking buses work?", "Is class size worth it?")
DATALIST = f"<datalist>{''.join(f'<option>{each}</option>' for each in SUGGESTED)}</datalist>"

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def pages() -> dict[str, HostPage]:
    return {}


@pytest.fixture(scope="module")
def host(pages: dict[str, HostPage]) -> Iterator[str]:
    with hosting(pages) as address:
        yield address


@pytest.fixture(scope="module")
def stranger(pages: dict[str, HostPage]) -> Iterator[str]:
    """A site that no key names, with the same pages."""
    with hosting(pages) as address:
        yield address


@pytest.fixture(scope="module")
def key(home: Path, host: str) -> str:
    return site_key(home, host)[1]


@pytest.fixture
def errors() -> list[str]:
    return []


@pytest.fixture
def visit(
    browser: Browser, pages: dict[str, HostPage], host: str, site: str, errors: list[str]
) -> Iterator[Visit]:
    """Opens a page of the other site; `body` is put into it and `{site}` filled in."""
    opened: list[BrowserContext] = []

    def go(
        body: str,
        *,
        head: str = "",
        csp: str = "",
        at: str = host,
        lang: str = "en",
        **options: Any,  # noqa: ANN401
    ) -> Page:
        script = f'<script src="{site}/widget.js" async></script>'
        html = document(body, (head or "{script}").replace("{script}", script), lang)
        headers = {"Content-Security-Policy": csp.replace("{site}", site)} if csp else {}
        pages["/page"] = HostPage(html, headers)
        context = open_context(browser, at, **options)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: errors.append(f"a dialog: {dialog.message}"))
        page.goto("/page")
        return page

    yield go
    for context in opened:
        context.close()


def element(key: str, more: str = "", inside: str = "") -> str:
    link = '<a href="https://library.example/">Search the evidence</a>'
    return f'<evidence-search key="{key}" {more}>{inside}{link}</evidence-search>'


def ask(page: Page, question: str = QUESTION, nth: int = 0) -> Locator:
    """Ask in the widget; gives it once something was told."""
    widget = page.locator("evidence-search").nth(nth)
    widget.get_by_label("Ask what the evidence says").last.fill(question)
    widget.get_by_role("button").click()
    told = widget.locator("[part=status]")
    expect(told).not_to_have_text(re.compile("^$|Searching"))
    return widget


def watch_denied(page: Page) -> list[str]:
    """The addresses whose answers the browser keeps from the page, as they come."""
    denied: list[str] = []
    page.on("requestfailed", lambda request: denied.append(request.url))
    return denied


# where it works


def test_it_answers_under_a_strict_policy(
    visit: Visit, key: str, site: str, errors: list[str]
) -> None:
    asked: list[str] = []
    policy = "default-src 'none'; script-src {site}; connect-src {site}"
    policy += "; require-trusted-types-for 'script'"
    page = visit(element(key), csp=policy)
    page.on("request", lambda request: asked.append(request.url))
    widget = ask(page)
    result = widget.get_by_role("listitem").first
    expect(result.get_by_role("heading", level=3)).to_have_text("Walking buses to primary school")
    expect(result).to_contain_text("Education Endowment Foundation")
    expect(result).to_contain_text("2021")
    expect(result.locator("blockquote").first).to_contain_text("arrived late less often")
    expect(result.locator("mark").first).to_be_visible()
    expect(result.locator("[part=page]").first).to_have_text("Page 3 (printed 1)")
    expect(widget.locator("[part=status]")).to_contain_text("evidence")
    expect(widget.locator("[part=confidence]")).to_contain_text("%")
    whole = widget.get_by_role("link", name="The whole answer")
    assert str(whole.get_attribute("href")).startswith(f"{site}/?q=Do%20walking")
    assert [url.partition("?")[0] for url in asked] == [f"{site}/v1/search"]
    assert not errors
    keep_picture(page, "widget")


def test_a_rating_is_in_its_centre_s_words(visit: Visit, key: str) -> None:
    widget = ask(visit(element(key, 'centre="eef"')), "Is reducing class size worth the money?")
    rated = widget.get_by_role("listitem").filter(has_text="class size").first
    expect(rated.locator("[part=rating]")).to_contain_text("EvidenceVery limited")
    expect(rated.locator("[part=rating]")).to_contain_text("CostVery high")
    expect(rated.locator("[part=summary]")).to_contain_text("A summary")


def test_it_keeps_nothing(visit: Visit, key: str) -> None:
    page = visit(element(key))
    ask(page)
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("indexedDB.databases()") == []


def test_nothing_found_is_said(visit: Visit, key: str) -> None:
    widget = ask(visit(element(key)), "What is the boiling point of tungsten carbide?")
    expect(widget.locator("[part=status]")).to_contain_text("Nothing was found in this library")
    expect(widget.locator("[part=status]")).to_contain_text("not the same as evidence of no effect")
    expect(widget.locator("[part=further]")).to_have_text("The nearest passages:")


def test_it_speaks_welsh(visit: Visit, key: str) -> None:
    for page in (visit(element(key, 'lang="cy"')), visit(element(key), lang="cy")):
        widget = page.locator("evidence-search")
        widget.get_by_label("Gofynnwch").last.fill(QUESTION)
        widget.get_by_role("button", name="Gofyn").click()
        expect(widget.locator("[part=confidence]")).to_contain_text("tebygolrwydd")
        expect(widget.locator("blockquote").first).to_have_attribute("lang", "en")


def test_several_stand_in_one_page(visit: Visit, home: Path, host: str, key: str) -> None:
    _, narrow = site_key(home, host, centres=("youth-endowment-fund",))
    page = visit(element(key, 'centre="eef"') + element(narrow))
    first, second = ask(page, nth=0), ask(page, "Does mentoring reduce crime?", nth=1)
    expect(first.locator("[part=about]").first).to_contain_text("Education Endowment")
    for about in second.locator("[part=about]").all_text_contents():
        assert "Youth Endowment Fund" in about
    assert first.locator("[part=about]").count()


def test_a_page_without_javascript_has_a_link(visit: Visit, key: str) -> None:
    page = visit(element(key, inside=DATALIST), java_script_enabled=False)
    expect(page.get_by_role("link", name="Search the evidence")).to_be_visible()
    expect(page.get_by_text("Does mentoring reduce crime?")).to_be_hidden()


# where it does not


def test_a_site_that_the_key_does_not_name_gets_nothing(
    visit: Visit, key: str, stranger: str
) -> None:
    page = visit(element(key), at=stranger)
    denied = watch_denied(page)
    widget = ask(page)
    expect(widget.locator("[part=status]")).to_contain_text("cannot be reached")  # as it seems
    assert len(denied) == 1
    assert widget.get_by_role("listitem").count() == 0
    expect(widget.get_by_role("link", name="Search on its own site")).to_be_visible()
    read = "key => fetch(key).then(answer => answer.text(), () => 'nothing')"
    assert page.evaluate(read, denied[0]) == "nothing"
    assert page.evaluate(read, denied[0].partition("&key=")[0]) == "nothing"
    assert httpx.get(denied[0], headers={"origin": stranger}).status_code == 403


def test_a_sandboxed_frame_has_no_origin_and_gets_nothing(
    visit: Visit, key: str, site: str
) -> None:
    inner = f"<script src='{site}/widget.js'></script>{element(key)}".replace('"', "&quot;")
    frame = f'<iframe sandbox="allow-scripts allow-forms" srcdoc="{inner}"></iframe>'
    page = visit(frame, head="<!-- -->")
    denied = watch_denied(page)
    widget = page.frame_locator("iframe").locator("evidence-search")
    widget.get_by_role("searchbox").fill(QUESTION)
    widget.get_by_role("button").click()
    expect(widget.locator("[part=status]")).to_contain_text("cannot be reached")
    assert len(denied) == 1
    assert httpx.get(denied[0], headers={"origin": "null"}).status_code == 403


def test_a_revoked_key_gets_nothing_more(visit: Visit, home: Path, host: str) -> None:
    key, text = site_key(home, host)
    page = visit(element(text))
    assert ask(page).get_by_role("listitem").count()
    KeyStore(Home(home).keys).revoke(key.key_id, who="bob", now=utc_now())
    assert ask(page).get_by_role("listitem").count() == 0


def test_a_spent_quota_is_told_with_the_wait(visit: Visit, home: Path, host: str) -> None:
    _, key = site_key(home, host, quota=Quota(1, 100))
    page = visit(element(key))
    ask(page)
    expect(ask(page).locator("[part=status]")).to_have_text(re.compile(r"Try again in \d+ seconds"))


def test_what_a_scope_leaves_out_is_told(visit: Visit, home: Path, host: str) -> None:
    _, key = site_key(home, host, centres=("eef",))
    widget = ask(visit(element(key, 'centre="nice"')))
    expect(widget.locator("[part=status]")).to_contain_text("may not use this search")


# hostile pages, hostile reports

_HOSTILE_CSS = """<style>
* { color: red !important; font-size: 0 !important; visibility: hidden !important;
    direction: rtl !important; letter-spacing: 2em !important;
    text-transform: uppercase !important; pointer-events: none !important; }
evidence-search { opacity: 0 !important; }
evidence-search, div, p, ol, li, form, input, button { display: none !important; }
</style>"""
_HOSTILE_BEFORE = """<script>
const fail = () => { throw new Error("broken by the page"); };
const ruin = (where, names) => {
  for (let i = 0; i < names.length; i += 1) where[names[i]] = fail;
};
ruin(Array.prototype, ["map", "forEach", "filter", "join", "push", "concat", "reduce", "includes"]);
ruin(Element.prototype, ["append", "prepend", "replaceChildren", "matches", "closest"]);
ruin(Object.prototype, ["toString", "body", "headers", "bubbles", "signal", "integrity", "class"]);
Array.prototype.toJSON = () => "wrong";
Array.prototype[Symbol.iterator] = fail;
Function.prototype.apply = fail;
</script>"""
_HOSTILE_AFTER = """
ruin(Node.prototype, ["appendChild", "removeChild", "insertBefore"]);
ruin(Element.prototype, ["setAttribute", "getAttribute", "attachShadow", "getElementsByTagName"]);
ruin(String.prototype, ["trim", "split", "slice", "toLowerCase", "indexOf", "charCodeAt"]);
ruin(document, ["createElement", "createTextNode"]);
ruin(EventTarget.prototype, ["addEventListener", "dispatchEvent"]);
ruin(Function.prototype, ["call", "bind"]);
ruin(Promise.prototype, ["then", "catch"]);
ruin(Response.prototype, ["json", "text"]);
ruin(JSON, ["parse", "stringify"]);
ruin(Math, ["round"]);
ruin(window, ["fetch", "setTimeout", "encodeURIComponent", "URL", "CustomEvent"]);
Headers.prototype.get = AbortController.prototype.abort = fail;
Object.defineProperty(Node.prototype, "textContent", {set: fail, get: fail});
Object.defineProperty(HTMLInputElement.prototype, "value", {set: fail, get: fail});
"""


def test_a_hostile_page_neither_breaks_nor_paints_it(
    visit: Visit, key: str, site: str, errors: list[str]
) -> None:
    head = f'{_HOSTILE_CSS}{_HOSTILE_BEFORE}<script src="{site}/widget.js"></script>'
    page = visit(element(key) + f"<script>{_HOSTILE_AFTER}</script>", head=head)
    widget = page.locator("evidence-search")
    widget.locator("input").fill(QUESTION)
    widget.locator("button").click()
    quotation = widget.locator("blockquote").first
    expect(quotation).to_contain_text("walking bus")
    expect(quotation).to_be_visible()
    expect(quotation).to_have_css("color", "rgb(22, 32, 42)")
    expect(quotation).to_have_css("font-size", "16px")
    expect(quotation).to_have_css("direction", "ltr")
    expect(quotation).to_have_css("text-transform", "none")
    assert not [each for each in errors if "broken by the page" in each]
    keep_picture(page, "widget-hostile-page")


def test_its_own_styles_stay_inside(visit: Visit, key: str) -> None:
    page = visit(element(key) + "<button id='theirs'>x</button><mark>y</mark>")
    ask(page)
    expect(page.locator("#theirs")).not_to_have_css("background-color", "rgb(11, 93, 59)")
    assert page.evaluate("document.adoptedStyleSheets.length + document.styleSheets.length") == 0


def test_hostile_reports_are_text(visit: Visit, key: str, errors: list[str]) -> None:
    page = visit(element(key))
    widget = ask(page, "Does <script>alert(1)</script> harm a page?")
    hostile = widget.get_by_role("listitem").filter(has_text="A title with")
    expect(hostile.get_by_role("heading")).to_have_text(
        "A title with <script>alert(1)</script> in it"
    )
    quotation = hostile.locator("blockquote").first
    expect(quotation).to_contain_text("<img src=x onerror=alert(2)>")
    expect(quotation).to_contain_text("\u202egnirts")
    for isolated in (quotation, hostile.locator("bdi").first):
        expect(isolated).to_have_css("unicode-bidi", "isolate")
    within = "document.querySelector('evidence-search').shadowRoot"
    assert page.evaluate(f"{within}.querySelectorAll('img, script').length") == 0
    assert not errors


def test_bidi_controls_turn_nothing_around_them(visit: Visit, key: str) -> None:
    """What follows an unclosed override within the widget is laid out from left to right."""
    page = visit(element(key))
    ask(page, "Does <script>alert(1)</script> harm a page?")
    left_to_right = page.evaluate("""() => {
      const root = document.querySelector("evidence-search").shadowRoot;
      const after = root.querySelector("[part=more] a").firstChild;
      const place = (i) => {
        const range = document.createRange();
        range.setStart(after, i);
        range.setEnd(after, i + 1);
        return range.getBoundingClientRect().left;
      };
      return place(0) < place(3);
    }""")
    assert left_to_right


# by keyboard, by ear


def test_it_is_used_by_keyboard_alone(visit: Visit, key: str) -> None:
    page = visit("<a href='#before'>before</a>" + element(key, inside=DATALIST))
    box = page.get_by_role("combobox", name="Ask what the evidence says")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.get_by_role("link", name="before").focus()
    page.keyboard.press("Tab")
    expect(box).to_be_focused()
    page.keyboard.type("wor")
    options = page.get_by_role("option")
    expect(options).to_have_text(["Do walking buses work?", "Is class size worth it?"])
    expect(page.locator("[part=hint]")).to_have_text("2 suggestions, use the arrow keys")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "option-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(box).to_have_attribute("aria-activedescendant", "")
    page.keyboard.press("ArrowUp")
    expect(box).to_have_attribute("aria-activedescendant", "option-1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("wor")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Do walking buses work?")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_role("heading", name="Walking buses")).to_be_visible()
    expect(box).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = "document.activeElement.shadowRoot.activeElement.tagName"
    assert page.evaluate(focused) == "A"


def test_suggestions_are_chosen_by_pointer(visit: Visit, key: str) -> None:
    page = visit(element(key, inside=DATALIST))
    page.get_by_role("combobox").fill("walk")
    page.get_by_role("option", name="Do walking buses work?").click()
    expect(page.get_by_role("heading", name="Walking buses")).to_be_visible()


def test_what_happens_is_announced(visit: Visit, key: str) -> None:
    page = visit(element(key))
    page.get_by_role("button", name="Ask").click()
    status = page.locator("evidence-search").get_by_role("status").first
    expect(status).to_have_text("Type a question first.")
    expect(page.get_by_role("searchbox")).to_be_focused()
    ask(page)
    expect(status).to_contain_text("likely to answer")


@pytest.mark.parametrize("mode", list(MODES))
def test_axe_finds_no_fault(visit: Visit, key: str, mode: str) -> None:
    body = element(key, inside=DATALIST)
    page = visit(body, bypass_csp=True, **MODES[mode])
    ask(page)
    page.get_by_role("combobox").fill("wor")
    expect(page.get_by_role("listbox")).to_be_visible()
    assert faults_of(page, contrast=mode != "forced") == []
    assert not runs_over(page)
    keep_picture(page, f"widget-{mode}")


# for the page it stands in


def test_the_page_hears_and_may_prevent(visit: Visit, key: str) -> None:
    page = visit(element(key))
    page.evaluate("""() => {
      window.heard = [];
      for (const name of ["search", "results", "error", "select"])
        document.addEventListener(`evidence-${name}`, (event) => {
          heard.push([name, event.detail]);
          if (window.prevented === name) event.preventDefault();
        });
    }""")
    widget = ask(page)
    page.evaluate("window.prevented = 'select'")
    widget.get_by_role("listitem").get_by_role("link").first.click()
    heard: list[tuple[str, dict[str, Any]]] = page.evaluate("heard")
    assert [name for name, _ in heard] == ["search", "results", "select"]
    assert heard[0][1] == {"question": QUESTION}
    assert heard[1][1]["answer"]["hits"]
    assert heard[2][1]["url"].startswith("http")
    assert "/page" in page.url
    page.evaluate("window.prevented = 'search'")
    page.evaluate("document.querySelector('evidence-search').search('anything else')")
    assert page.evaluate("heard.length") == 4
    expect(widget.get_by_role("listitem")).to_have_count(0)


def test_a_page_may_dress_it(visit: Visit, key: str) -> None:
    css = """<style>evidence-search { --evidence-accent: rgb(1, 2, 3); max-width: 300px; }
      evidence-search::part(label) { font-size: 40px; }</style>{script}"""
    page = visit(element(key, 'label="Gofyn i ni"'), head=css)
    expect(page.get_by_role("button")).to_have_css("background-color", "rgb(1, 2, 3)")
    expect(page.get_by_text("Gofyn i ni")).to_have_css("font-size", "40px")
    box = page.locator("evidence-search").bounding_box()
    assert box
    assert box["width"] == 300


def test_the_last_question_wins(visit: Visit, key: str) -> None:
    page = visit(element(key))
    page.wait_for_function("Boolean(customElements.get('evidence-search'))")
    page.evaluate("""() => {
      const widget = document.querySelector("evidence-search");
      window.results = [];
      widget.addEventListener("evidence-results", (event) => results.push(event.detail.question));
      widget.search("mentoring");
      widget.search("walking buses");
    }""")
    page.wait_for_function("results.length > 0")
    expect(page.get_by_role("heading", name="Walking buses")).to_be_visible()
    assert page.evaluate("results") == ["walking buses"]
