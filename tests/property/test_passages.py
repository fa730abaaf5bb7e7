"""Whatever a document holds, its passages are verbatim, whole, bounded and complete."""

import re
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.passages import PassageRules, embedded_text, split_document
from corpus.sentences import sentence_spans
from corpus.types import (
    SPAN_JOIN,
    UNRANKED_KINDS,
    Block,
    BlockKind,
    Box,
    Document,
    DocumentType,
    Line,
    Page,
)

RULES = PassageRules(max_tokens=150, target_tokens=40, min_tokens=8, max_characters=600)
PROSE = {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.FOOTNOTE}

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
)
sentences = st.lists(words, min_size=1, max_size=25).map(lambda w: " ".join(w) + ".")
texts = st.lists(sentences, min_size=1, max_size=6).map(" ".join)
tables = st.lists(sentences, min_size=1, max_size=6).map("\n".join)
kinds = st.sampled_from(BlockKind)
parts = st.tuples(kinds, st.one_of(texts, tables), st.integers(1, 4))


def count_tokens(some: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in some]


def _page(number: int, found: list[tuple[BlockKind, str, int]]) -> Page:
    text, blocks, lines = "", [], []
    for kind, words_, level in found:
        shown = words_ if kind is BlockKind.TABLE else " ".join(words_.split())
        shown = shown.strip()
        if not shown:
            continue
        text += "\n\n" if text else ""
        start = len(text)
        text += shown
        blocks.append(Block(start, len(text), kind, level if kind is BlockKind.HEADING else 0))
        lines.append(Line(start, len(text), Box(0, start, 1, len(text))))
    return Page(number, str(number + 8), text, tuple(blocks), tuple(lines))


documents = st.lists(st.lists(parts, max_size=8), min_size=1, max_size=4).map(
    lambda pages: Document(
        DocumentType.PDF, tuple(_page(n, found) for n, found in enumerate(pages, start=1))
    )
)


@settings(max_examples=60, deadline=None)
@given(documents)
def test_passages_are_verbatim_whole_and_complete(document: Document) -> None:
    pages = {page.number: page for page in document.pages}
    passages = split_document(
        document, report_id="r", rules=RULES, count_tokens=count_tokens, context="A title"
    )
    covered: dict[int, set[int]] = {number: set() for number in pages}
    for passage in passages:
        pieces = [pages[s.page].text[s.start : s.end] for s in passage.spans]
        assert passage.text == SPAN_JOIN.join(pieces)
        numbers = list(dict.fromkeys(span.page for span in passage.spans))
        assert passage.page_labels == tuple(pages[number].label for number in numbers)
        assert passage.boxes
        for span in passage.spans:
            covered[span.page].update(range(span.start, span.end))
        kinds_met = {
            block.kind
            for span in passage.spans
            for block in pages[span.page].blocks
            if block.start < span.end and span.start < block.end
        }
        assert len(kinds_met) == 1 or not kinds_met & UNRANKED_KINDS
        assert count_tokens([embedded_text("A title", passage)])[0] <= RULES.max_tokens - 2
    for page in document.pages:
        for block in page.blocks:
            if block.kind is not BlockKind.HEADING:
                lost = set(range(block.start, block.end)) - covered[page.number]
                assert not "".join(page.text[place] for place in lost).strip()
    assert len({passage.passage_id for passage in passages}) == len(passages)


@settings(max_examples=40, deadline=None)
@given(documents)
def test_a_sentence_that_fits_is_never_cut(document: Document) -> None:
    passages = split_document(
        document, report_id="r", rules=RULES, count_tokens=count_tokens, context="A title"
    )
    starts = {(s.page, s.start) for p in passages for s in p.spans}
    for page in document.pages:
        for block in page.blocks:
            if block.kind not in PROSE:
                continue
            text = page.text[block.start : block.end]
            for start, end in sentence_spans(text):
                if len(text[start:end].split()) > 20 or end - start > 300:
                    continue
                inside = range(block.start + start + 1, block.start + end)
                assert not any((page.number, place) in starts for place in inside)


@settings(max_examples=40, deadline=None)
@given(documents)
def test_splitting_twice_gives_the_same(document: Document) -> None:
    one, two = (
        split_document(document, report_id="r", rules=RULES, count_tokens=count_tokens, context="")
        for _ in range(2)
    )
    assert one == two


@given(st.text(max_size=400))
def test_sentences_cover_everything_but_white_space(text: str) -> None:
    spans = sentence_spans(text)
    covered = "".join(text[start:end] for start, end in spans)
    assert re.sub(r"\s", "", covered) == re.sub(r"\s", "", text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
