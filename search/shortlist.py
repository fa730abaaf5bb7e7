"""Candidates into a shortlist: one of each group of near-duplicates, spread over reports."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.encoder.types import Encoded
from search.fusion import FusionRules
from search.hybrid import Fused, Stopwatch, retrieve
from search.index.generations import Generation
from search.index.types import Allowed, Ordinals
from search.preference import Preferences, reordered
from search.types import Preference


@dataclass(frozen=True, slots=True)
class Wanted:
    """What retrieval is to bring: `k` passages, at first `of_a_report` of each report."""

    k: int
    of_a_report: int
    allowed: Allowed | None
    preference: Preference


@dataclass(frozen=True, slots=True)
class Shortlist:
    """All candidates in order, and the places of the best of them.

    `repeats` gives for each place, best first, the ordinals of the allowed near-duplicates that
    the passage there stands for.
    """

    fused: Fused
    repeats: dict[int, list[int]]


class Shortlister:
    """Makes shortlists from one generation. Safe to share by threads."""

    def __init__(
        self,
        index: Generation,
        rules: FusionRules,
        report_rows: Ordinals,
        firsts: Sequence[int],
        preferences: Preferences,
    ) -> None:
        self._index = index
        self._rules = rules
        self._report_rows = report_rows
        self._first = firsts
        self._repeats = _group(firsts)
        self._preferences = preferences

    def make(self, question: str, asked: Encoded, wanted: Wanted, watch: Stopwatch) -> Shortlist:
        """The shortlist of a question; deeper where near-duplicates crowd the candidates."""
        depth = self._rules.depth
        while True:
            fused = retrieve(
                question,
                asked,
                dense=self._index.dense,
                lexical=self._index.lexical,
                tokens=self._index.tokens,
                rules=replace(
                    self._rules, depth=depth, compared=max(self._rules.compared, wanted.k)
                ),
                allowed=wanted.allowed,
                watch=watch,
            )
            if wanted.preference.active:
                rows = self._report_rows[fused.ordinals]
                fused = reordered(fused, self._preferences.gain(rows, wanted.preference))
            shown = self._collapse(fused, wanted.k, wanted.of_a_report)
            if len(shown) == wanted.k or len(fused.ordinals) < depth:
                repeats = {place: self._others(fused, place, wanted.allowed) for place in shown}
                return Shortlist(fused, repeats)
            depth *= 4

    def _collapse(self, fused: Fused, k: int, most: int) -> list[int]:
        """Places of the k best: one for each group of near-duplicates, `most` of a report first."""
        seen: set[int] = set()
        of_report: Counter[int] = Counter()
        places: list[int] = []
        more: list[int] = []
        for place, ordinal in enumerate(fused.ordinals.tolist()):
            first, row = self._first[ordinal], int(self._report_rows[ordinal])
            if first in seen:
                continue
            seen.add(first)
            of_report[row] += 1
            (places if of_report[row] <= most else more).append(place)
            if len(places) == k:
                break
        return (places + more)[:k]

    def _others(self, fused: Fused, place: int, allowed: Allowed | None) -> list[int]:
        """Ordinals of the allowed near-duplicates that the passage at `place` stands for."""
        ordinal = int(fused.ordinals[place])
        group = self._repeats.get(self._first[ordinal], [])
        return [
            other
            for other in group
            if other != ordinal and (allowed is None or allowed.mask[other])
        ]


def _group(firsts: Sequence[int]) -> dict[int, list[int]]:
    """Ordinals by near-duplicate group, groups of one left out."""
    groups: dict[int, list[int]] = {}
    for ordinal, first in enumerate(firsts):
        groups.setdefault(first, []).append(ordinal)
    return {first: group for first, group in groups.items() if len(group) > 1}
