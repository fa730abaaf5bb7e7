"""Reports and passages as the database keeps them; reports that were asked for stay in memory."""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from pydantic import TypeAdapter

from corpus.details import ReportDetails
from corpus.types import Passage, Report
from search.cache import Cache
from search.errors import IndexChanged
from search.index.postgres.asking import Asking
from search.index.postgres.connections import Connections
from search.index.postgres.narrowing import clean
from search.index.postgres.schema import PLACES
from search.index.store import StoredPassage, no_passage, no_report, passage_of

REPORTS_HELD: Final = 20_000
_REPORT: Final = TypeAdapter(Report)
_DETAILS: Final = TypeAdapter(ReportDetails)
#: At some ordinals; the rows of their reports, `_rows_of`, name the shards they are in.
_AT: Final = "ordinal = ANY(%(wanted)s::bigint[]) AND report_row = ANY(%(rows)s::bigint[])"


class EngineStore:
    """The `Shelf` of one generation. A row is never used again, so what is held stays true."""

    def __init__(self, connections: Connections, asking: Asking) -> None:
        self._connections = connections
        self._asking = asking
        self._held: Cache[int, Report] = Cache(REPORTS_HELD)

    def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - of SQL
        return self._connections.rows(self._asking.plain(statement), values)

    @cached_property
    def reports(self) -> tuple[Report, ...]:
        """Every report, in row order: for lists and counts of the whole library, read once."""
        found = self._rows("SELECT body FROM {schema}.report ORDER BY report_row")
        return tuple(_REPORT.validate_json(body) for (body,) in found)

    def at(self, rows: Iterable[int]) -> dict[int, Report]:
        """The reports at these rows, by row.

        Raises:
            IndexChanged: one has gone.
        """
        wanted = {int(row) for row in rows}
        found = self._held.get(wanted, self._load)
        if len(found) < len(wanted):
            raise gone()
        return found

    def _load(self, rows: list[int]) -> Mapping[int, Report]:
        found = self._rows(
            "SELECT report_row, body FROM {schema}.report "
            "WHERE report_row = ANY(%(rows)s::bigint[])",
            rows=rows,
        )
        return {row: _REPORT.validate_json(body) for row, body in found}

    def row_of(self, report_id: str) -> int:
        """The row of the report of that id; raises UnknownId."""
        return self._known(report_id)[0]

    def report(self, report_id: str) -> Report:
        """The report of that id; raises UnknownId."""
        row, body, _ = self._known(report_id)
        report = _REPORT.validate_json(body)
        self._held.put({row: report})
        return report

    def details(self, report_id: str) -> ReportDetails:
        """Everything kept of the report of that id; raises UnknownId."""
        return _DETAILS.validate_json(self._known(report_id)[2])

    def _known(self, report_id: str) -> tuple[int, str, str]:
        found = self._rows(
            "SELECT report_row, body, details FROM {schema}.report WHERE report_id = %(report_id)s",
            report_id=clean(report_id),
        )
        for row, body, details in found:
            return row, body, details
        raise no_report(report_id)

    def passage(self, passage_id: str) -> StoredPassage:
        """The passage of that id; raises UnknownId."""
        for stored in self._passages("passage_id = %(wanted)s", clean(passage_id)):
            return stored
        raise no_passage(passage_id)

    def passages_of(self, report_id: str) -> tuple[Passage, ...]:
        """All passages of a report, in reading order, unranked kinds too; raises UnknownId."""
        found = self._passages("report_row = %(wanted)s", self.row_of(report_id))
        return tuple(stored.passage for stored in found)

    def fetch(self, ordinals: Iterable[int]) -> Mapping[int, StoredPassage]:
        """The passages at these ordinals.

        Raises:
            IndexChanged: one has gone.
        """
        wanted = {int(ordinal) for ordinal in ordinals}
        if not wanted:
            return {}
        found = self._passages(_AT, list(wanted), rows=_rows_of(wanted))
        if len(found) < len(wanted):
            raise gone()
        return {stored.ordinal: stored for stored in found}

    def passage_ids(self, ordinals: Iterable[int]) -> Mapping[int, str]:
        """The ids of the passages at these ordinals.

        Raises:
            IndexChanged: one has gone.
        """
        wanted = {int(ordinal) for ordinal in ordinals}
        if not wanted:
            return {}
        statement = f"SELECT ordinal, passage_id FROM {{schema}}.passage WHERE {_AT}"  # noqa: S608 - ours
        found = self._rows(statement, wanted=list(wanted), rows=_rows_of(wanted))
        if len(found) < len(wanted):
            raise gone()
        return dict(found)

    def _passages(self, where: str, wanted: object, **more: object) -> list[StoredPassage]:
        columns = "ordinal, report_row, passage_id, body"
        statement = f"SELECT {columns} FROM {{schema}}.passage WHERE {where} ORDER BY ordinal"  # noqa: S608 - ours
        found = self._rows(statement, wanted=wanted, **more)
        reports = self.at({row for _, row, *_ in found})
        return [
            StoredPassage(_passage(passage_id, reports[row], body), ordinal, row)
            for ordinal, row, passage_id, body in found
        ]


def _rows_of(ordinals: Iterable[int]) -> list[int]:
    return list({ordinal // PLACES for ordinal in ordinals})


def _passage(passage_id: str, report: Report, body: str) -> Passage:
    kept = json.loads(body)
    return passage_of(passage_id, report.report_id, kept["text"], kept)


def gone() -> IndexChanged:
    """What is said where a report went between two looks."""
    return IndexChanged("A report went while it was being asked about.", cure="Ask again.")
