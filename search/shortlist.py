"""Candidates into a shortlist: one of each group of near-duplicates, spread over reports."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from search.encoder.types import Encoded
from search.fusion import FusionRules
from search.hybrid import Fused, Stopwatch, deeper, retrieve
from search.index.generations import Generation
from search.index.types import Allowed, Ordinals
from search.preference import Preferences, reordered
from search.types import Preference


@dataclass(frozen=True, slots=True)
class Wanted:
    """What retrieval is to bring: `k` passages, at first `of_a_report` of each report.

    At least the best `compared` candidates are compared by their tokens. A ranking with a larger
    `k` begins with the one with a smaller, all else being the same.
    """

    k: int
    compared: int
    of_a_report: int
    allowed: Allowed | None
    preference: Preference


@dataclass(frozen=True, slots=True)
class Shortlist:
    """All candidates in order, and the places of the best of them.

    `repeats` gives for each place, best first, the ordinals of the allowed near-duplicates that
    the passage there stands for; `ranks` its rank, from 1.
    """

    fused: Fused
    repeats: dict[int, list[int]]
    ranks: dict[int, int]

    def only(self, rows: AbstractSet[int]) -> "Shortlist":
        """The passages of these rows (from 0) alone."""
        kept = {
            place: others for row, (place, others) in enumerate(self.repeats.items()) if row in rows
        }
        return replace(self, repeats=kept)


@dataclass(slots=True)
class _Shown:
    """What a shortlist has so far: places in order, groups of near-duplicates, reports."""

    of_a_report: int
    places: list[int] = field(default_factory=list)
    groups: set[int] = field(default_factory=set)
    of_report: Counter[int] = field(default_factory=Counter)


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
        """The shortlist of a question; deeper where near-duplicates crowd the candidates.

        What only a deeper search proposes comes after all that was proposed before.
        """
        depth, fused = self._rules.depth, None
        shown = _Shown(wanted.of_a_report)
        while True:
            proposed = self._retrieve(question, asked, wanted, watch, depth)
            start = len(fused.ordinals) if fused else 0
            fused = deeper(fused, proposed) if fused else proposed
            self._collapse(fused, start, wanted.k, shown)
            if len(shown.places) == wanted.k or len(proposed.ordinals) < depth:
                repeats = {
                    place: self._others(fused, place, wanted.allowed) for place in shown.places
                }
                ranks = {place: rank for rank, place in enumerate(shown.places, start=1)}
                return Shortlist(fused, repeats, ranks)
            depth *= 4

    def _retrieve(
        self, question: str, asked: Encoded, wanted: Wanted, watch: Stopwatch, depth: int
    ) -> Fused:
        compared = max(self._rules.compared, wanted.compared)
        fused = retrieve(
            question,
            asked,
            dense=self._index.dense,
            lexical=self._index.lexical,
            tokens=self._index.tokens,
            rules=replace(self._rules, depth=depth, compared=compared),
            allowed=wanted.allowed,
            watch=watch,
        )
        if not wanted.preference.active:
            return fused
        rows = self._report_rows[fused.ordinals]
        return reordered(fused, self._preferences.gain(rows, wanted.preference))

    def _collapse(self, fused: Fused, start: int, k: int, shown: "_Shown") -> None:
        """Add places from `start` on, up to k: one for each group of near-duplicates."""
        more: list[int] = []
        for place, ordinal in enumerate(fused.ordinals[start:].tolist(), start):
            if len(shown.places) == k:
                return
            first, row = self._first[ordinal], int(self._report_rows[ordinal])
            if first in shown.groups:
                continue
            shown.groups.add(first)
            shown.of_report[row] += 1
            few = shown.of_report[row] <= shown.of_a_report
            (shown.places if few else more).append(place)
        shown.places.extend(more[: k - len(shown.places)])

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
