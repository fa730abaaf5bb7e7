"""The catalogue: an SQLite database of files, reports and what reading them came to."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from corpus.errors import LibraryError
from corpus.library.schema import VERSION, create, upgrade
from corpus.library.states import Entry, FileEntry
from corpus.library.visits import Visits

_ENTRY: Final = TypeAdapter(Entry)
_FILE: Final = (
    "path", "place", "sha256", "report_id", "superseded", "centre", "page", "fetched", "headers",
    "gone",
)  # fmt: skip


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
        self.visits = Visits(self._database)

    def _prepare(self, path: Path) -> None:
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise LibraryError(
                f"The catalogue {path} is of version {version}; this program reads {VERSION}.",
                cure="Use the program it was made by, or a new home folder.",
            )
        if version == VERSION:
            return
        with self.transaction():
            # Another process may have been quicker.
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version == 0:
                create(self._database)
            elif version < VERSION:
                upgrade(self._database, version)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All the writes inside, or none of them.

        Raises:
            LibraryError: they cannot be written.
        """
        try:
            self._database.execute("BEGIN IMMEDIATE")
            yield
            self._database.execute("COMMIT")
        except BaseException as error:
            if self._database.in_transaction:  # a full disk has ended it already
                self._database.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise LibraryError(
                    f"The catalogue cannot be written: {error}.",
                    cure="Nothing of this step was entered. See that the disk has room and may be "
                    "written, that no other program holds the catalogue, then try again.",
                ) from error
            raise

    def reports(self) -> dict[str, Entry]:
        """Every report ever catalogued, by id, in order of arrival."""
        rows = self._database.execute("SELECT report_id, body FROM report ORDER BY number")
        return {report_id: _entry(body) for report_id, body in rows}

    def report(self, report_id: str) -> Entry | None:
        """The report of that id, if it was ever catalogued."""
        return self._one("report_id = ?", report_id)

    def by_content(self, sha256: str) -> Entry | None:
        """The report kept from these bytes, if any."""
        return self._one("sha256 = ?", sha256)

    def _one(self, where: str, value: str) -> Entry | None:
        query = f"SELECT body FROM report WHERE {where} ORDER BY number"  # noqa: S608 - `where` is written in this file
        row = self._database.execute(query, (value,)).fetchone()
        return _entry(row[0]) if row else None

    def unread(self, reader_version: int) -> list[Entry]:
        """Reports that this version of the reader has not read, in order of arrival."""
        rows = self._database.execute(
            "SELECT body FROM report WHERE read_by IS NOT ? ORDER BY number", (reader_version,)
        )
        return [_entry(body) for (body,) in rows]

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

    def files(self, *, place: str | None = None, report_id: str | None = None) -> list[FileEntry]:
        """Every file ever added (of a place, or of a report), oldest first."""
        wanted = {"place": place, "report_id": report_id}
        given = {name: value for name, value in wanted.items() if value is not None}
        where = " AND ".join(f"{name} = :{name}" for name in given) or "1"
        rows = self._database.execute(
            f"SELECT {', '.join(_FILE)} FROM file WHERE {where} ORDER BY number",  # noqa: S608 - names of columns
            given,
        )
        return [_file(dict(zip(_FILE, row, strict=True))) for row in rows]

    def added_from(self, places: Collection[str]) -> Entry | None:
        """The report that was first added from any of these paths or places and is kept still."""
        marks = ",".join("?" * len(places))
        row = self._database.execute(
            f"SELECT report_id FROM file WHERE (path IN ({marks}) OR place IN ({marks}))"  # noqa: S608 - marks
            " AND NOT superseded ORDER BY number",
            (*places, *places),
        ).fetchone()
        return self.report(row[0]) if row else None

    def put_file(self, file: FileEntry) -> None:
        """Add a file, or replace what is known of it."""
        values: dict[str, Any] = asdict(file) | {"headers": json.dumps(dict(file.headers))}
        changed = ", ".join(f"{name} = excluded.{name}" for name in _FILE)
        self._database.execute(
            f"INSERT INTO file ({', '.join(_FILE)})"  # noqa: S608 - names of columns
            f" VALUES ({', '.join(f':{name}' for name in _FILE)})"
            f" ON CONFLICT (place, sha256) DO UPDATE SET {changed}",
            values,
        )

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _entry(body: str) -> Entry:
    try:
        return _ENTRY.validate_json(body)
    except ValidationError as error:
        raise LibraryError(
            f"A report in the catalogue cannot be read: {error}.",
            cure="Restore the catalogue from a backup, or name a new home and add the reports "
            "again.",
        ) from error


def _file(row: dict[str, Any]) -> FileEntry:
    superseded = bool(row.pop("superseded"))
    return FileEntry(**{**row, "headers": json.loads(row["headers"])}, superseded=superseded)
