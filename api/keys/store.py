"""Where keys are kept: an SQLite file of the home, read by several processes at once."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from api.keys.errors import KeysUnusable, UnknownKey
from api.keys.secrets import KeyText
from api.keys.types import AuditEntry, Key

VERSION: Final = 1
USED_EVERY: Final = timedelta(minutes=1)  # `last_used` is no more exact than this

#: What happened to keys can be added to, never changed.
_TABLES: Final = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS key (
    number INTEGER PRIMARY KEY,
    key_id TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,         -- SHA-256 of the key
    body TEXT NOT NULL,
    revoked TEXT,
    last_used TEXT
);
CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    key_id TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log cannot be changed'); END;
CREATE TRIGGER IF NOT EXISTS audit_remains BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log cannot be changed'); END;
PRAGMA user_version = 1;
COMMIT;"""
_KEY: Final = TypeAdapter(Key)
_COLUMNS: Final = "body, revoked, last_used"
_NOBODY: Final = b"\0" * 32  # compared with where there is no such key


class KeyStore:
    """Reads and writes of keys. Safe to share by threads; the file is made by the first key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._open: tuple[int, sqlite3.Connection] | None = None

    def add(self, key: Key, text: KeyText) -> None:
        """Keep a new key, and who made it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        with self._writing() as database:
            database.execute(
                "INSERT INTO key (key_id, digest, body) VALUES (?, ?, ?)",
                (key.key_id, text.digest, _KEY.dump_json(key).decode()),
            )
            _tell(database, key.created, key.created_by, "created", key)

    def find(self, text: KeyText) -> Key | None:
        """The key somebody shows, revoked and expired ones too; None where it is none."""
        with self._reading() as database:
            row = (
                database
                and database.execute(
                    f"SELECT digest, {_COLUMNS} FROM key WHERE key_id = ?",  # noqa: S608 - constant
                    (text.key_id,),
                ).fetchone()
            )
        is_it = text.matches(row[0] if row else _NOBODY)
        return _key(row[1:]) if row and is_it else None

    def get(self, key_id: str) -> Key:
        """The key of that id; raises UnknownKey."""
        found = next((key for key in self.all() if key.key_id == key_id), None)
        if found is None:
            raise UnknownKey(f"There is no key {key_id!r}.", cure="See `evidence keys list`.")
        return found

    def all(self) -> list[Key]:
        """Every key ever made, oldest first."""
        with self._reading() as database:
            if database is None:
                return []
            rows = database.execute(f"SELECT {_COLUMNS} FROM key ORDER BY number")  # noqa: S608
            return [_key(row) for row in rows]

    def revoke(self, key_id: str, *, who: str, now: datetime) -> Key:
        """Let a key open nothing any more, in every process, from now on; raises UnknownKey."""
        key = self.get(key_id)
        if key.revoked is not None:
            return key
        with self._writing() as database:
            database.execute(
                "UPDATE key SET revoked = ? WHERE key_id = ?", (now.isoformat(), key_id)
            )
            _tell(database, now, who, "revoked", key)
        return replace(key, revoked=now)

    def used(self, key: Key, now: datetime) -> None:
        """Note that a key was used; written down once in `USED_EVERY` at most."""
        if key.last_used is not None and now - key.last_used < USED_EVERY:
            return
        with self._writing() as database:
            database.execute(
                "UPDATE key SET last_used = ? WHERE key_id = ?", (now.isoformat(), key.key_id)
            )

    def audit(self) -> list[AuditEntry]:
        """What happened to keys, oldest first."""
        with self._reading() as database:
            if database is None:
                return []
            rows = database.execute("SELECT at, who, what, key_id, details FROM audit")
            return [AuditEntry(datetime.fromisoformat(at), *rest) for at, *rest in rows]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """The database; None where no key was ever made."""
        with self._lock:
            try:
                yield self._connection()
            except sqlite3.Error as error:
                raise self._unusable(error) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                database = self._connection()
                assert database is not None, "only a key that was made is written to"  # noqa: S101
                database.execute("BEGIN IMMEDIATE")
                with database:
                    yield database
            except sqlite3.Error as error:
                raise self._unusable(error) from error

    def _connection(self) -> sqlite3.Connection | None:
        """The open database, another one where the file was put back from a backup."""
        try:
            file = self._path.stat().st_ino
        except FileNotFoundError:
            return None
        if self._open is None or self._open[0] != file:
            self._open = (file, self._connect())
        return self._open[1]

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(
            self._path, isolation_level=None, timeout=10, check_same_thread=False
        )
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise KeysUnusable(
                f"The keys in {self._path.name} are of version {version}; "
                f"this program reads {VERSION}.",
                cure="Use the program they were made by.",
            )
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")  # a revocation outlives a power cut
        if version < VERSION:
            database.executescript(_TABLES)
        return database

    def _unusable(self, error: sqlite3.Error) -> KeysUnusable:
        return KeysUnusable(
            f"The keys in {self._path.name} cannot be used: {error}.",
            cure="See that the disk has room and may be written, or restore the file.",
        )


def _key(row: tuple[str, str | None, str | None]) -> Key:
    body, revoked, last_used = row
    return replace(
        _KEY.validate_json(body),
        revoked=None if revoked is None else datetime.fromisoformat(revoked),
        last_used=None if last_used is None else datetime.fromisoformat(last_used),
    )


def _tell(database: sqlite3.Connection, at: datetime, who: str, what: str, key: Key) -> None:
    details = f"{key.kind.value} key {key.name!r}"
    database.execute(
        "INSERT INTO audit (at, who, what, key_id, details) VALUES (?, ?, ?, ?, ?)",
        (at.isoformat(), who, what, key.key_id, details),
    )
