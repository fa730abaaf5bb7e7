"""Pages as a person meets them: how they look, what axe-core says of them, what they weigh."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page

ROOT: Final = Path(__file__).resolve().parents[2]
#: Where screenshots are kept: EVIDENCE_SCREENSHOTS, or build/screenshots.
SCREENSHOTS: Final = "EVIDENCE_SCREENSHOTS"
PATIENCE_MS: Final = 30_000  # on a machine that is busy with other things
_DESK: Final = {"width": 1280, "height": 900}

#: How a page may be met. Zoom to 200% is half the width at twice the density.
MODES: Final[Mapping[str, Mapping[str, Any]]] = {
    "light": {"viewport": _DESK},
    "dark": {"viewport": _DESK, "color_scheme": "dark"},
    "forced": {"viewport": _DESK, "forced_colors": "active"},
    "phone": {"viewport": {"width": 320, "height": 640}, "has_touch": True},
    "zoomed": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
}
PICTURED: Final = ("light", "phone")  # a picture costs as much as the looking
#: WCAG 2.2 at levels A and AA, as axe-core names its rules' tags.
_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
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


def faults_of(page: Page, *, contrast: bool = True) -> list[str]:
    """What axe-core finds wrong with a page, each with the element; its context bypasses CSP.

    Args:
        page: to look at.
        contrast: whether to judge it. Forced colours are the reader's own, and what Chromium
            tells scripts are the page's.
    """
    page.evaluate(_AXE)
    rules = {"color-contrast": {"enabled": contrast}}
    options = {
        "runOnly": {"type": "tag", "values": _TAGS},
        "rules": rules,
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


def check_accessible(browser: Browser, site: str, path: str, act: Act | None = None) -> None:
    """Fail where axe-core finds a fault in any mode, or the page must be scrolled sideways.

    Args:
        browser: Chromium.
        site: the server's address.
        path: of the page.
        act: done on the page before it is looked at (opening a part, say).
    """
    faults = []
    for mode, options in MODES.items():
        with open_context(browser, site, bypass_csp=True, **options) as context:
            page = context.new_page()
            page.goto(path)
            if act:
                act(page)
            faults += [f"{mode}: {fault}" for fault in faults_of(page, contrast=mode != "forced")]
            if runs_over(page):
                faults.append(f"{mode}: the page must be scrolled sideways")
            if mode in PICTURED:
                keep_picture(page, f"{path}-{mode}")
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


def keep_picture(page: Page, name: str) -> Path:
    """Keep a screenshot of the whole page under a name; gives its path."""
    folder = Path(os.environ.get(SCREENSHOTS) or ROOT / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{re.sub(r'[^a-z0-9]+', '-', name.casefold()).strip('-')[:120]}.png"
    page.screenshot(path=path, full_page=True, scale="css")
    return path
