"""A shortlist into hits: each passage with its best sentence, its confidence and why it ranked."""

import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import numpy as np

from corpus.passages import embedded_text
from corpus.types import Passage
from search.confidence import MODEL, Signals
from search.encoder.types import Encoded
from search.highlight import Nearness, Span, best_sentence
from search.index.bm25 import rarity
from search.index.protocol import Index
from search.index.store import StoredPassage
from search.index.terms import stems
from search.index.types import Scores
from search.preference import Preferences
from search.shortlist import Shortlist
from search.types import Preference, Reading, ScoredPassage, Standing


class HitMaker:
    """Makes hits from one index. Safe to share by threads."""

    def __init__(self, index: Index, preferences: Preferences) -> None:
        self._index = index
        self._preferences = preferences

    def make(
        self,
        reading: Reading,
        asked: Encoded,
        shortlist: Shortlist,
        stored: Mapping[int, StoredPassage],
        preference: Preference,
    ) -> tuple[ScoredPassage, ...]:
        """The hits of a shortlist, best first; `stored` holds its passages by ordinal."""
        fused = shortlist.fused
        rarity = self._rarity(reading.searched)
        rows = {stored[int(fused.ordinals[place])].report_row for place in shortlist.repeats}
        reports, unnamed = self._index.store.at(rows), self._unnamed(reading.names, rows)
        middle = float(np.median(fused.dense)) if len(fused.dense) else 0.0
        hits = []
        for place, others in shortlist.repeats.items():
            ordinal = int(fused.ordinals[place])
            found = stored[ordinal]
            report = reports[found.report_row]
            nearness = self._nearness(asked, ordinal, report.title, found.passage)
            span = best_sentence(found.passage.text, rarity, nearness)
            near = None if math.isnan(fused.tokens[place]) else float(fused.tokens[place])
            cosine = float(fused.dense[place])
            hit = ScoredPassage(
                passage=found.passage,
                report=report,
                rank=shortlist.ranks[place],
                score=float(fused.scores[place]),
                highlights=(span,),
                dense=Standing(fused.dense_rank.get(ordinal), float(fused.dense[place])),
                lexical=Standing(fused.lexical_rank.get(ordinal), float(fused.lexical[place])),
                tokens=near,
                preferred=float(self._preferences.gain([report], preference)[0]),
                duplicates=tuple(stored[other].passage.passage_id for other in others),
                confidence=MODEL.probability(
                    Signals(cosine, cosine - middle, unnamed[found.report_row])
                ),
            )
            hits.append(hit)
        return tuple(hits)

    def _nearness(self, asked: Encoded, ordinal: int, title: str, passage: Passage) -> Nearness:
        """How near the question each part of the passage comes, by its tokens."""
        before = len(embedded_text(title, passage)) - len(passage.text)
        tokens, query = self._index.tokens, asked.tokens

        def nearness(spans: list[Span]) -> Scores:
            if tokens is None or query is None:
                return np.zeros(len(spans), np.float32)
            return tokens.score_spans(query, ordinal, spans, before)

        return nearness

    def unnamed(self, names: tuple[str, ...], report_id: str) -> float:
        """The share of names that a report nowhere mentions; 0 where there are no names."""
        row = self._index.store.row_of(report_id)
        return self._unnamed(names, {row})[row]

    def _unnamed(self, names: tuple[str, ...], rows: AbstractSet[int]) -> dict[int, float]:
        """The share of names that each report nowhere mentions, by row."""
        having = [self._index.lexical.mentioning(name, rows) for name in names]
        return {
            row: sum(row not in each for each in having) / len(names) if names else 0.0
            for row in rows
        }

    def _rarity(self, question: str) -> dict[str, float]:
        lexical = self._index.lexical
        return {
            term: rarity(lexical.frequency(term), len(lexical)) for term in set(stems(question))
        }
