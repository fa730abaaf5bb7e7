"""Candidates into a shortlist: one of each group of near-duplicates, spread over reports."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from search.fusion import FusionRules
from search.hybrid import Encoding, Fused, deeper, retrieve
from search.index.protocol import Index
from search.index.types import Proposed, Within
from search.preference import Preferences, reordered
from search.stopwatch import Stopwatch
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
    within: Within
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
    """Makes shortlists from one index. Safe to share by threads."""

    def __init__(self, index: Index, rules: FusionRules, preferences: Preferences) -> None:
        self._index = index
        self._rules = rules
        self._preferences = preferences

    def make(
        self, question: str, encoding: Encoding, wanted: Wanted, watch: Stopwatch
    ) -> Shortlist:
        """The shortlist of a question; deeper where near-duplicates crowd the candidates.

        What only a deeper search proposes comes after all that was proposed before.
        """
        depth, fused = self._rules.depth, None
        shown = _Shown(wanted.of_a_report)
        while True:
            proposed = self._retrieve(question, encoding, wanted, watch, depth)
            start = len(fused.ordinals) if fused else 0
            fused = deeper(fused, proposed) if fused else proposed
            self._collapse(fused, start, wanted.k, shown)
            if len(shown.places) == wanted.k or len(proposed.ordinals) < depth:
                repeats = self._repeats(fused, shown.places, wanted.within)
                ranks = {place: rank for rank, place in enumerate(shown.places, start=1)}
                return Shortlist(fused, repeats, ranks)
            depth *= 4

    def _retrieve(
        self, question: str, encoding: Encoding, wanted: Wanted, watch: Stopwatch, depth: int
    ) -> Fused:
        compared = max(self._rules.compared, wanted.compared)

        def propose(question: str, encoding: Encoding, depth: int, watch: Stopwatch) -> Proposed:
            return self._index.propose(
                question, lambda: encoding().vector, depth, wanted.within, watch
            )

        fused = retrieve(
            question,
            encoding,
            propose=propose,
            tokens=self._index.tokens,
            rules=replace(self._rules, depth=depth, compared=compared),
            watch=watch,
        )
        if not wanted.preference.active:
            return fused
        rows = self._index.report_rows(fused.ordinals).tolist()
        reports = self._index.store.at(set(rows))
        return reordered(
            fused, self._preferences.gain([reports[row] for row in rows], wanted.preference)
        )

    def _collapse(self, fused: Fused, start: int, k: int, shown: "_Shown") -> None:
        """Add places from `start` on, up to k: one for each group of near-duplicates."""
        more: list[int] = []
        ordinals = fused.ordinals[start:]
        groups, rows = self._index.groups(ordinals).tolist(), self._index.report_rows(ordinals)
        for place, (group, row) in enumerate(zip(groups, rows.tolist(), strict=True), start):
            if len(shown.places) == k:
                return
            if group in shown.groups:
                continue
            shown.groups.add(group)
            shown.of_report[row] += 1
            few = shown.of_report[row] <= shown.of_a_report
            (shown.places if few else more).append(place)
        shown.places.extend(more[: k - len(shown.places)])

    def _repeats(self, fused: Fused, places: list[int], within: Within) -> dict[int, list[int]]:
        """Ordinals of the near-duplicates within that the passage at each place stands for."""
        repeats = self._index.repeats(fused.ordinals[places], within)
        return {place: repeats[int(fused.ordinals[place])] for place in places}
