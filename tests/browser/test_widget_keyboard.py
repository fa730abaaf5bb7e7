"""The widget by keyboard, by ear and by axe-core, in Chromium."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.watching import WINDOWS, faults_in_modes, keep_picture
from tests.browser.widgets import DATALIST, ask, element

pytestmark = pytest.mark.browser


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


@pytest.mark.parametrize("window", list(WINDOWS))
def test_axe_finds_no_fault(visit: Visit, key: str, window: str) -> None:
    body = element(key, inside=DATALIST)
    page = visit(body, bypass_csp=True, **WINDOWS[window])
    ask(page)
    page.get_by_role("combobox").fill("wor")
    expect(page.get_by_role("listbox")).to_be_visible()
    keep_picture(page, f"widget-{window}")
    assert faults_in_modes(page, window) == []
