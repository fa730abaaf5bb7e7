"""The store: reports and passages of one generation in an SQLite file that is never changed.

A passage's ordinal is its rowid less one; ranked passages come first, so that ordinals
below `Manifest.counts.ranked` are exactly the rows of the dense and lexical halves.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from corpus.details import ReportDetails
from corpus.types import BlockKind, Box, Passage, Report, ReportStatus, Span
from search.errors import IndexUnusable, UnknownId
from search.index.manifest import REBUILD
from search.index.reports import REPORT, Reports

FILE_NAME: Final = "store.sqlite"

_SCHEMA: Final = """
CREATE TABLE report (
    row INTEGER PRIMARY KEY,
    report_id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE TABLE passage (
    row INTEGER PRIMARY KEY,
    passage_id TEXT NOT NULL UNIQUE,
    report_row INTEGER NOT NULL REFERENCES report,
    place INTEGER NOT NULL,          -- order within the report, from 0
    first INTEGER NOT NULL,          -- ordinal of the near-duplicate this one repeats, or its own
    text TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX passage_of_report ON passage (report_row, place);
"""

#: What has to be known of every report before anything is asked.
_TOLD: Final = """
SELECT report_id, json_extract(told, '$.status'), json_extract(told, '$.metadata.year')
FROM (SELECT row, report_id, CAST(body AS TEXT) AS told FROM report) ORDER BY row
"""

_DETAILS: Final = TypeAdapter(ReportDetails)


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """A passage as it goes into the store, in ordinal order."""

    passage: Passage
    report_row: int
    place: int
    first: int


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it comes out, with its ordinal and its near-duplicate group."""

    passage: Passage
    ordinal: int
    report_row: int
    first: int


def no_report(report_id: str) -> UnknownId:
    """What is said of a report id that there is not."""
    return UnknownId(
        "There is no report {report_id!r} in the library.",
        cure="`evidence status` lists the reports and their ids.",
        values={"report_id": report_id},
    )


def no_passage(passage_id: str) -> UnknownId:
    """What is said of a passage id that there is not."""
    return UnknownId(
        "There is no passage {passage_id!r} in the library.",
        cure="Passage ids come with search results; a report that changed has new ones.",
        values={"passage_id": passage_id},
    )


def write_store(
    reports: Sequence[Report],
    details: Sequence[ReportDetails],
    entries: Iterable[StoreEntry],
    folder: Path,
) -> None:
    """Write the store of a generation: reports in row order, passages in ordinal order."""
    database = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    try:
        database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        database.execute("BEGIN")
        database.executemany(
            "INSERT INTO report VALUES (?, ?, ?, ?)",
            (
                (row, report.report_id, REPORT.dump_json(report), _DETAILS.dump_json(told))
                for row, (report, told) in enumerate(zip(reports, details, strict=True))
            ),
        )
        database.executemany(
            "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)", map(_row, range(1 << 62), entries)
        )
        database.execute("COMMIT")
    finally:
        database.close()


def _row(ordinal: int, entry: StoreEntry) -> tuple[Any, ...]:
    return (
        ordinal + 1,
        entry.passage.passage_id,
        entry.report_row,
        entry.place,
        entry.first,
        entry.passage.text,
        json.dumps(passage_body(entry.passage), ensure_ascii=False, separators=(",", ":")),
    )


def passage_body(passage: Passage) -> dict[str, Any]:
    """What is kept of a passage besides its ids and text, for JSON."""
    return {
        "spans": [[span.page, span.start, span.end] for span in passage.spans],
        "page_labels": passage.page_labels,
        "section": passage.section,
        "kind": passage.kind,
        "boxes": [
            [page, round(box.x0, 1), round(box.y0, 1), round(box.x1, 1), round(box.y1, 1)]
            for page, box in passage.boxes
        ],
    }


class Store:
    """Read access, from any thread. Reports are kept in memory once read, passages fetched.

    `ids` are the reports' by row; `standing` counts those that can be found; `years` are those of
    the oldest and the newest, zeros where none is known.

    One connection is opened at once and kept, so that the files may be pruned meanwhile;
    threads take turns on it.
    """

    def __init__(self, path: Path) -> None:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._turn = threading.Lock()
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        told = self._all(_TOLD)
        self.ids = tuple(str(report_id) for report_id, _, _ in told)
        self.standing = sum(status == ReportStatus.CURRENT for _, status, _ in told)
        years = [int(year) for _, _, year in told if year is not None]
        self.years = (min(years), max(years)) if years else (0, 0)
        self.reports = Reports(len(told), self._bodies)
        self._report_rows = {report_id: row for row, report_id in enumerate(self.ids)}

    def _bodies(self, rows: Sequence[int]) -> list[bytes]:
        marks = ",".join("?" * len(rows))
        query = f"SELECT body FROM report WHERE row IN ({marks}) ORDER BY row"  # noqa: S608 - marks
        return [body for (body,) in self._all(query, tuple(rows))]

    def at(self, rows: Iterable[int]) -> dict[int, Report]:
        """The reports at these rows, by row."""
        return self.reports.at(map(int, rows))

    def report(self, report_id: str) -> Report:
        """The report of that id.

        Raises:
            UnknownId: there is none in this generation.
        """
        return self.reports[self.row_of(report_id)]

    def details(self, report_id: str) -> ReportDetails:
        """Everything kept of the report of that id; raises UnknownId."""
        row = self.row_of(report_id)
        ((body,),) = self._all("SELECT details FROM report WHERE row = ?", (row,))
        return _DETAILS.validate_json(body)

    def row_of(self, report_id: str) -> int:
        """The row of the report of that id; raises UnknownId."""
        try:
            return self._report_rows[report_id]
        except KeyError:
            raise no_report(report_id) from None

    def passage(self, passage_id: str) -> StoredPassage:
        """The passage of that id.

        Raises:
            UnknownId: there is none in this generation.
        """
        for stored in self._passages("passage_id = ?", (passage_id,)):
            return stored
        raise no_passage(passage_id)

    def passages_of(self, report_id: str) -> tuple[Passage, ...]:
        """All passages of a report, in reading order, unranked kinds too."""
        where = "report_row = ? ORDER BY place"
        return tuple(p.passage for p in self._passages(where, (self.row_of(report_id),)))

    def fetch(self, ordinals: Iterable[int]) -> Mapping[int, StoredPassage]:
        """The passages at these ordinals."""
        rows = ",".join(str(int(ordinal) + 1) for ordinal in ordinals)
        return {p.ordinal: p for p in self._passages(f"row IN ({rows})", ())}

    def columns(self) -> tuple[list[int], list[int]]:
        """`report_row` and `first` of every passage, in ordinal order."""
        pairs = self._all("SELECT report_row, first FROM passage ORDER BY row")
        return [row for row, _ in pairs], [first for _, first in pairs]

    def _passages(self, where: str, values: tuple[Any, ...]) -> Iterator[StoredPassage]:
        query = f"SELECT row, passage_id, report_row, first, text, body FROM passage WHERE {where}"  # noqa: S608 - `where` is written in this file
        for row, passage_id, report_row, first, text, body in self._all(query, values):
            report_id = self.ids[report_row]
            passage = passage_of(passage_id, report_id, text, json.loads(body))
            yield StoredPassage(passage, row - 1, report_row, first)

    def _all(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the connection; the store cannot be used afterwards."""
        with self._turn:
            self._connection.close()


def passage_of(passage_id: str, report_id: str, text: str, body: dict[str, Any]) -> Passage:
    """A passage from what was kept of it."""
    return Passage(
        passage_id=passage_id,
        report_id=report_id,
        text=text,
        spans=tuple(Span(*span) for span in body["spans"]),
        page_labels=tuple(body["page_labels"]),
        section=tuple(body["section"]),
        kind=BlockKind(body["kind"]),
        boxes=tuple((page, Box(*box)) for page, *box in body["boxes"]),
    )


def open_store(folder: Path) -> Store:
    """Open the store of a generation.

    Raises:
        IndexUnusable: it is no readable store.
    """
    try:
        return Store(folder / FILE_NAME)
    except (sqlite3.DatabaseError, ValueError) as error:
        path = folder / FILE_NAME
        raise IndexUnusable(f"The store {path} cannot be opened: {error}", cure=REBUILD) from error
