"""The widget in hostile pages, and over hostile reports, in Chromium."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.watching import keep_picture
from tests.browser.widgets import QUESTION, ask, element

pytestmark = pytest.mark.browser

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
