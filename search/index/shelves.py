"""The stores of all parts as one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from typing import Final

import numpy as np

from corpus.details import ReportDetails
from corpus.types import Passage, Report
from search.errors import UnknownId
from search.index.parts import Places
from search.index.reports import Reports
from search.index.store import Store, StoredPassage, no_passage, no_report
from search.index.types import Ordinals


class Shelves:
    """A `Shelf` over the store of each part. Reports of several parts are in order of their ids.

    `standing` counts the reports that can be found; `years` are those of the oldest and the newest,
    zeros where none is known.
    """

    def __init__(self, stores: Sequence[Store], places: Places) -> None:
        self._stores: Final = stores
        self._places: Final = places
        counts = [len(each.ids) for each in stores]
        ids = list(chain.from_iterable(each.ids for each in stores))
        order = np.arange(len(ids))
        if len(stores) > 1:
            order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
        self._ids = [ids[each] for each in order]
        #: By row: the part a report is in, and its row there.
        self._part = np.repeat(np.arange(len(stores)), counts)[order]
        firsts = np.cumsum([0, *counts], dtype=np.int64)
        self._within = order - firsts[self._part]
        row = np.empty(len(ids), np.int64)
        row[order] = np.arange(len(ids))
        self._rows = np.split(row, firsts[1:-1]) if stores else []
        # Nothing it keeps may lead back to it: one that is done with goes at once.
        self.reports = Reports(len(ids), partial(_bodies, stores, self._part, self._within))
        self.standing = sum(each.standing for each in stores)
        years = frozenset[int]().union(*(each.years for each in stores))
        self.years = (min(years), max(years)) if years else (0, 0)

    @cached_property
    def _row_of(self) -> dict[str, int]:
        """The row of each report, by its id."""
        return {report_id: row for row, report_id in enumerate(self._ids)}

    def rows(self, part: int) -> Ordinals:
        """The row among all reports of each report of a part, in the part's order."""
        return self._rows[part]

    def places(self) -> tuple[Ordinals, Ordinals]:
        """By row: the part that each report is in, and its row there."""
        return self._part, self._within

    def at(self, rows: Iterable[int]) -> dict[int, Report]:
        """The reports at these rows, by row."""
        return self.reports.at(map(int, rows))

    def row_of(self, report_id: str) -> int:
        """The row of the report of that id; raises UnknownId."""
        try:
            return self._row_of[report_id]
        except KeyError:
            raise no_report(report_id) from None

    def report(self, report_id: str) -> Report:
        """The report of that id; raises UnknownId."""
        return self.reports[self.row_of(report_id)]

    def details(self, report_id: str) -> ReportDetails:
        """Everything kept of the report of that id; raises UnknownId."""
        return self._store_of(report_id).details(report_id)

    def passage(self, passage_id: str) -> StoredPassage:
        """The passage of that id; raises UnknownId."""
        for part, store in enumerate(self._stores):
            try:
                return self._stored(part, store.passage(passage_id))
            except UnknownId:
                continue
        raise no_passage(passage_id)

    def passages_of(self, report_id: str) -> tuple[Passage, ...]:
        """All passages of a report, in reading order, unranked kinds too; raises UnknownId."""
        return self._store_of(report_id).passages_of(report_id)

    def fetch(self, ordinals: Iterable[int]) -> Mapping[int, StoredPassage]:
        """The passages at these ordinals."""
        found = (
            self._stored(part, stored)
            for part, some in self._by_part(ordinals).items()
            for stored in self._stores[part].fetch(some).values()
        )
        return {stored.ordinal: stored for stored in found}

    def passage_ids(self, ordinals: Iterable[int]) -> Mapping[int, str]:
        """The ids of the passages at these ordinals."""
        return {
            self._places.ordinal(part, within): passage_id
            for part, some in self._by_part(ordinals).items()
            for within, passage_id in self._stores[part].passage_ids(some).items()
        }

    def _by_part(self, ordinals: Iterable[int]) -> dict[int, list[int]]:
        """Ordinals within each part."""
        wanted: dict[int, list[int]] = {}
        for ordinal in ordinals:
            part, within = self._places.find(int(ordinal))
            wanted.setdefault(part, []).append(within)
        return wanted

    def _store_of(self, report_id: str) -> Store:
        return self._stores[int(self._part[self.row_of(report_id)])]

    def _stored(self, part: int, stored: StoredPassage) -> StoredPassage:
        return replace(
            stored,
            ordinal=self._places.ordinal(part, stored.ordinal),
            report_row=int(self._rows[part][stored.report_row]),
        )

    def close(self) -> None:
        """Close the stores; they cannot be used afterwards."""
        for store in self._stores:
            store.close()


def _bodies(
    stores: Sequence[Store], part_of: Ordinals, within: Ordinals, rows: Sequence[int]
) -> list[bytes]:
    """Of the reports at these rows, each as JSON, in their order."""
    places = list(zip(part_of[rows].tolist(), within[rows].tolist(), strict=True))
    wanted: dict[int, list[int]] = {}
    for part, row in places:
        wanted.setdefault(part, []).append(row)
    found = {part: stores[part].bodies(some) for part, some in wanted.items()}
    return [found[part][row] for part, row in places]
