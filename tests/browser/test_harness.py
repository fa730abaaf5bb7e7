"""The harness itself: it sees what it is there to see."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Accessible, Affordable
from tests.browser.watching import faults_in_modes, faults_of, open_context, runs_over, weigh

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


#: A fault that is there in one mode alone, and the mode and the rule that tell it.
_ONCE = {
    "(prefers-color-scheme: dark) { h1 { color: #222; } }": "dark: color-contrast ",
    "(forced-colors: active) { main { min-width: 4000px; } }": "forced: the page must be scrolled",
    "(width: 640px) { main { min-width: 4000px; } }": "zoomed: the page must be scrolled",
    "(width: 640px) { nav.main a { position: absolute; top: 0; left: 0; height: 9px; } }": (
        "zoomed: target-size "
    ),
}


@pytest.mark.parametrize("css", _ONCE)
def test_a_fault_of_one_mode_is_seen(browser: Browser, site: str, css: str) -> None:
    with open_context(browser, site, bypass_csp=True) as context:
        page = context.new_page()
        page.goto("/")
        page.add_style_tag(content=f"@media {css}")
        faults = faults_in_modes(page, "desk")
    assert faults
    assert all(fault.startswith(_ONCE[css]) for fault in faults)


def test_a_stranger_is_seen(browser: Browser, site: str) -> None:
    port = int(site.rpartition(":")[2])
    other = f"http://localhost:{port}"
    assert weigh(browser, other, f"{site}/").strangers
