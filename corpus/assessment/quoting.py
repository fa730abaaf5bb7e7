"""Sentences of a document as quotations, where a pattern makes them worth splitting."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpus.findings import Quotation
from corpus.sentences import sentence_spans
from corpus.types import BlockKind, Page

_READ: Final = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_LONGEST: Final = 600  # characters of a sentence worth showing
_SHORTEST: Final = 25


def quotations(pages: Sequence[Page], pattern: re.Pattern[str]) -> Iterator[Quotation]:
    """Sentences that match, from paragraphs and lists alone, in reading order."""
    for page in pages:
        for block in page.blocks:
            text = page.text[block.start : block.end]
            if block.kind not in _READ or not pattern.search(text):
                continue
            for start, end in sentence_spans(text):
                words = text[start:end]
                if _SHORTEST <= len(words) <= _LONGEST and pattern.search(words):
                    yield Quotation(page.number, block.start + start, block.start + end, words)
