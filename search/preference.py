"""Stronger or newer evidence first among passages about as relevant, where somebody asks for it.

Off unless asked for: on judged questions it neither won nor lost (docs/relevance.md), and what
counts as better evidence is the asker's choice.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from corpus.types import Report
from search.hybrid import Fused
from search.index.types import Ordinals, Scores
from search.types import Preference

MOST_STRENGTH: Final = 5


class Preferences:
    """What each report of a library gains, by its row."""

    def __init__(self, reports: Sequence[Report]) -> None:
        years = [report.metadata.year for report in reports]
        known = [year for year in years if year is not None]
        oldest, newest = (min(known), max(known)) if known else (0, 0)
        span = max(newest - oldest, 1)
        self._recent = np.array(
            [0.0 if year is None else (year - oldest) / span for year in years], np.float32
        )
        self._strong = np.array(
            [(report.assessment.strength or 0) / MOST_STRENGTH for report in reports], np.float32
        )

    def gain(self, report_rows: Ordinals, preference: Preference) -> Scores:
        """What the passages of these reports gain, shape (len(report_rows),)."""
        strong = preference.strong * self._strong[report_rows]
        return np.asarray(strong + preference.recent * self._recent[report_rows], np.float32)


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
