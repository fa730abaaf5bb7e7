"""Writing the store of a part."""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from corpus.details import ReportDetails
from corpus.types import Report, ReportStatus
from search.index.store import FILE_NAME, StoreEntry, passage_body

_SCHEMA: Final = """
CREATE TABLE report (
    row INTEGER PRIMARY KEY,
    report_id TEXT NOT NULL UNIQUE,
    cut TEXT NOT NULL,               -- names what its passages follow from
    passages INTEGER NOT NULL,
    standing INTEGER NOT NULL,       -- 1 where it can be found
    year INTEGER,                    -- null where it is not known
    body TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX report_told ON report (row, report_id, standing, year);
CREATE TABLE passage (
    row INTEGER PRIMARY KEY,
    passage_id TEXT NOT NULL UNIQUE,
    report_row INTEGER NOT NULL REFERENCES report,
    place INTEGER NOT NULL,          -- order within the report, from 0
    text TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX passage_of_report ON passage (report_row, place);
"""

_REPORT: Final = TypeAdapter(Report)
_DETAILS: Final = TypeAdapter(ReportDetails)


def write_store(
    reports: Sequence[Report],
    details: Sequence[ReportDetails],
    entries: Sequence[StoreEntry],
    folder: Path,
    cuts: Sequence[str] = (),
) -> None:
    """Write a store: reports in row order, passages in ordinal order.

    `cuts` name what the passages of each report follow from; without them none can be taken over.
    """
    counts = Counter(entry.report_row for entry in entries)
    database = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    try:
        database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        database.execute("BEGIN")
        database.executemany(
            "INSERT INTO report VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    row,
                    report.report_id,
                    cuts[row] if cuts else "",
                    counts[row],
                    report.status is ReportStatus.CURRENT,
                    report.metadata.year,
                    _REPORT.dump_json(report),
                    _DETAILS.dump_json(told),
                )
                for row, (report, told) in enumerate(zip(reports, details, strict=True))
            ),
        )
        database.executemany(
            "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?)", map(_row, range(1 << 62), entries)
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
        entry.passage.text,
        json.dumps(passage_body(entry.passage), ensure_ascii=False, separators=(",", ":")),
    )
