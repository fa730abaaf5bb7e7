"""The best sentence of each hit of a question, found when it is first asked for.

A statement looks at more hits than are shown and quotes few of them, and finding a sentence is
among the longest stages of an answer.
"""

from collections.abc import Mapping

import numpy as np

from corpus.passages import embedded_text
from search.encoder.types import Encoded
from search.highlight import Nearness, Span, best_sentence
from search.index.bm25 import rarity
from search.index.protocol import Index
from search.index.store import StoredPassage
from search.index.terms import stems
from search.index.types import Scores
from search.types import ScoredPassage


class BestSentences:
    """Finds the best sentence of hits, once each. Of one question, in one thread."""

    def __init__(
        self, index: Index, question: str, asked: Encoded, stored: Mapping[int, StoredPassage]
    ) -> None:
        """`stored` holds the hits' passages by ordinal."""
        lexical = index.lexical
        self._rarity = {
            term: rarity(lexical.frequency(term), len(lexical)) for term in set(stems(question))
        }
        self._tokens = index.tokens
        self._asked = asked.tokens
        self._ordinals = {each.passage.passage_id: ordinal for ordinal, each in stored.items()}
        self._found = dict[str, Span]()

    def of(self, hit: ScoredPassage) -> Span:
        """Offsets of the best sentence of the hit's passage."""
        passage_id = hit.passage.passage_id
        if passage_id not in self._found:
            text = hit.passage.text
            self._found[passage_id] = best_sentence(text, self._rarity, self._nearness(hit))
        return self._found[passage_id]

    def _nearness(self, hit: ScoredPassage) -> Nearness:
        """How near the question each part of the passage comes, by its tokens."""
        tokens, query = self._tokens, self._asked
        ordinal = self._ordinals[hit.passage.passage_id]

        def nearness(spans: list[Span]) -> Scores:
            if tokens is None or query is None:
                return np.zeros(len(spans), np.float32)
            before = len(embedded_text(hit.report.title, hit.passage)) - len(hit.passage.text)
            return tokens.score_spans(query, ordinal, spans, before)

        return nearness
