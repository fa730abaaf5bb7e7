"""The harness itself: it sees what it is there to see."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Accessible, Affordable
from tests.browser.watching import faults_of, open_context, runs_over, weigh

pytestmark = pytest.mark.browser


def test_the_ask_page_is_there_with_and_without_scripts(page: Page, plain_page: Page) -> None:
    for each in (page, plain_page):
        each.goto("/")
        assert each.get_by_role("searchbox").is_visible()


def test_the_ask_page_is_accessible_and_light(
    accessible: Accessible, affordable: Affordable
) -> None:
    accessible("/")
    assert affordable("/").requests >= 2


def test_faults_are_seen(browser: Browser, site: str) -> None:
    with open_context(browser, site, bypass_csp=True) as context:
        page = context.new_page()
        page.goto("/")
        page.evaluate("document.querySelector('label').remove()")
        page.evaluate("document.querySelector('main').style.minWidth = '4000px'")
        assert any(fault.startswith("label ") for fault in faults_of(page))
        assert runs_over(page)


def test_a_stranger_is_seen(browser: Browser, site: str) -> None:
    port = int(site.rpartition(":")[2])
    other = f"http://localhost:{port}"
    assert weigh(browser, other, f"{site}/").strangers
