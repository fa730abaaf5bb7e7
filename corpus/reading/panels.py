"""Tabs and accordions of web pages laid open: each panel under its label, as a heading.

Toolkit pages keep findings, costs and methods in panels that a reader opens; a reader of main
text drops what is hidden, and the buttons that name it.
"""

import re
from collections.abc import Iterator
from typing import Final

from lxml.etree import SubElement
from lxml.html import HtmlElement

Panel = tuple[HtmlElement, HtmlElement]  # the label and what it opens

_FURNITURE: Final = (
    "ancestor-or-self::*[self::nav or self::header[not(ancestor::main or ancestor::article)]"
    " or self::footer or self::form or @role='navigation' or @role='dialog' or @role='search'"
    " or @role='banner' or @role='menu' or @aria-modal='true']"
)
_NOTICE: Final = re.compile(r"cookie|consent|modal|popup|share|navbar|\bmenu", re.IGNORECASE)
_CONTROLS: Final = (
    ".//*[@aria-controls or @data-bs-target or @data-target or (@role='tab' and @href)"
    " or (contains(@class, 'tab') and starts-with(@href, '#'))]"
)
_TITLES: Final = ".//*[contains(@class, 'tabs__title')]"  # "Contents", over a list of tabs
_DIALOGS: Final = (
    ".//*[@role='dialog' or @role='alertdialog' or @aria-modal='true']"
    "[not(.//main or .//h1 or ancestor::*[@role='dialog'])]"
)
_OPENS: Final = ("aria-controls", "data-bs-target", "data-target", "href")
_LABEL: Final = re.compile(r"accordion\S*(?:header|heading|title|button|trigger|toggle|label)\b")
_BODY: Final = re.compile(r"accordion\S*(?:body|content|panel|collapse|details)\b")
_WRAPPER: Final = re.compile(r"accordion|tab|panel|collapse|hid|toggle", re.IGNORECASE)
_HEADINGS: Final = "self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6"
_LONGEST_LABEL: Final = 200  # characters
_LINKS: Final = 0.8  # of a panel's letters: it is a menu
_USUAL: Final = 3  # level of a label's heading where nothing tells it


def open_panels(tree: HtmlElement) -> None:
    """Lay every panel of a page open, in place; navigation and notices are left as they are."""
    seen: set[HtmlElement] = set()
    found: list[tuple[HtmlElement, HtmlElement, str]] = []
    for label, panel in _panels(tree):
        if panel not in seen and (words := _words(label)) and _is_content(label, panel, words):
            seen.add(panel)
            found.append((label, panel, words))
    levels: dict[HtmlElement, int] = {}  # of panels side by side: one for all
    for label, panel, words in found:
        if level := _level(label, panel, words):
            levels.setdefault(panel.getparent(), level)
    for label, panel, words in found:
        level = levels.get(panel.getparent(), _USUAL)
        _take_out(label)
        _show(panel)
        if words.casefold() != _first_heading(panel).casefold():
            _head(panel, words, level)
    for button in tree.xpath(f".//*[{_HEADINGS}]//button"):
        button.drop_tag()
    for needless in tree.xpath(f"{_TITLES} | {_DIALOGS}"):
        needless.drop_tree()


def _panels(tree: HtmlElement) -> Iterator[Panel]:
    places = {element.get("id"): element for element in tree.xpath(".//*[@id]")}
    for control in tree.xpath(_CONTROLS):
        named = next((name for key in _OPENS if (name := control.get(key))), "")
        if (panel := places.get(named.removeprefix("#"))) is not None:
            yield control, panel
    for panel in tree.xpath(".//*[@role='tabpanel' and @aria-labelledby]"):
        if (label := places.get(panel.get("aria-labelledby"))) is not None:
            yield label, panel
    for summary in tree.xpath(".//details/summary"):
        yield summary, summary.getparent()
    for label in tree.xpath(".//*[contains(@class, 'accordion')]"):
        panel = label.getnext()
        beside = panel is not None and _BODY.search(panel.get("class", ""))
        if beside and _LABEL.search(label.get("class", "")):
            yield label, panel


def _is_content(label: HtmlElement, panel: HtmlElement, words: str) -> bool:
    """Whether this is part of the page's text, and no menu, notice or the whole page."""
    if len(words) > _LONGEST_LABEL or not any(c.isalpha() for c in words):
        return False
    if panel.tag in {"body", "main", "html"} or panel.xpath(".//main"):
        return False
    if panel.tag != "details" and panel in label.iterancestors():
        return False
    if label.xpath(_FURNITURE) or panel.xpath(_FURNITURE):
        return False
    around = [panel, *panel.iterancestors()]
    if any(_NOTICE.search(f"{e.get('id', '')} {e.get('class', '')}") for e in around[:4]):
        return False
    linked = sum(len(_words(link)) for link in panel.xpath(".//a[not(ancestor-or-self::summary)]"))
    return linked <= _LINKS * len(_words(panel))


def _level(label: HtmlElement, panel: HtmlElement, words: str) -> int | None:
    """That of a label set as a heading, or one above the panel's headings; None: nothing says."""
    own = label.xpath(f"ancestor-or-self::*[{_HEADINGS}] | .//*[{_HEADINGS}]")
    if own:
        return int(own[0].tag[1])
    headings = panel.xpath(f".//*[{_HEADINGS}]")
    if not headings:
        return None
    if _words(headings[0]).casefold() == words.casefold():
        return int(headings[0].tag[1])
    return max(min(int(heading.tag[1]) for heading in headings) - 1, 2)


def _take_out(label: HtmlElement) -> None:
    """Remove a label, with a heading or list entry that holds nothing else."""
    words = _words(label)
    outer = label
    for element in label.iterancestors():
        if element.tag in {"body", "main"} or _words(element) != words:
            break
        outer = element
    outer.drop_tree()


def _show(panel: HtmlElement) -> None:
    panel.tag = "div"
    wrappers = [e for e in panel.xpath("./*|./*/*") if _WRAPPER.search(e.get("class", ""))]
    for element in (panel, *wrappers):
        for key in ("class", "id", "style", "hidden", "role", "aria-hidden"):
            element.attrib.pop(key, None)


def _first_heading(panel: HtmlElement) -> str:
    first = panel.xpath("(.//*[normalize-space(text())])[1]/ancestor-or-self::*")
    headings = [e for e in first if isinstance(e.tag, str) and re.fullmatch(r"h[1-6]", e.tag)]
    return _words(headings[0]) if headings else ""


def _head(panel: HtmlElement, words: str, level: int) -> None:
    """Put a heading before what the panel says; words loose in it become a paragraph."""
    heading = SubElement(panel, f"h{level}")
    heading.text = words
    panel.insert(0, heading)
    if panel.text and panel.text.strip():
        loose = SubElement(panel, "p")
        loose.text = panel.text
        panel.insert(1, loose)
    panel.text = None


def _words(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())
