"""The widget in pages of another origin, in Chromium: what it does, and what they make of it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.hosts import site_key
from tests.browser.watching import keep_picture
from tests.browser.widgets import DATALIST, QUESTION, ask, element

pytestmark = pytest.mark.browser


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
