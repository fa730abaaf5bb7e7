"""A shortlist into hits: each passage with its confidence and why it ranked."""

import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from itertools import chain

import numpy as np

from search.confidence import MODEL, Signals
from search.index.protocol import Index
from search.index.store import StoredPassage
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
        shortlist: Shortlist,
        stored: Mapping[int, StoredPassage],
        preference: Preference,
    ) -> tuple[ScoredPassage, ...]:
        """The hits of a shortlist, best first; `stored` holds its passages by ordinal.

        Of their near-duplicates no more than the ids is looked up. No sentence of theirs is
        highlighted: see `search.sentences`.
        """
        fused = shortlist.fused
        rows = {stored[int(fused.ordinals[place])].report_row for place in shortlist.repeats}
        reports, unnamed = self._index.store.at(rows), self._unnamed(reading.names, rows)
        repeats = chain.from_iterable(shortlist.repeats.values())
        repeated = self._index.store.passage_ids(repeats)
        middle = float(np.median(fused.dense)) if len(fused.dense) else 0.0
        hits = []
        for place, others in shortlist.repeats.items():
            ordinal = int(fused.ordinals[place])
            found = stored[ordinal]
            report = reports[found.report_row]
            near = None if math.isnan(fused.tokens[place]) else float(fused.tokens[place])
            cosine = float(fused.dense[place])
            hit = ScoredPassage(
                passage=found.passage,
                report=report,
                rank=shortlist.ranks[place],
                score=float(fused.scores[place]),
                highlights=(),
                dense=Standing(fused.dense_rank.get(ordinal), float(fused.dense[place])),
                lexical=Standing(fused.lexical_rank.get(ordinal), float(fused.lexical[place])),
                tokens=near,
                preferred=float(self._preferences.gain([report], preference)[0]),
                duplicates=tuple(repeated[other] for other in others),
                confidence=MODEL.probability(
                    Signals(cosine, cosine - middle, unnamed[found.report_row])
                ),
            )
            hits.append(hit)
        return tuple(hits)

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
