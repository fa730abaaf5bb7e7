"""Asking: the question box, examples, recent questions, faults and languages."""

import re
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Accessible, Affordable, Picture
from tests.browser.watching import open_context

pytestmark = pytest.mark.browser

QUESTION = "Does mentoring keep young people out of crime?"


def _ask(page: Page, question: str) -> None:
    page.get_by_role("searchbox").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_url(lambda url: question in unquote_plus(url))
    expect(page.locator("#answer")).to_be_visible()


def _examples(page: Page) -> list[str]:
    section = page.get_by_role("region", name="Questions this library can answer")
    return section.get_by_role("link").all_inner_texts()


def test_an_example_can_be_answered(plain_page: Page) -> None:
    plain_page.goto("/")
    examples = _examples(plain_page)
    assert len(examples) >= 4
    for example in examples[:2]:
        plain_page.goto("/")
        plain_page.get_by_role("link", name=example).click()
        assert "No evidence found" not in plain_page.locator("#answer").inner_text()


def test_a_question_can_be_narrowed_before_it_is_asked(plain_page: Page) -> None:
    plain_page.goto("/")
    plain_page.get_by_text("Narrow it before you ask").click()
    plain_page.get_by_label("Scotland").check()
    _ask(plain_page, "Do walking buses make pupils late?")
    assert plain_page.locator(".report").count() == 1
    expect(plain_page.get_by_role("link", name="Remove filter: Scotland").first).to_be_visible()


def test_recent_questions_stay_on_the_device(page: Page, picture: Picture) -> None:
    sent: list[str] = []
    page.goto("/")
    expect(page.locator("#recent")).to_be_hidden()
    _ask(page, QUESTION)
    _ask(page, "Is reducing class size worth the money?")
    page.on("request", lambda request: sent.append(request.url))
    page.goto("/")
    recent = page.get_by_role("region", name="Your recent questions")
    assert recent.get_by_role("link").all_inner_texts() == [
        "Is reducing class size worth the money?",
        QUESTION,
    ]
    assert not any("mentoring" in url for url in sent)
    picture(page, "recent-questions")
    recent.get_by_role("button", name="Clear recent questions").click()
    expect(recent).to_be_hidden()
    page.reload()
    expect(page.locator("#recent")).to_be_hidden()


def test_what_others_left_in_the_browser_s_store_does_no_harm(page: Page) -> None:
    page.goto("/")
    left = '[{"question": "<b>x</b>", "address": "javascript:alert(1)"}, 3, null]'
    page.evaluate("left => localStorage.setItem('evidence-recent', left)", left)
    page.reload()
    expect(page.locator("#recent")).to_be_hidden()


def test_a_fault_leads_to_its_field(plain_page: Page, picture: Picture) -> None:
    plain_page.goto("/?q=mentoring&year_from=soon")
    assert plain_page.title().startswith("Error: ")
    summary = plain_page.get_by_role("alert")
    expect(summary).to_contain_text("The first year must be a whole number.")
    summary.get_by_role("link").click()
    assert plain_page.url.endswith("#year_from")
    field = plain_page.get_by_label("From")
    assert field.get_attribute("aria-invalid") == "true"
    assert field.input_value() == "soon"
    picture(plain_page, "fault")


def test_welsh_by_preference_and_by_choice(browser: Browser, site: str, picture: Picture) -> None:
    with open_context(browser, site, locale="cy-GB") as context:
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            re.compile("Beth mae.r dystiolaeth yn ei ddweud")
        )
        picture(page, "welsh-ask")
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What does the evidence say?")
        _ask(page, QUESTION)
        expect(page.get_by_role("link", name="Centres")).to_have_attribute(
            "href", "/centres?lang=en"
        )
        page.get_by_role("link", name="Cymraeg").click()
        expect(page.locator("#answer")).to_contain_text("Tystiolaeth")
        assert page.get_by_role("searchbox").input_value() == QUESTION
        picture(page, "welsh-answer")


@pytest.mark.parametrize("path", ["/?q=mentoring&year_from=soon", "/?lang=cy", "/docs", "/nowhere"])
def test_pages_are_accessible(accessible: Accessible, path: str) -> None:
    accessible(path)


def test_the_ticks_before_asking_are_accessible(accessible: Accessible) -> None:
    accessible("/", lambda page: page.get_by_text("Narrow it before you ask").click())


def test_the_page_is_light(affordable: Affordable) -> None:
    assert affordable("/").requests <= 6
