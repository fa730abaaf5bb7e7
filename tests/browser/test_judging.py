"""Saying what one thinks of an answer, with and without JavaScript, by keyboard, in Welsh."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Picture

pytestmark = pytest.mark.browser

ASKED = "/?q=What+is+the+effect+of+mentoring&centre=eef"


def test_without_javascript_a_form_leads_back_with_thanks(plain_page: Page) -> None:
    plain_page.goto(ASKED)
    form = plain_page.locator("details.judge").nth(1)
    form.locator("summary").click()
    expect(form).to_contain_text("your question and your verdict are kept on this server")
    form.get_by_role("button", name="Not useful").click()
    expect(plain_page).to_have_url(re.compile(r"centre=eef.*&thanks=[^#]+#thanks$"))
    back = plain_page.locator("details.judge").nth(1)
    expect(back.get_by_role("status").first).to_contain_text("Thank you.")
    expect(back.get_by_role("button", name="Not useful")).to_be_visible()  # it stays unfolded
    plain_page.get_by_label("If not, why?").select_option("incomplete")
    plain_page.get_by_label("A short note").fill("A trial of 2024.")
    plain_page.locator("section.judge").get_by_role("button", name="Not useful").click()
    expect(plain_page.locator("section.judge #thanks")).to_contain_text("Thank you.")


def test_with_javascript_the_page_stays_and_says_so(page: Page, picture: Picture) -> None:
    page.goto(ASKED)
    page.evaluate("window.kept = true")
    form = page.locator("details.judge").first
    form.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Useful")
    page.keyboard.press("Enter")
    expect(form.get_by_role("status")).to_contain_text("Thank you.")
    expect(page.locator(":focus")).to_have_text("Useful")
    expect(form.get_by_role("button", name="Useful", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    assert page.evaluate("window.kept")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    form.get_by_role("button", name="Not useful").click(force=True)  # once is enough
    assert not asked
    picture(page, "judged")


def test_what_went_wrong_is_said_in_place(page: Page) -> None:
    page.goto(f"{ASKED}&lang=cy")
    page.route("**/feedback?*", lambda route: route.abort(), times=1)
    form = page.locator("section.judge")
    form.get_by_role("button", name="Defnyddiol", exact=True).click()
    expect(form.get_by_role("status")).to_have_text(re.compile("Ni ellid ei anfon"))
    form.get_by_role("button", name="Defnyddiol", exact=True).click()
    expect(form.get_by_role("status")).to_have_text(re.compile("Diolch"))


def test_it_is_accessible(accessible: Accessible) -> None:
    def judge(page: Page) -> None:
        page.locator("details.judge summary").first.click()
        page.locator("details.judge").first.get_by_role("button", name="Not useful").click()
        expect(page.locator("details.judge").first.get_by_role("status")).not_to_be_empty()

    accessible(f"{ASKED}&k=4", judge)
