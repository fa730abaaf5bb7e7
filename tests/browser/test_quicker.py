"""With JavaScript: the same journeys without loading the page, by keyboard, said aloud."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MENTORING = "/?q=What+is+the+effect+of+mentoring"
KEPT = "window.kept = true"
EEF = "Education Endowment Foundation (EEF)"


def _eef(page: Page) -> None:
    page.get_by_role("complementary").get_by_role("link", name=EEF).click()
    expect(page.locator(".chosen li")).to_have_count(1)


def _was_kept(page: Page) -> bool:
    kept: bool = page.evaluate("window.kept === true")
    return kept


def test_a_filter_changes_the_answer_and_not_the_page(page: Page) -> None:
    page.goto(MENTORING)
    page.evaluate(KEPT)
    _eef(page)
    assert _was_kept(page)
    assert "centre=eef" in page.url
    focused = page.evaluate("document.activeElement.dataset.key")
    assert focused == "centre-eef"


def test_what_has_changed_is_announced(page: Page) -> None:
    page.goto(MENTORING)
    voice = page.locator("body > [role=status]")
    assert voice.inner_text() == ""
    _eef(page)
    expect(voice).to_contain_text(re.compile(r"evidence .*passages? from \d+ reports?"))


def test_back_and_forward_bring_answers_back(page: Page) -> None:
    page.goto(MENTORING)
    page.evaluate(KEPT)
    _eef(page)
    page.go_back()
    expect(page.locator(".chosen")).to_have_count(0)
    page.go_forward()
    expect(page.locator(".chosen li")).to_have_count(1)
    assert _was_kept(page)


def test_a_new_question_is_answered_in_place(page: Page) -> None:
    page.goto(MENTORING)
    page.evaluate(KEPT)
    page.get_by_role("searchbox").fill("Do walking buses make pupils late?")
    page.keyboard.press("Enter")
    expect(page.locator(".report h3").first).to_have_text("Walking buses to primary school")
    assert _was_kept(page)
    assert page.title().startswith("Do walking buses")
    assert page.evaluate("document.activeElement.id") == "answer"
    assert page.get_by_role("link", name="Cymraeg").get_attribute("href") == (
        "/?q=Do+walking+buses+make+pupils+late%3F&lang=cy"
    )


def test_what_was_unfolded_stays_unfolded(page: Page) -> None:
    page.goto(MENTORING)
    page.locator("#facet-language > summary").click()
    _eef(page)
    expect(page.locator("#facet-language")).to_have_attribute("open", "")


def test_a_fault_is_shown_by_the_server_s_own_page(page: Page) -> None:
    page.goto(MENTORING)
    page.get_by_label("From", exact=True).fill("2030")
    page.get_by_label("to", exact=True).fill("2010")
    page.get_by_role("button", name="Set years").click()
    expect(page.get_by_role("alert")).to_contain_text("2030")


def test_a_server_that_is_gone_leaves_the_link_a_link(page: Page) -> None:
    page.goto(MENTORING)
    page.route(re.compile("centre=eef"), lambda route: route.abort(), times=1)
    page.evaluate(KEPT)
    page.get_by_role("complementary").get_by_role("link", name=EEF).click()
    expect(page.locator(".chosen li")).to_have_count(1)
    assert not _was_kept(page)


def test_the_whole_journey_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the main part")
    page.keyboard.press("Enter")
    _tab_to(page, "#q")
    page.keyboard.type("What is the effect of mentoring")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_visible()
    _tab_to(page, "[data-key=centre-eef]")
    page.keyboard.press("Enter")
    expect(page.locator(".chosen li")).to_have_count(1)
    assert page.evaluate("document.activeElement.dataset.key") == "centre-eef"
    _tab_to(page, ".meaning > summary")
    page.keyboard.press("Enter")
    expect(page.locator(".meaning").first).to_have_attribute("open", "")
    _tab_to(page, ".why > summary")
    page.keyboard.press("Enter")
    expect(page.locator(".why").first).to_have_attribute("open", "")
    _tab_to(page, ".takeaway a")


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the first of a selector has the focus, which must be seen."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            marked = page.evaluate("getComputedStyle(document.activeElement).boxShadow !== 'none'")
            assert marked, f"{selector} has the focus, which is not seen"
            return
    pytest.fail(f"{selector} cannot be reached by Tab")
