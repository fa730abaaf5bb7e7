"""The catalogue's tables, and how older ones are brought up to date."""

import json
import sqlite3
from dataclasses import replace
from typing import Any, Final

from pydantic import TypeAdapter

from corpus.errors import LibraryError
from corpus.library.states import Departure, Entry
from corpus.metadata.claims import ClaimSource, claims_of
from corpus.types import Metadata

VERSION: Final = 3

_TABLES_1: Final = """
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
    place TEXT NOT NULL,          -- the real path, or the address
    sha256 TEXT NOT NULL,
    report_id TEXT NOT NULL REFERENCES report (report_id),
    superseded INTEGER NOT NULL DEFAULT 0,
    UNIQUE (place, sha256)
)"""
_TABLES_2: Final = """
ALTER TABLE file ADD COLUMN centre TEXT;
ALTER TABLE file ADD COLUMN page TEXT;
ALTER TABLE file ADD COLUMN fetched TEXT;
ALTER TABLE file ADD COLUMN headers TEXT NOT NULL DEFAULT '{}';
ALTER TABLE file ADD COLUMN gone TEXT;
CREATE TABLE address (
    url TEXT PRIMARY KEY,
    centre TEXT NOT NULL,
    place TEXT NOT NULL,          -- what the library knows its report by
    page TEXT,                    -- the landing page that led to it, NULL for those of lists
    listed TEXT,                  -- when the list says it last changed
    etag TEXT,
    last_modified TEXT,
    fetched TEXT,                 -- when it last gave its bytes, NULL: never
    sha256 TEXT,                  -- of these bytes
    files TEXT NOT NULL DEFAULT '[]', -- for a landing page, the files it led to
    fault TEXT,                   -- why the last try failed, NULL: it did not
    gone TEXT
);
CREATE INDEX address_of_centre ON address (centre);
CREATE TABLE list (               -- pages of lists as they were last had
    url TEXT PRIMARY KEY,
    etag TEXT,
    last_modified TEXT,
    body BLOB NOT NULL
);
CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,                -- NULL: broken off, or still going on
    body TEXT NOT NULL
)"""

#: Two centres may list the same address; each remembers what it had from there.
_TABLES_3: Final = """
ALTER TABLE address RENAME TO address_2;
DROP INDEX address_of_centre;
CREATE TABLE address (
    url TEXT NOT NULL,
    centre TEXT NOT NULL,
    place TEXT NOT NULL,          -- what the library knows its report by
    page TEXT,                    -- the landing page that led to it, NULL for those of lists
    listed TEXT,                  -- when the list says it last changed
    etag TEXT,
    last_modified TEXT,
    fetched TEXT,                 -- when it last gave its bytes, NULL: never
    sha256 TEXT,                  -- of these bytes
    files TEXT NOT NULL DEFAULT '[]', -- for a landing page, the files it led to
    fault TEXT,                   -- why the last try failed, NULL: it did not
    gone TEXT,
    PRIMARY KEY (centre, url)
);
INSERT INTO address SELECT url, centre, place, page, listed, etag, last_modified, fetched, sha256,
    files, fault, gone FROM address_2 ORDER BY rowid;
DROP TABLE address_2"""

_ENTRY: Final = TypeAdapter(Entry)
_METADATA: Final = TypeAdapter(Metadata)


def create(database: sqlite3.Connection) -> None:
    """Make the tables of a new catalogue, inside a transaction."""
    _run(database, _TABLES_1)
    upgrade(database, 1)


def upgrade(database: sqlite3.Connection, version: int) -> None:
    """Bring a catalogue of an earlier version up to date, inside a transaction."""
    steps = {1: _to_2, 2: _to_3}  # from each version to the next
    for step in range(version, VERSION):
        steps[step](database)
    database.execute(f"PRAGMA user_version = {VERSION}")


def _to_2(database: sqlite3.Connection) -> None:
    """Metadata becomes claims; what the file said of itself is had again by reading it."""
    _run(database, _TABLES_2)
    # Version 1 did not say what a report was replaced by: what its place holds now.
    rows = database.execute(
        "SELECT old.report_id, new.report_id FROM file old JOIN file new ON old.place = new.place"
        " WHERE old.superseded AND NOT new.superseded"
    )
    followers = dict(rows.fetchall())
    for report_id, body in database.execute("SELECT report_id, body FROM report").fetchall():
        try:
            entry = _from_1(json.loads(body), followers.get(report_id))
        except (KeyError, ValueError) as error:
            raise LibraryError(
                f"The catalogue's report {report_id} cannot be brought up to date: {error!r}.",
                cure="Nothing was changed. Restore the catalogue from a backup, or add the reports "
                "to a new home.",
            ) from error
        database.execute(
            "UPDATE report SET body = ? WHERE report_id = ?",
            (_ENTRY.dump_json(entry).decode(), report_id),
        )


def _to_3(database: sqlite3.Connection) -> None:
    _run(database, _TABLES_3)


def _from_1(old: dict[str, Any], follower: str | None) -> Entry:
    known = _METADATA.validate_python(old.pop("metadata"))
    for name in ("title", "year", "authors"):
        old.pop(name)
    entry = replace(_ENTRY.validate_python(old), claims=claims_of(known, ClaimSource.METADATA_FILE))
    if entry.removed is None:
        return entry
    if entry.removed.startswith("replaced"):
        return replace(entry, departure=Departure.REPLACED, replaced_by=follower)
    return replace(entry, departure=Departure.REMOVED)


def _run(database: sqlite3.Connection, statements: str) -> None:
    # `executescript` would commit the transaction this is part of.
    for statement in statements.split(";\n"):
        database.execute(statement)
