"""Units into passages: whole paragraphs while they fit, whole sentences otherwise.

A table is one passage up to the encoder's limit, and cut between its rows beyond it.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from corpus.passages.rules import PassageRules, context_of
from corpus.passages.units import Unit, joined, text_at, units_of, within
from corpus.sentences import sentence_spans
from corpus.types import BlockKind, Box, Document, Page, Passage, Span

CountTokens = Callable[[Sequence[str]], list[int]]

_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
SPECIAL_TOKENS = 2
SMALLEST_BODY = 32  # tokens left for the text itself, however long its context


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is never cut: a sentence or a table row. `unit` tells pieces of one unit."""

    spans: tuple[Span, ...]
    text: str
    tokens: int
    kind: BlockKind
    unit: int


def split_document(
    document: Document,
    *,
    report_id: str,
    rules: PassageRules,
    count_tokens: CountTokens,
    context: str,
) -> list[Passage]:
    """Cut a document into passages, in reading order.

    Args:
        document: its pages.
        report_id: the report the passages belong to.
        rules: sizes.
        count_tokens: counts the encoder's tokens of many texts at once.
        context: the report's title, which is embedded with every passage.
    """
    pages = {page.number: page for page in document.pages}
    units = units_of(document)
    sections = sorted({unit.section for unit in units})
    contexts = count_tokens([context_of(context, section) for section in sections])
    body = {
        section: max(SMALLEST_BODY, rules.max_tokens - SPECIAL_TOKENS - tokens)
        for section, tokens in zip(sections, contexts, strict=True)
    }
    largest = [body[unit.section] for unit in units]
    pieces = _pieces(units, pages, largest, rules.max_characters, count_tokens)
    made: list[tuple[tuple[str, ...], list[_Piece]]] = []
    for section, stream in _streams(units, pieces):
        limit = body[section]
        target = limit if stream[0].kind is BlockKind.TABLE else min(rules.target_tokens, limit)
        packed = _pack(stream, target, limit, rules)
        made += [(section, passage) for passage in packed]
    made.sort(key=lambda item: (item[1][0].spans[0].page, item[1][0].spans[0].start))
    return list(_passages(made, report_id, pages))


def _pieces(
    units: Sequence[Unit],
    pages: dict[int, Page],
    largest: Sequence[int],
    longest: int,
    count_tokens: CountTokens,
) -> list[list[_Piece]]:
    """The pieces of each unit; over its `largest` tokens or `longest` characters they are cut."""
    texts = [text_at(pages, unit.spans) for unit in units]
    ranges = [list(_ranges(unit, text)) for unit, text in zip(units, texts, strict=True)]
    flat = [(place, r) for place, found in enumerate(ranges) for r in found]
    done: list[tuple[int, tuple[int, int], int]] = []
    while flat:
        counts = count_tokens([texts[place][start:end] for place, (start, end) in flat])
        rest = []
        for (place, (start, end)), tokens in zip(flat, counts, strict=True):
            if (tokens > largest[place] or end - start > longest) and end - start > 1:
                rest += [(place, half) for half in _halves(texts[place], start, end)]
            else:
                done.append((place, (start, end), tokens))
        flat = rest
    pieces: list[list[_Piece]] = [[] for _ in units]
    for place, (start, end), tokens in sorted(done):
        unit = units[place]
        spans = within(unit.spans, start, end)
        pieces[place].append(_Piece(spans, texts[place][start:end], tokens, unit.kind, place))
    return pieces


def _ranges(unit: Unit, text: str) -> Iterator[tuple[int, int]]:
    """Sentences of prose, lines of tables and lists."""
    if unit.kind in _PROSE or unit.kind is BlockKind.FOOTNOTE:
        yield from sentence_spans(text)
        return
    start = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            first = start + line.index(stripped)
            yield first, first + len(stripped)
        start += len(line) + 1


def _halves(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A range in two, at the white space nearest its middle, or in the middle of a word."""
    middle = (start + end) // 2
    before, after = text.rfind(" ", start + 1, middle), text.find(" ", middle, end - 1)
    places = [place for place in (before, after) if place > 0]
    if not places:
        return [(start, middle), (middle, end)]
    cut = min(places, key=lambda place: abs(place - middle))
    return [(start, cut), (cut + 1, end)]


def _streams(
    units: Sequence[Unit], pieces: Sequence[list[_Piece]]
) -> Iterator[tuple[tuple[str, ...], list[_Piece]]]:
    """Pieces that may share a passage: of one section and one sort, tables each alone."""

    def sort_of(place: int) -> str:
        kind = units[place].kind
        if kind is BlockKind.TABLE:
            return f"table {place}"
        if kind is BlockKind.FOOTNOTE:
            return f"footnotes of page {units[place].spans[0].page}"
        return "prose" if kind in _PROSE else kind.value

    order = range(len(units))
    footnotes = [place for place in order if units[place].kind is BlockKind.FOOTNOTE]
    running = [place for place in order if units[place].kind is not BlockKind.FOOTNOTE]
    for places in (running, footnotes):
        for (section, _), group in groupby(places, lambda p: (units[p].section, sort_of(p))):
            stream = [piece for place in group for piece in pieces[place]]
            if stream:
                yield section, stream


def _pack(stream: list[_Piece], target: int, limit: int, rules: PassageRules) -> list[list[_Piece]]:
    """Pieces into passages: up to `target` tokens, at `limit` at the most."""
    packed: list[list[_Piece]] = []
    current: list[_Piece] = []
    size = 0
    for part in _parts(stream, target, rules):
        tokens = sum(piece.tokens for piece in part)
        characters = sum(len(piece.text) for piece in current + part)
        if current and (size + tokens > target or characters > rules.max_characters):
            carried = _lead_in(current, part, tokens, target)
            packed.append(current[: len(current) - len(carried)])
            current, size = carried, sum(piece.tokens for piece in carried)
        current = current + part
        size += tokens
    if current:
        packed.append(current)
    if len(packed) > 1:
        both = packed[-2] + packed[-1]
        small = sum(piece.tokens for piece in packed[-1]) < rules.min_tokens
        fits = sum(piece.tokens for piece in both) <= limit
        if small and fits and sum(len(piece.text) for piece in both) <= rules.max_characters:
            packed[-2:] = [both]
    return packed


def _parts(stream: Iterable[_Piece], target: int, rules: PassageRules) -> Iterator[list[_Piece]]:
    """Whole units where they fit the target, their single pieces where they do not."""
    for _, group in groupby(stream, lambda piece: piece.unit):
        part = list(group)
        fits = sum(p.tokens for p in part) <= target
        if fits and sum(len(p.text) for p in part) <= rules.max_characters:
            yield part
        else:
            yield from ([piece] for piece in part)


def _lead_in(current: list[_Piece], part: list[_Piece], tokens: int, target: int) -> list[_Piece]:
    """The sentence that opens a list goes along with the list's first item, where it fits."""
    last = current[-1]
    opens = last.text.endswith(":") and part[0].kind is BlockKind.LIST_ITEM
    return [last] if opens and len(current) > 1 and last.tokens + tokens <= target else []


def _passages(
    made: Iterable[tuple[tuple[str, ...], list[_Piece]]], report_id: str, pages: dict[int, Page]
) -> Iterator[Passage]:
    seen: set[str] = set()
    for section, pieces in made:
        spans = joined(pages, [span for piece in pieces for span in piece.spans])
        text = text_at(pages, spans)
        numbers = list(dict.fromkeys(span.page for span in spans))
        weights: Counter[BlockKind] = Counter()
        for piece in pieces:
            weights[piece.kind] += len(piece.text)
        yield Passage(
            passage_id=_identify(report_id, spans, text, seen),
            report_id=report_id,
            text=text,
            spans=spans,
            page_labels=tuple(pages[number].label for number in numbers),
            section=section,
            kind=weights.most_common(1)[0][0],
            boxes=tuple(_boxes(spans, pages)),
        )


def _identify(report_id: str, spans: tuple[Span, ...], text: str, seen: set[str]) -> str:
    """An id that stays while place and text stay; unique within the report."""
    digest = hashlib.sha256(f"{report_id}\0{spans}\0{text}".encode()).hexdigest()
    length = 10
    while (name := f"{report_id}-{digest[:length]}") in seen:
        length += 1
    seen.add(name)
    return name


def _boxes(spans: Iterable[Span], pages: dict[int, Page]) -> Iterator[tuple[int, Box]]:
    for span in spans:
        for line in pages[span.page].lines:
            if line.start < span.end and span.start < line.end:
                yield span.page, line.box
