"""The catalogue: an SQLite database of files, reports and what reading them came to."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from corpus.errors import LibraryError
from corpus.library.states import Entry, FileEntry

VERSION: Final = 1

_SCHEMA: Final = f"""
CREATE TABLE report (
    number INTEGER PRIMARY KEY,   -- order of arrival
    report_id TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    read_by INTEGER,              -- version of the reader, NULL until read
    body TEXT NOT NULL
);
CREATE INDEX report_by_content ON report (sha256);
CREATE TABLE file (
    number INTEGER PRIMARY KEY,
    path TEXT NOT NULL,           -- as it was typed
    place TEXT NOT NULL,          -- the real path
    sha256 TEXT NOT NULL,
    report_id TEXT NOT NULL REFERENCES report (report_id),
    superseded INTEGER NOT NULL DEFAULT 0,
    UNIQUE (place, sha256)
);
PRAGMA user_version = {VERSION};
"""

_ENTRY: Final = TypeAdapter(Entry)


class Catalogue:
    """Reads and writes of the catalogue; one connection, used by one thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._database = sqlite3.connect(path, isolation_level=None, timeout=30)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            raise LibraryError(
                f"The catalogue {path} cannot be opened: {error}.",
                cure="Restore it from a backup, or name a new home and add the reports again.",
            ) from error

    def _prepare(self, path: Path) -> None:
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version == 0:
            with self.transaction():
                for statement in _SCHEMA.split(";"):
                    self._database.execute(statement)
        elif version != VERSION:
            raise LibraryError(
                f"The catalogue {path} is of version {version}; this program reads {VERSION}.",
                cure="Use the program it was made by, or a new home folder.",
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All the writes inside, or none of them."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def reports(self) -> dict[str, Entry]:
        """Every report ever catalogued, by id, in order of arrival."""
        rows = self._database.execute("SELECT report_id, body FROM report ORDER BY number")
        return {report_id: _ENTRY.validate_json(body) for report_id, body in rows}

    def report(self, report_id: str) -> Entry | None:
        """The report of that id, if it was ever catalogued."""
        return self._one("report_id = ?", report_id)

    def by_content(self, sha256: str) -> Entry | None:
        """The report kept from these bytes, if any."""
        return self._one("sha256 = ?", sha256)

    def _one(self, where: str, value: str) -> Entry | None:
        query = f"SELECT body FROM report WHERE {where} ORDER BY number"  # noqa: S608 - `where` is written in this file
        row = self._database.execute(query, (value,)).fetchone()
        return _ENTRY.validate_json(row[0]) if row else None

    def unread(self, reader_version: int) -> list[Entry]:
        """Held reports that this version of the reader has not read, in order of arrival."""
        rows = self._database.execute(
            "SELECT body FROM report WHERE read_by IS NOT ? ORDER BY number", (reader_version,)
        )
        return [e for (body,) in rows if (e := _ENTRY.validate_json(body)).removed is None]

    def put(self, entry: Entry, *, read_by: int | None) -> None:
        """Add a report or replace what is known of it."""
        self._database.execute(
            "INSERT INTO report (report_id, sha256, read_by, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (report_id) DO UPDATE SET"
            " sha256 = excluded.sha256, read_by = excluded.read_by, body = excluded.body",
            (entry.report_id, entry.sha256, read_by, _ENTRY.dump_json(entry).decode()),
        )

    def update(self, entry: Entry) -> None:
        """Replace what is known of a report, leaving whether it was read as it is."""
        self._database.execute(
            "UPDATE report SET body = ? WHERE report_id = ?",
            (_ENTRY.dump_json(entry).decode(), entry.report_id),
        )

    def files(self) -> list[FileEntry]:
        """Every file ever added, oldest first."""
        names = ", ".join(field.name for field in fields(FileEntry))
        rows = self._database.execute(f"SELECT {names} FROM file ORDER BY number")  # noqa: S608 - field names
        return [
            FileEntry(path, place, sha256, report_id, superseded=bool(old))
            for path, place, sha256, report_id, old in rows
        ]

    def put_file(self, file: FileEntry) -> None:
        """Add a file, or replace what is known of it."""
        values: dict[str, Any] = asdict(file)
        self._database.execute(
            "INSERT INTO file (path, place, sha256, report_id, superseded)"
            " VALUES (:path, :place, :sha256, :report_id, :superseded)"
            " ON CONFLICT (place, sha256) DO UPDATE SET"
            " report_id = excluded.report_id, superseded = excluded.superseded",
            values,
        )

    def close(self) -> None:
        """Close the database."""
        self._database.close()
