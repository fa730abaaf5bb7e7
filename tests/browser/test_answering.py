"""The answer: read, narrowed, compared and taken away, with and without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Accessible, Affordable, Picture
from tests.browser.watching import open_context

pytestmark = pytest.mark.browser

DIFFER = "/?q=What+is+the+effect+of+mentoring"
WALKING = "/?q=Do+walking+buses+make+pupils+late%3F"
NOTHING = "/?q=Do+beekeepers+need+parachutes+on+Mars%3F"
VALUE = "/?q=Is+teaching+phonics+worth+the+money%3F"


@pytest.fixture(params=["with", "without"])
def either(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    """A page with and one without JavaScript."""
    with open_context(browser, site, java_script_enabled=request.param == "with") as context:
        yield context.new_page()


def _unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def test_a_report_is_shown_with_rating_page_and_reasons(either: Page) -> None:
    either.goto(WALKING)
    report = either.locator(".report").first
    expect(report.get_by_role("heading", level=3)).to_have_text("Walking buses to primary school")
    expect(report).to_contain_text("Education Endowment Foundation (EEF) · 2021 · PDF")
    expect(report.get_by_role("img", name="3 of 5 padlocks")).to_be_visible()
    expect(report.get_by_role("img", name="2 of 5 pound signs")).to_be_visible()
    expect(report).to_contain_text("Page 3 (printed 1)")
    assert report.locator("mark").first.inner_text().startswith("Pupils who joined a walking bus")
    report.get_by_text("What the rating means").click()
    expect(report.locator("tr.here").first).to_contain_text("moderate (this rating)")
    report.get_by_text("Why this ranked 1").click()
    expect(report).to_contain_text("By meaning: place 1 of all passages.")
    report.locator("summary", has_text="Cite").click()
    expect(report.locator(".citation")).to_contain_text("(2021). Walking buses to primary school.")


def test_a_filter_is_a_link_with_its_count_and_can_be_taken_away(either: Page) -> None:
    either.goto(DIFFER)
    filters = either.get_by_role("complementary")
    row = filters.get_by_role("listitem").filter(has_text="Education Endowment Foundation (EEF)")
    count = int(row.locator(".count").inner_text().rpartition(":")[2])
    assert count >= 1
    row.get_by_role("link").click()
    expect(either).to_have_url(re.compile("centre=eef"))
    expect(either.locator(".chosen li")).to_have_count(1)
    expect(either.locator(".about").filter(has_text="Youth Endowment Fund")).to_have_count(0)
    either.locator(".chosen li a").click()
    expect(either).not_to_have_url(re.compile("centre=eef"))
    expect(either.locator(".chosen")).to_have_count(0)


def test_every_kind_of_filter_is_there(plain_page: Page) -> None:
    plain_page.goto(WALKING)
    names = plain_page.locator(".facet > summary").all_inner_texts()
    assert names == [
        "Centre", "Topic", "Year", "Strength of evidence", "Cost", "Direction", "Study design",
        "Kind of document", "Nation", "Language",
    ]  # fmt: skip


def test_years_can_be_set(either: Page) -> None:
    either.goto(WALKING)
    either.get_by_label("From", exact=True).fill("2021")
    either.get_by_role("button", name="Set years").click()
    expect(either.locator(".chosen li")).to_contain_text("From 2021")
    expect(either.locator(".report").first).to_contain_text("2021")


def test_more_passages_can_be_shown(either: Page) -> None:
    either.goto(DIFFER)
    assert either.locator(".hit").count() == 10
    either.get_by_role("link", name="Show 20 passages").click()
    expect(either.locator(".hit")).to_have_count(20)


def test_nothing_found_is_set_apart(either: Page, picture: Picture) -> None:
    either.goto(NOTHING)
    expect(either.locator("#answer")).to_have_text("No evidence found in this library.")
    misses = either.get_by_role("region", name="Nearest passages, not likely to answer")
    expect(misses).to_contain_text("Do not quote them as an answer")
    assert misses.locator(".hit").count() >= 1
    assert either.get_by_role("region", name=re.compile("passages? from")).count() == 0
    picture(either, "nothing-found")


def test_verdicts_that_differ_stand_side_by_side(page: Page, picture: Picture) -> None:
    page.goto(DIFFER)
    differ = page.get_by_role("region", name="Verdicts differ")
    assert len(differ.get_by_role("heading", level=3).all()) >= 2
    assert differ.locator("q").count() >= 2
    tops = {round(each.bounding_box()["y"]) for each in differ.locator(".verdict").all()}  # type: ignore[index]
    assert len(tops) == 1
    picture(page, "verdicts")


def test_pictures_have_a_table_beneath(either: Page, picture: Picture) -> None:
    either.goto(VALUE)
    either.get_by_text("Strength against cost").click()
    value = either.locator("#value")
    expect(value.get_by_role("img")).to_be_visible()
    expect(value.get_by_role("table")).to_contain_text("Phonics")
    either.get_by_text("Where there is evidence, and where there is none").click()
    chart = either.locator("#map")
    chart.get_by_label("Rows").select_option("outcome")
    chart.get_by_role("button", name="Draw").click()
    expect(either).to_have_url(re.compile("rows=outcome"))
    expect(either.locator("#map").get_by_role("table")).to_contain_text("Reading")
    picture(either, "pictures")


def test_hostile_words_of_a_report_stay_words(page: Page) -> None:
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    page.goto("/?q=Does+a+%3Cscript%3Ealert(1)%3C/script%3E+harm+a+page")
    expect(page.locator(".hit").first).to_contain_text("<script>alert(1)</script>")
    assert page.locator("main script, main img").count() == 0
    assert not alerts


def test_the_answer_can_be_taken_away(plain_page: Page, site: str) -> None:
    plain_page.goto(WALKING)
    links = plain_page.locator(".takeaway a, .why a, .tools a")
    addresses = [link.get_attribute("href") or "" for link in links.all()]
    assert len(addresses) >= 10
    for address in dict.fromkeys(addresses):
        assert plain_page.request.get(f"{site}{address}").ok, address


def test_reports_can_be_ticked_for_comparison(either: Page) -> None:
    either.goto(DIFFER)
    for box in either.get_by_role("checkbox", name="Compare").all()[:2]:
        box.check()
    with either.expect_request(re.compile("/compare")) as asked:
        either.get_by_role("button", name="Compare the ticked reports").click()
    assert asked.value.url.count("report=") == 2


def test_it_prints_the_evidence_and_not_the_controls(page: Page) -> None:
    page.goto(WALKING)
    page.emulate_media(media="print")
    expect(page.locator("blockquote").first).to_be_visible()
    expect(page.locator(".rating").first).to_be_visible()
    for gone in ("nav.main", ".filters", ".takeaway", ".why >> nth=0", "button >> nth=0"):
        expect(page.locator(gone)).to_be_hidden()


@pytest.mark.parametrize("path", [DIFFER, WALKING, NOTHING, VALUE + "&lang=cy"])
def test_every_answer_is_accessible(accessible: Accessible, path: str) -> None:
    accessible(f"{path}&k=4", _unfold)  # the fifth passage has nothing that the fourth has not


@pytest.mark.parametrize("path", [DIFFER, WALKING, NOTHING, DIFFER + "&k=50"])
def test_every_answer_is_light(affordable: Affordable, path: str) -> None:
    assert affordable(path).requests <= 8
