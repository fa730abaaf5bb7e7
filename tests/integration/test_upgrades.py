"""Catalogues of version 1, brought up to date."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import LibraryError
from corpus.findings import Rating
from corpus.library.arrivals import Added
from corpus.library.library import Library
from corpus.library.schema import VERSION
from corpus.library.shelf import shelve
from corpus.library.states import Departure, Outcome, State
from corpus.metadata.claims import Claim, ClaimSource
from corpus.types import Metadata

TABLES_1 = """
CREATE TABLE report (
    number INTEGER PRIMARY KEY, report_id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL,
    read_by INTEGER, body TEXT NOT NULL);
CREATE INDEX report_by_content ON report (sha256);
CREATE TABLE file (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL, place TEXT NOT NULL, sha256 TEXT NOT NULL,
    report_id TEXT NOT NULL REFERENCES report (report_id),
    superseded INTEGER NOT NULL DEFAULT 0, UNIQUE (place, sha256));
PRAGMA user_version = 1;
"""
NO_METADATA: dict[str, Any] = {
    "title": None, "centre": None, "year": None, "authors": [], "url": None, "doi": None,
    "isbn": None, "licence": None, "rating": {"evidence": None, "cost": None, "impact": None},
    "topics": [], "population": None, "setting": None, "study_design": None, "source": None,
}  # fmt: skip


def body_1(report_id: str, **known: Any) -> dict[str, Any]:  # noqa: ANN401
    """A report as version 1 kept it."""
    return {
        "report_id": report_id,
        "sha256": report_id * 8,
        "name": f"{report_id}.pdf",
        "size": 7,
        "metadata": NO_METADATA,
        "outcome": "read",
        "reason": None,
        "title": "By the file itself",
        "year": 2011,
        "authors": ["Somebody"],
        "document_type": "pdf",
        "page_count": 3,
        "ocr_pages": [2],
        "text_sha256": f"text of {report_id}",
        "removed": None,
    } | known


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of a library of version 1."""
    metadata = NO_METADATA | {
        "title": "By a person's table",
        "year": 2018,
        "authors": ["A Smith", "B Jones"],
        "rating": {"evidence": "4 padlocks", "cost": None, "impact": "+2 months"},
        "topics": ["reading"],
    }
    bodies = [
        body_1("standing", metadata=metadata),
        body_1("older", removed="replaced by a newer /r/a.pdf"),
        body_1("newer"),
        body_1("taken-out", removed="removed by hand"),
        body_1("broken", outcome="quarantined", reason="no PDF", text_sha256=None),
        body_1("waiting", outcome="waiting", document_type=None, text_sha256=None),
    ]
    files = [
        ("s.pdf", "/r/s.pdf", "standing", 0),
        ("copy.pdf", "/r/copy.pdf", "standing", 0),
        ("a.pdf", "/r/a.pdf", "older", 1),
        ("a.pdf", "/r/a.pdf", "newer", 0),
        ("t.pdf", "/r/t.pdf", "taken-out", 0),
        ("b.pdf", "/r/b.pdf", "broken", 0),
        ("w.pdf", "/r/w.pdf", "waiting", 0),
    ]
    folder = tmp_path / "library"
    folder.mkdir()
    database = sqlite3.connect(folder / "catalogue.sqlite")
    database.executescript(TABLES_1)
    database.executemany(
        "INSERT INTO report (report_id, sha256, read_by, body) VALUES (?, ?, ?, ?)",
        [
            (b["report_id"], b["sha256"], 1 if b["outcome"] != "waiting" else None, json.dumps(b))
            for b in bodies
        ],
    )
    database.executemany(
        "INSERT INTO file (path, place, sha256, report_id, superseded) VALUES (?, ?, ?, ?, ?)",
        [(path, place, name * 8, name, superseded) for path, place, name, superseded in files],
    )
    database.commit()
    database.close()
    return folder


def test_a_catalogue_of_version_1_is_brought_up_to_date_with_nothing_lost(old: Path) -> None:
    with Library(old) as library:
        entries = library.entries()
        assert list(entries) == ["standing", "older", "newer", "taken-out", "broken", "waiting"]
        standing = entries["standing"]
        assert standing.metadata == Metadata(
            title="By a person's table",
            year=2018,
            authors=("A Smith", "B Jones"),
            rating=Rating("4 padlocks", None, "+2 months"),
            topics=("reading",),
        )
        assert {claim.source for claim in standing.claims} == {ClaimSource.METADATA_FILE}
        assert (standing.page_count, standing.ocr_pages, standing.size) == (3, (2,), 7)
        assert standing.text_sha256 == "text of standing"
        assert standing.outcome is Outcome.READ
        assert (entries["broken"].outcome, entries["broken"].reason) == (
            Outcome.QUARANTINED,
            "no PDF",
        )
        assert entries["taken-out"].departure is Departure.REMOVED
        assert entries["older"].departure is Departure.REPLACED
        assert entries["older"].replaced_by == "newer"
        assert [(file.path, file.report_id, file.superseded) for file in library.files()] == [
            ("s.pdf", "standing", False),
            ("copy.pdf", "standing", False),
            ("a.pdf", "older", True),
            ("a.pdf", "newer", False),
            ("t.pdf", "taken-out", False),
            ("b.pdf", "broken", False),
            ("w.pdf", "waiting", False),
        ]


def test_after_the_upgrade_every_report_stands_where_it_stood(old: Path) -> None:
    with Library(old) as library:
        states = [(each.file, each.state) for each in library.accounts({"standing", "newer"})]
        assert states == [
            ("s.pdf", State.INDEXED),
            ("copy.pdf", State.DUPLICATE),
            ("a.pdf", State.REPLACED),
            ("a.pdf", State.INDEXED),
            ("t.pdf", State.REMOVED),
            ("b.pdf", State.QUARANTINED),
            ("w.pdf", State.WAITING),
        ]
        shown = {each.report.report_id: each for each in shelve(library)}
        assert set(shown) == {"standing", "older", "newer"}
        assert [each.report_id for each in shown["older"].details.versions] == ["newer"]
        # What the file said of itself is had again by reading it.
        unread = {entry.report_id for entry in library.readings.unread()}
        assert unread == set(library.entries()) - {"taken-out"}


def test_an_upgrade_happens_once_and_new_files_go_on_from_it(old: Path) -> None:
    with Library(old) as library:
        before = library.entries()
    with Library(old) as library:
        assert library.entries() == before
        report_id, added = library.add(b"new", path="a.pdf", name="a.pdf", place="/r/a.pdf")
        assert added is Added.REPLACED
        assert library.entries()["newer"].replaced_by == report_id
    database = sqlite3.connect(old / "catalogue.sqlite")
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    database.close()


def test_an_upgrade_that_fails_leaves_the_catalogue_as_it_was(old: Path) -> None:
    path = old / "catalogue.sqlite"
    database = sqlite3.connect(path)
    database.execute("UPDATE report SET body = '{}' WHERE report_id = 'waiting'")
    database.commit()
    before = database.execute("SELECT * FROM report").fetchall()
    with pytest.raises(LibraryError, match="metadata"):
        Library(old)
    assert database.execute("PRAGMA user_version").fetchone() == (1,)
    assert database.execute("SELECT * FROM report").fetchall() == before
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert {name for (name,) in tables} == {"report", "file"}
    database.close()


def test_corrections_made_after_an_upgrade_win(old: Path) -> None:
    with Library(old) as library:
        library.correct("standing", [Claim("year", 2020, ClaimSource.PERSON)], forget=())
        standing = library.entries()["standing"]
        assert standing.metadata == replace(standing.metadata, year=2020)
        assert standing.metadata.title == "By a person's table"
