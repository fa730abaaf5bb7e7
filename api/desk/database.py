"""Where the desk keeps what it knows: an SQLite file of the home, shared by all workers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from api.desk.errors import DeskUnusable

VERSION: Final = 1
WAIT_S: Final = 10.0  # for another process's write

#: What was done can be added to, never changed.
_TABLES: Final = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS session (
    digest BLOB PRIMARY KEY,      -- SHA-256 of the token in the cookie
    key_id TEXT NOT NULL,
    begun REAL NOT NULL,          -- seconds since 1970
    seen REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,            -- the key's id
    what TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS journal_stays BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal cannot be changed'); END;
CREATE TRIGGER IF NOT EXISTS journal_remains BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal cannot be changed'); END;
CREATE TABLE IF NOT EXISTS job (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    folder TEXT NOT NULL,
    task TEXT NOT NULL,
    about TEXT NOT NULL,
    who TEXT NOT NULL,
    steps TEXT NOT NULL,          -- JSON
    state TEXT NOT NULL,
    asked TEXT NOT NULL,
    begun TEXT,
    ended TEXT,
    stopping INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS asked (
    day TEXT NOT NULL,
    outcome TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, outcome)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS missed (   -- topics of the library near questions without an answer
    month TEXT NOT NULL,
    topic TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (month, topic)
) WITHOUT ROWID;
PRAGMA user_version = 1;
COMMIT;"""


class DeskDatabase:
    """Opens the file for as long as something is read or written. Safe to share by threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "desk.sqlite"

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """The database, for reading.

        Raises:
            DeskUnusable: it cannot be opened, read or written.
        """
        try:
            with closing(self._connect()) as database:
                yield database
        except (sqlite3.Error, OSError) as error:
            raise DeskUnusable(
                "The desk's records (desk/desk.sqlite of the home) cannot be used: {why}.",
                cure="See that the disk has room and may be written, or restore the file.",
                values={"why": getattr(error, "strerror", None) or error},
            ) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The database in one transaction: all the writes inside, or none; raises DeskUnusable."""
        with self.open() as database:
            database.execute("BEGIN IMMEDIATE")
            with database:
                yield database

    def _connect(self) -> sqlite3.Connection:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._path.exists():
            self._path.touch(mode=0o600)
        database = sqlite3.connect(self._path, isolation_level=None, timeout=WAIT_S)
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            database.close()
            raise DeskUnusable(
                "The desk's records are of version {version}; this program reads {known}.",
                cure="Use the program they were made by.",
                values={"version": version, "known": VERSION},
            )
        if version < VERSION:
            database.execute("PRAGMA journal_mode=WAL")
            database.executescript(_TABLES)
        return database
