"""A document's blocks as units in reading order, each under its headings.

A paragraph that runs over a page or column break is one unit of several spans; footnotes
between do not interrupt it. PDF headings are guessed from type: one whose sentence goes on in
the paragraph below is that paragraph's first line.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from corpus.types import SPAN_JOIN, BlockKind, Document, DocumentType, Page, Span

LONGEST_RUN: Final = 16  # blocks of one paragraph: more is a file that ends no sentence
_FINISHED: Final = re.compile(r"[.!?:;][\"'\u201d\u2019)\]]*$")
_WORD: Final = re.compile(r"[^\W\d_]+")
_ADDRESS: Final = frozenset({"http", "https", "www"})
_FLOWING: Final = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})


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
    opened: int | None = None  # place of the unit that what comes next may go on
    guessed = document.document_type is DocumentType.PDF
    for page in document.pages:
        if opened is not None and units[opened].spans[-1].page != page.number - 1:
            opened = None
        for place, block in enumerate(page.blocks):
            kind = block.kind
            text = page.text[block.start : block.end]
            if kind is BlockKind.HEADING and guessed and _is_first_line(text, page, place):
                kind = BlockKind.PARAGRAPH
            if kind is BlockKind.HEADING:
                headings = [h for h in headings if h[0] < block.level]
                headings.append((block.level, " ".join(text.split())))
                opened = None
                continue
            span = Span(page.number, block.start, block.end)
            current = len(units)
            goes_on = block.kind is BlockKind.PARAGRAPH and _runs_on(text)
            if goes_on and opened is not None and len(units[opened].spans) < LONGEST_RUN:
                current = opened
                units[opened] = replace(units[opened], spans=(*units[opened].spans, span))
            else:
                units.append(Unit(kind, (span,), tuple(heading for _, heading in headings)))
            if kind is not BlockKind.FOOTNOTE:
                opened = current if kind in _FLOWING and _is_open(text) else None
    return units


def _is_open(text: str) -> bool:
    """Whether a paragraph ends within a sentence."""
    return _FINISHED.search(text) is None


def _runs_on(text: str) -> bool:
    """Whether a paragraph begins within a sentence: with a word in lower case, or a bracket."""
    word = _WORD.match(text)
    if word is None:
        return text.startswith("(")
    bullet = len(word[0]) == 1 and word[0] != "a"
    return word[0][0].islower() and not bullet and word[0] not in _ADDRESS


def _is_first_line(text: str, page: Page, place: int) -> bool:
    """Whether a heading's sentence goes on in the block below it."""
    one_word = len(text.split()) == 1
    if place + 1 == len(page.blocks) or one_word or text.isupper() or not _is_open(text):
        return False
    below = page.blocks[place + 1]
    return (
        below.kind is BlockKind.PARAGRAPH
        and page.text[below.start] != "("
        and _runs_on(page.text[below.start : below.end])
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
