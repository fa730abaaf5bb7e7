"""Stronger or newer evidence first among passages about as relevant, where somebody asks for it.

Off unless asked for: on judged questions it neither won nor lost (docs/relevance.md), and what
counts as better evidence is the asker's choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from corpus.types import Report
from search.hybrid import Fused
from search.index.types import Scores
from search.types import Preference

MOST_STRENGTH: Final = 5


@dataclass(frozen=True, slots=True)
class Preferences:
    """What reports gain, in a library whose reports are of these years."""

    oldest: int
    newest: int

    def gain(self, reports: Sequence[Report], preference: Preference) -> Scores:
        """What the passages of these reports gain, shape (len(reports),)."""
        if not preference.active:
            return np.zeros(len(reports), np.float32)
        gains = (
            preference.strong * (report.assessment.strength or 0) / MOST_STRENGTH
            + preference.recent * self._recency(report.metadata.year)
            for report in reports
        )
        return np.fromiter(gains, np.float32, len(reports))

    def _recency(self, year: int | None) -> float:
        """From 0, of the oldest or undated, to 1."""
        return 0.0 if year is None else (year - self.oldest) / max(self.newest - self.oldest, 1)


def reordered(fused: Fused, gain: Scores) -> Fused:
    """Candidates with what they gain added to their scores, best first."""
    scores = fused.scores + gain
    order = np.lexsort((fused.ordinals, -scores))
    return replace(
        fused,
        ordinals=fused.ordinals[order],
        scores=scores[order],
        dense=fused.dense[order],
        lexical=fused.lexical[order],
        halves=fused.halves[order],
        tokens=fused.tokens[order],
    )
