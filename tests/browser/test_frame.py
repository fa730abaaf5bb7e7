"""The frame and the page that writes what is pasted, in Chromium."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Accessible, Affordable
from tests.browser.hosts import HostPage, document, site_key
from tests.browser.watching import keep_picture, open_context
from tests.browser.widgets import QUESTION

pytestmark = pytest.mark.browser


def test_a_frame_answers_where_its_key_allows_it_without_a_script(
    browser: Browser, pages: dict[str, HostPage], host: str, home: Path, site: str
) -> None:
    _, key = site_key(home, host)
    frame = f'<iframe src="{site}/embed?key={key}" title="Evidence" height="800" width="700">'
    policy = {"Content-Security-Policy": f"default-src 'none'; frame-src {site}"}
    pages["/page"] = HostPage(document(f"{frame}</iframe>"), policy)
    with open_context(browser, host, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/page")
        inside = page.frame_locator("iframe")
        inside.get_by_role("searchbox").fill(QUESTION)
        inside.get_by_role("button").click()
        expect(inside.get_by_role("heading", name="Walking buses")).to_be_visible()
        expect(inside.locator("blockquote").first).to_contain_text("arrived late less often")
        inside.get_by_role("searchbox").fill("Does mentoring reduce crime?")
        inside.get_by_role("button").click()
        expect(inside.get_by_role("link", name="Mentoring").first).to_be_visible()
        assert context.cookies() == []
        keep_picture(page, "frame")


def test_a_frame_shows_nowhere_else(
    browser: Browser, pages: dict[str, HostPage], host: str, home: Path, site: str
) -> None:
    _, key = site_key(home, "https://example.org")
    addresses = (f"/embed?key={key}&q=crime", "/embed?q=crime", "/?q=crime", "/embed/build")
    for address in addresses:
        pages["/page"] = HostPage(document(f'<iframe src="{site}{address}"></iframe>'), {})
        with open_context(browser, host) as context:
            page = context.new_page()
            page.goto("/page", wait_until="networkidle")
            refused = [said.text for said in page.console_messages()]
            assert any("frame-ancestors" in each for each in refused), address
            assert not page.frame_locator("iframe").locator("form").count()


@pytest.mark.parametrize("path", ["/embed", f"/embed?q={QUESTION}", "/embed?q=x&k=0&lang=cy"])
def test_the_frame_is_accessible(accessible: Accessible, affordable: Affordable, path: str) -> None:
    accessible(path)
    if "k=0" not in path:
        affordable(path)


def test_the_page_that_writes_it_is_accessible(
    accessible: Accessible, affordable: Affordable
) -> None:
    accessible("/embed/build")
    affordable("/embed/build")


def test_it_writes_and_shows_while_one_chooses(page: Page, home: Path, host: str) -> None:
    _, key = site_key(home, host)
    page.goto("/embed/build")
    page.get_by_label("Site key").fill(key)
    expect(page.get_by_text(f"The key works on these sites: {host}")).to_be_visible()
    page.get_by_label("Education Endowment Foundation").check()
    page.get_by_label("Language of the search box").select_option("cy")
    page.get_by_label("Questions to suggest").fill("A oes bysiau cerdded?")
    snippet = page.get_by_label("Paste this into your page")
    expect(snippet).to_have_value(pattern_of(key, "eef", 'lang="cy"', "bysiau"))
    shown = page.locator("evidence-search")
    shown.get_by_role("combobox").fill(QUESTION)
    shown.get_by_role("button", name="Gofyn").click()
    expect(shown.get_by_role("heading", name="Walking buses")).to_be_visible()
    keep_picture(page, "embed-build")


def test_it_writes_without_scripts_too(plain_page: Page, home: Path, host: str) -> None:
    _, key = site_key(home, host)
    plain_page.goto("/embed/build")
    plain_page.get_by_label("Site key").fill(key)
    plain_page.get_by_label("Passages of an answer").select_option("3")
    plain_page.get_by_role("button", name="Write it").click()
    snippet = plain_page.get_by_label("Paste this into your page")
    expect(snippet).to_have_value(pattern_of(key, 'k="3"'))
    inside = plain_page.frame_locator("iframe")
    inside.get_by_role("searchbox").fill(QUESTION)
    inside.get_by_role("button").click()
    expect(inside.get_by_role("heading", name="Walking buses")).to_be_visible()
    expect(plain_page.get_by_role("link", name="Search the evidence")).to_be_visible()


def pattern_of(*words: str) -> re.Pattern[str]:
    """Those words, in this order."""
    return re.compile(".*".join(map(re.escape, words)), re.DOTALL)
