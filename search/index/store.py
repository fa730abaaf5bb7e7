"""The store: reports and passages in an SQLite file that is never changed.

It holds a part of a generation; rows and ordinals in it count from 0. A passage's ordinal is its
rowid less one; ranked passages come first.
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
from corpus.types import BlockKind, Box, Passage, Span
from search.errors import IndexUnusable, UnknownId
from search.index.manifest import REBUILD

FILE_NAME: Final = "store.sqlite"

_PASSAGES: Final = (
    "SELECT passage.row, passage_id, report_row, report_id, text, passage.body"
    " FROM passage JOIN report ON report.row = report_row"
)

#: What has to be known of every report before anything is asked: an index holds it, so that no
#: report is read.
_TOLD: Final = "SELECT report_id, standing, year FROM report INDEXED BY report_told ORDER BY row"

_DETAILS: Final = TypeAdapter(ReportDetails)


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """A passage as it goes into an index, in ordinal order.

    `first` is the ordinal of the first of its near-duplicates.
    """

    passage: Passage
    report_row: int
    place: int
    first: int


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it comes out, with its ordinal and its report's row."""

    passage: Passage
    ordinal: int
    report_row: int


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
    """Read access to one part, from any thread: all is fetched as needed.

    `ids` are the reports' by row; `standing` counts those that can be found; `years` are those
    that are known.

    One connection is opened at once and kept, so that the files may be pruned meanwhile;
    threads take turns on it.
    """

    def __init__(self, path: Path) -> None:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._turn = threading.Lock()
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        told = self._all(_TOLD)
        ids, standing, years = zip(*told, strict=True) if told else ((), (), ())
        self.ids: tuple[str, ...] = ids
        self.standing = sum(standing)
        self.years: frozenset[int] = frozenset(years) - {None}

    def bodies(self, rows: Sequence[int]) -> dict[int, bytes]:
        """The reports at these rows, each as JSON."""
        marks = ",".join("?" * len(rows))
        query = f"SELECT row, body FROM report WHERE row IN ({marks})"  # noqa: S608 - marks
        return dict(self._all(query, tuple(rows)))

    def details(self, report_id: str) -> ReportDetails:
        """Everything kept of the report of that id; raises UnknownId."""
        row = self.row_of(report_id)
        ((body,),) = self._all("SELECT details FROM report WHERE row = ?", (row,))
        return _DETAILS.validate_json(body)

    def row_of(self, report_id: str) -> int:
        """The row of the report of that id; raises UnknownId."""
        for (row,) in self._all("SELECT row FROM report WHERE report_id = ?", (report_id,)):
            return int(row)
        raise no_report(report_id)

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
        return {
            stored.ordinal: stored
            for ordinal in sorted(ordinals)  # each by itself: such a statement is prepared once
            for stored in self._passages("passage.row = ?", (int(ordinal) + 1,))
        }

    def passage_ids(self, ordinals: Iterable[int]) -> Mapping[int, str]:
        """The ids of the passages at these ordinals."""
        query = "SELECT passage_id FROM passage WHERE row = ?"
        return {
            ordinal: str(passage_id)
            for ordinal in map(int, ordinals)
            for (passage_id,) in self._all(query, (ordinal + 1,))
        }

    def cuts(self) -> dict[str, tuple[str, int]]:
        """What each report's passages follow from, and how many they are, by its id."""
        rows = self._all("SELECT report_id, cut, passages FROM report")
        return {report_id: (cut, passages) for report_id, cut, passages in rows}

    def _passages(self, where: str, values: tuple[Any, ...]) -> Iterator[StoredPassage]:
        query = f"{_PASSAGES} WHERE {where}"
        for row, passage_id, report_row, report_id, text, body in self._all(query, values):
            passage = passage_of(passage_id, report_id, text, json.loads(body))
            yield StoredPassage(passage, row - 1, report_row)

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
    """Open the store in a folder.

    Raises:
        IndexUnusable: it is no readable store.
    """
    try:
        return Store(folder / FILE_NAME)
    except (sqlite3.DatabaseError, ValueError) as error:
        path = folder / FILE_NAME
        raise IndexUnusable(f"The store {path} cannot be opened: {error}", cure=REBUILD) from error
