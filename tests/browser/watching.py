"""Pages as a person meets them: how they look, what axe-core says of them, what they weigh."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

#: The folder to keep screenshots in. None are taken without it: each costs as much as the looking.
SCREENSHOTS: Final = "EVIDENCE_SCREENSHOTS"
PATIENCE_MS: Final = 30_000  # on a machine that is busy with other things
_DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
_ZOOMED: Final[ViewportSize] = {"width": 640, "height": 450}  # to 200%: half the window each way

#: The windows that pages are loaded in.
WINDOWS: Final[Mapping[str, Mapping[str, Any]]] = {
    "desk": {"viewport": _DESK},
    "phone": {"viewport": {"width": 320, "height": 640}, "has_touch": True},
}
#: WCAG 2.2 at levels A and AA, as axe-core names its rules' tags.
_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
#: Rules of axe-core whose verdict hangs on colours, and on where things stand. The others judge
#: markup, which is the same however a page is met.
_COLOURS: Final = ("color-contrast", "link-in-text-block")
_PLACES: Final = ("target-size", "scrollable-region-focusable")
_SHIFT: Final = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""

Act = Callable[[Page], object]


@dataclass(frozen=True, slots=True)
class Weight:
    """What a page cost: bytes as they came (compressed, headers included), requests, shift.

    `strangers` are addresses asked that are not the site's own.
    """

    path: str
    size: int
    requests: int
    shift: float
    strangers: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.size / 1000:.1f} kB in {self.requests} requests, "
            f"layout shift {self.shift:.3f}"
        )


def open_context(browser: Browser, site: str, **options: Any) -> BrowserContext:  # noqa: ANN401
    """A context as a person's browser would be; British English unless told otherwise."""
    context = browser.new_context(base_url=site, **{"locale": "en-GB", **options})
    context.set_default_timeout(PATIENCE_MS)
    return context


def faults_of(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe-core finds wrong with a page, each with the element; its context bypasses CSP.

    Args:
        page: to look at.
        rules: those to judge by; without any, all of WCAG 2.2 AA.
    """
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(_AXE)
    options = {
        "runOnly": list(rules) or {"type": "tag", "values": _TAGS},
        "resultTypes": ["violations"],  # what passed is not written out node by node
    }
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]} "
        f"{node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def runs_over(page: Page) -> bool:
    """Whether a page is wider than its window, so that it must be scrolled sideways."""
    wider: bool = page.evaluate(
        "document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"
    )
    return wider


def faults_in_modes(page: Page, window: str) -> list[str]:
    """What is wrong with a page, sideways scrolling too, in every mode of its window.

    At the desk the page is met in light, in dark, in forced colours (the reader's own: contrast is
    theirs) and zoomed to 200%. All rules judge it once in each window; in a further mode those do
    whose verdict the mode can change.
    """
    faults = _faults_in(page, window, faults_of(page))
    if window == "phone":
        return faults
    page.emulate_media(color_scheme="dark")
    faults += _faults_in(page, "dark", faults_of(page, _COLOURS))
    page.emulate_media(color_scheme="light", forced_colors="active")
    faults += _faults_in(page, "forced", [])
    page.emulate_media(forced_colors="none")
    page.set_viewport_size(_ZOOMED)
    faults += _faults_in(page, "zoomed", faults_of(page, _PLACES))
    page.set_viewport_size(_DESK)
    return faults


def _faults_in(page: Page, mode: str, found: Sequence[str]) -> list[str]:
    sideways = ["the page must be scrolled sideways"] if runs_over(page) else []
    return [f"{mode}: {fault}" for fault in (*found, *sideways)]


def check_accessible(browser: Browser, site: str, path: str, act: Act | None = None) -> None:
    """Fail where a page has a fault in any mode.

    Args:
        browser: Chromium.
        site: the server's address.
        path: of the page.
        act: done on the page before it is looked at (opening a part, say).
    """
    faults = []
    for window, options in WINDOWS.items():
        with open_context(browser, site, bypass_csp=True, **options) as context:
            page = context.new_page()
            page.goto(path)
            if act:
                act(page)
            keep_picture(page, f"{path}-{window}")
            faults += faults_in_modes(page, window)
    assert not faults, "\n".join([f"{len(faults)} faults at {path}:", *faults])


def weigh(browser: Browser, site: str, path: str) -> Weight:
    """Load a page with an empty cache and count what came; scripts may settle first."""
    with open_context(browser, site) as context:
        page = context.new_page()
        page.add_init_script(_SHIFT)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        network = context.new_cdp_session(page)
        sizes: list[int] = []
        network.on("Network.loadingFinished", lambda got: sizes.append(got["encodedDataLength"]))
        network.send("Network.enable")
        page.goto(path, wait_until="networkidle")
        strangers = tuple(url for url in asked if not url.startswith((site, "data:", "blob:")))
        shift: float = page.evaluate("window.shifted")
        return Weight(path, int(sum(sizes)), len(asked), shift, strangers)


def keep_picture(page: Page, name: str) -> None:
    """Keep a screenshot of the whole page under a name, where a folder for them is named."""
    folder = os.environ.get(SCREENSHOTS)
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    file = f"{re.sub(r'[^a-z0-9]+', '-', name.casefold()).strip('-')[:120]}.png"
    page.screenshot(path=Path(folder) / file, full_page=True, scale="css")
