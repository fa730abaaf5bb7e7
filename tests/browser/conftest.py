"""A real server and a real Chromium. Every module here is marked `browser`.

- `site`: the address of a server over a small library, shared by the session;
- `page`: a page of that site; the test fails where a script fails or the CSP refuses something;
- `plain_page`: the same without JavaScript;
- `accessible(path, act)`: axe-core (WCAG 2.2 AA) in light, dark, forced colours, at 320 px and at
  200% zoom, each mode with the rules whose verdict it can change;
- `affordable(path)`: the budget of a page, printed at the end of the run;
- `picture(page, name)`: keeps a screenshot where EVIDENCE_SCREENSHOTS names a folder;
- `host`: the origin of another site, whose `pages` a module fills; `stranger`: one no key names;
- `visit(body)`: opens a page of the other site that embeds what the `key` lets it.

A module that needs another server takes `home` and calls `serving` with its settings.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.hosts import HostPage, document, hosting, site_key
from tests.browser.library import PAGES, build_home
from tests.browser.serving import serving
from tests.browser.watching import (
    Act,
    Weight,
    check_accessible,
    keep_picture,
    open_context,
    weigh,
)
from tests.chromium import chromium
from tests.once import copied, made_once

LARGEST_PAGE: Final = 100_000  # bytes, compressed
MOST_SHIFT: Final = 0.1
_WEIGHTS: Final = pytest.StashKey[list[Weight]]()

Accessible = Callable[..., None]
Affordable = Callable[[str], Weight]
Picture = Callable[[Page, str], None]
Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium())
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory, browser: Browser, starter_home: Path) -> Path:
    """A home with an index of the small library, which is built once in a run of the tests."""

    def build(folder: Path) -> None:
        with browser.new_context() as context:
            page = context.new_page()
            page.set_content("<div style='break-after: page'></div>".join(PAGES))
            printed = page.pdf(format="A4")
        build_home(folder, printed, starter_home)

    built = made_once(tmp_path_factory, "small-library", build)
    return copied(built, tmp_path_factory.mktemp("browser") / "home")


@pytest.fixture(scope="package")
def site(home: Path) -> Iterator[str]:
    """The address of a server over that home."""
    with serving(home, home / "server.log") as address:
        yield address


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A page with JavaScript; errors of scripts fail the test."""
    errors: list[str] = []
    with open_context(browser, site, viewport={"width": 1280, "height": 900}) as context:
        opened = context.new_page()
        opened.on("console", lambda said: errors.extend(_fault(said)))
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
    assert not errors, errors


def _fault(said: ConsoleMessage) -> list[str]:
    """An error of the console; that an answer had an error status is no fault of a script."""
    is_fault = said.type == "error" and not said.text.startswith("Failed to load resource")
    return [said.text] if is_fault else []


@pytest.fixture
def plain_page(browser: Browser, site: str) -> Iterator[Page]:
    """A page without JavaScript."""
    with open_context(browser, site, java_script_enabled=False) as context:
        yield context.new_page()


@pytest.fixture
def accessible(browser: Browser, site: str) -> Accessible:
    """Checks a page by axe-core in every mode."""

    def check(path: str, act: Act | None = None) -> None:
        check_accessible(browser, site, path, act)

    return check


@pytest.fixture
def affordable(browser: Browser, site: str, request: pytest.FixtureRequest) -> Affordable:
    """Checks a page against the budget."""

    def check(path: str) -> Weight:
        weight = weigh(browser, site, path)
        request.config.stash.setdefault(_WEIGHTS, []).append(weight)
        assert weight.size < LARGEST_PAGE, str(weight)
        assert weight.shift < MOST_SHIFT, str(weight)
        assert not weight.strangers, weight.strangers
        return weight

    return check


@pytest.fixture
def picture() -> Picture:
    """Keeps a screenshot of a page under a name, where they are wanted."""
    return keep_picture


@pytest.fixture(scope="module")
def pages() -> dict[str, HostPage]:
    return {}


@pytest.fixture(scope="module")
def host(pages: dict[str, HostPage]) -> Iterator[str]:
    with hosting(pages) as address:
        yield address


@pytest.fixture(scope="module")
def stranger(pages: dict[str, HostPage]) -> Iterator[str]:
    """A site that no key names, with the same pages."""
    with hosting(pages) as address:
        yield address


@pytest.fixture(scope="module")
def key(home: Path, host: str) -> str:
    return site_key(home, host)[1]


@pytest.fixture
def errors() -> list[str]:
    return []


@pytest.fixture
def visit(
    browser: Browser, pages: dict[str, HostPage], host: str, site: str, errors: list[str]
) -> Iterator[Visit]:
    """Opens a page of the other site; `body` is put into it and `{site}` filled in."""
    opened: list[BrowserContext] = []

    def go(
        body: str,
        *,
        head: str = "",
        csp: str = "",
        at: str = host,
        lang: str = "en",
        **options: Any,  # noqa: ANN401
    ) -> Page:
        script = f'<script src="{site}/widget.js" async></script>'
        html = document(body, (head or "{script}").replace("{script}", script), lang)
        headers = {"Content-Security-Policy": csp.replace("{site}", site)} if csp else {}
        pages["/page"] = HostPage(html, headers)
        context = open_context(browser, at, **options)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: errors.append(f"a dialog: {dialog.message}"))
        page.goto("/page")
        return page

    yield go
    for context in opened:
        context.close()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what the pages weigh."""
    for weight in config.stash.get(_WEIGHTS, []):
        terminalreporter.write_line(f"budget {weight}")
