"""A document's blocks as units in reading order, each under its headings.

A paragraph that runs over a page break is one unit of two spans; footnotes between do not
interrupt it.
"""

import re
from dataclasses import dataclass
from typing import Final

from corpus.types import SPAN_JOIN, Block, BlockKind, Document, Page, Span

_FINISHED: Final = re.compile(r"[.!?:;][\"'\u201d\u2019)\]]*$")
_GOES_ON: Final = re.compile(r"[a-z(]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A paragraph, list item, table, footnote or list, and the headings above it."""

    kind: BlockKind
    spans: tuple[Span, ...]
    section: tuple[str, ...]


def units_of(document: Document) -> list[Unit]:
    """The document's units, headings left out: they are in every unit's `section`."""
    units: list[Unit] = []
    headings: list[tuple[int, str]] = []
    pages = {page.number: page for page in document.pages}
    for page in document.pages:
        open_paragraph = _last_paragraph(units)
        for block in page.blocks:
            if block.kind is BlockKind.HEADING:
                headings = [h for h in headings if h[0] < block.level]
                headings.append((block.level, " ".join(page.text[block.start : block.end].split())))
                open_paragraph = None
                continue
            unit = Unit(
                block.kind,
                (Span(page.number, block.start, block.end),),
                tuple(text for _, text in headings),
            )
            if open_paragraph is not None and _continues(pages, units[open_paragraph], block, page):
                before = units[open_paragraph]
                units[open_paragraph] = Unit(before.kind, before.spans + unit.spans, before.section)
            else:
                units.append(unit)
            if block.kind is not BlockKind.FOOTNOTE:
                open_paragraph = None
    return units


def _last_paragraph(units: list[Unit]) -> int | None:
    """Place of the last unit that is no footnote, if text could go on from it."""
    for place in range(len(units) - 1, -1, -1):
        if units[place].kind is not BlockKind.FOOTNOTE:
            flows = units[place].kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM}
            return place if flows else None
    return None


def _continues(pages: dict[int, Page], before: Unit, block: Block, page: Page) -> bool:
    last = before.spans[-1]
    ending = pages[last.page].text[last.start : last.end]
    return (
        last.page == page.number - 1
        and block.kind is BlockKind.PARAGRAPH
        and not _FINISHED.search(ending)
        and _GOES_ON.match(page.text, block.start) is not None
    )


def text_at(pages: dict[int, Page], spans: tuple[Span, ...]) -> str:
    """The verbatim text at these spans."""
    return SPAN_JOIN.join(pages[span.page].text[span.start : span.end] for span in spans)


def within(spans: tuple[Span, ...], start: int, end: int) -> tuple[Span, ...]:
    """The part of the spans at characters `start:end` of their joined text."""
    found = []
    offset = 0
    for span in spans:
        length = span.end - span.start
        first, last = max(start - offset, 0), min(end - offset, length)
        if first < last:
            found.append(Span(span.page, span.start + first, span.start + last))
        offset += length + len(SPAN_JOIN)
    return tuple(found)


def joined(page_texts: dict[int, Page], spans: list[Span]) -> tuple[Span, ...]:
    """Spans with neighbours made one where only white space lies between them."""
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last and last.page == span.page and last.end <= span.start:
            between = page_texts[span.page].text[last.end : span.start]
            if not between.strip():
                merged[-1] = Span(span.page, last.start, span.end)
                continue
        merged.append(span)
    return tuple(merged)
