"""Reading in a real browser: reports, pages of PDFs, comparing, centres, related studies."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bookcase import PDF
from tests.browser.conftest import Accessible, Affordable, Picture
from tests.browser.watching import open_context

pytestmark = pytest.mark.browser

QUESTION = "what does a walking bus cost"
PAGES = (
    "/centres",
    "/centres/eef",
    "/about",
    "/status",
    "/related",
    "/compare",
    "/compare?report=eef-mentoring&report=yef-mentoring&q=violence",
    "/related?report=yef-mentoring",
    "/reports/yef-mentoring?q=does+mentoring+cut+crime",
    "/reports/eef-mentoring?lang=cy",
)


@pytest.fixture(scope="module")
def walking(site: str, browser: Browser) -> str:
    """The id of the PDF's report, as the site's answer links to it."""
    with open_context(browser, site) as context:
        page = context.new_page()
        page.goto(f"/?q={QUESTION}&centre=eef")
        link = page.locator("a[href^='/reports/walking']").first.get_attribute("href") or ""
    found = re.match(r"/reports/([^/?#]+)", link)
    assert found
    return found[1]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_light(
    path: str, accessible: Accessible, affordable: Affordable
) -> None:
    accessible(path)
    affordable(path)


def test_the_page_of_a_pdf_is_accessible_and_light(
    walking: str, accessible: Accessible, affordable: Affordable
) -> None:
    accessible(f"/reports/{walking}/pages/4")
    affordable(f"/reports/{walking}/pages/4")


def test_from_the_report_to_the_marked_page_and_back(
    plain_page: Page, walking: str, picture: Picture
) -> None:
    page = plain_page
    page.goto(f"/reports/{walking}?q={QUESTION}")
    page.get_by_role("link", name="See it on its page").first.click()
    shown = page.locator("figure img")
    expect(shown).to_have_js_property("complete", value=True)
    assert shown.evaluate("image => image.naturalWidth") >= 800
    expect(page.locator(".words mark")).to_contain_text("40 pounds")
    expect(page.get_by_text("printed as 2")).to_be_visible()
    picture(page, "reading-a-pdf-page")
    page.get_by_role("link", name="Previous page").click()
    expect(page.get_by_text("does not stand on this page")).to_be_visible()
    page.get_by_role("link", name="Go to its page").click()
    page.get_by_label("Page", exact=True).fill("1")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("Page 1 of 4")).to_be_visible()
    page.get_by_role("link", name="Back to the report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Walking buses to primary school")


def test_from_the_answer_to_the_marked_page(plain_page: Page, walking: str) -> None:
    plain_page.goto(f"/?q={QUESTION}&centre=eef")
    plain_page.locator(f"a[href^='/reports/{walking}/pages/4']").first.click()
    expect(plain_page.locator(".words .here")).to_contain_text("cost 40 pounds a pupil")
    expect(plain_page.get_by_text("Shaded, with a bar beside it")).to_be_visible()


def test_comparing_by_keyboard_alone(page: Page) -> None:
    page.goto("/reports/yef-mentoring")
    page.get_by_role("link", name="Compare with others").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare reports")
    page.get_by_role("link", name=re.compile("^Add ")).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("thead th")).to_have_count(2)
    page.get_by_role("link", name=re.compile("^Remove")).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("thead th")).to_have_count(1)


def test_a_file_finds_what_is_near(plain_page: Page, tmp_path: Path) -> None:
    (tmp_path / "trial.pdf").write_bytes(PDF)
    plain_page.goto("/related")
    plain_page.get_by_label(re.compile("or a file")).set_input_files(tmp_path / "trial.pdf")
    plain_page.get_by_role("button", name="Find").click()
    expect(plain_page.get_by_role("heading", name="Nearest first")).to_be_visible()
    expect(plain_page.locator(".near").first).to_contain_text("entoring")


def test_a_fault_is_announced_and_what_was_sent_stays(plain_page: Page) -> None:
    plain_page.goto("/related")
    plain_page.get_by_label("An abstract, or a few paragraphs").fill("too short")
    plain_page.get_by_role("button", name="Find").click()
    expect(plain_page.get_by_role("alert")).to_contain_text("must be from 20")
    expect(plain_page.get_by_label("An abstract, or a few paragraphs")).to_have_value("too short")


def test_hostile_words_run_nothing(page: Page) -> None:
    page.goto("/?q=escaped+words+harm")
    page.locator("a[href^='/reports/hostile']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>")
