"""Where judgements are kept: an SQLite file of the home that all workers share.

Rows are in the order of a random mark, so that the file does not tell which came together.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from api.feedback.errors import FeedbackFull, FeedbackUnusable
from api.feedback.types import Judgement

VERSION: Final = 1
LARGEST: Final = 64 * 2**20  # bytes of the file: a hundred thousand judgements and more
WAIT_S: Final = 5.0  # for another worker's write
_PAGE: Final = 4_096  # bytes; SQLite's own unit
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS judgement (
    mark BLOB PRIMARY KEY DEFAULT (randomblob(8)),
    body TEXT NOT NULL
) WITHOUT ROWID;
PRAGMA user_version = 1;
"""
_JUDGEMENT: Final = TypeAdapter(Judgement)


class FeedbackStore:
    """Reads and writes of judgements; the file is made by the first. Safe to share by threads."""

    def __init__(self, path: Path, *, largest: int = LARGEST) -> None:
        self._path = path
        self._most_pages = largest // _PAGE

    def add(self, judgement: Judgement) -> None:
        """Keep a judgement.

        Raises:
            FeedbackFull: the file is as large as it may be. What was kept first stays: a flood
                must not push out what others said.
            FeedbackUnusable: the file cannot be written.
        """
        body = _JUDGEMENT.dump_json(judgement, exclude_none=True).decode()
        with self._opened() as database:
            database.execute("INSERT INTO judgement (body) VALUES (?)", (body,))

    def all(self) -> list[Judgement]:
        """Every judgement, by day, question and passage; raises FeedbackUnusable."""
        if not self._path.is_file():
            return []
        with self._opened() as database:
            rows = database.execute("SELECT body FROM judgement").fetchall()
        kept = [_JUDGEMENT.validate_json(body) for (body,) in rows]
        return sorted(kept, key=lambda each: (each.day, each.question, each.passage_id or ""))

    def clear(self) -> int:
        """Forget everything, on the disk too; how many there were. Raises FeedbackUnusable."""
        if not self._path.is_file():
            return 0
        with self._opened() as database:
            (count,) = database.execute("SELECT count(*) FROM judgement").fetchone()
            database.execute("DELETE FROM judgement")
            database.execute("VACUUM")
        return int(count)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The database, opened anew each time: it may have been put back from a backup."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
            with closing(self._connect()) as database:
                yield database
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                raise FeedbackFull(
                    "There is no room for more feedback here.",
                    cure="Whoever runs this service can make room.",
                ) from error
            raise FeedbackUnusable(
                "The feedback (feedback.db of the home) cannot be used: {why}.",
                cure="See that the disk has room and may be written, or restore the file.",
                values={"why": getattr(error, "strerror", None) or error},
            ) from error

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, isolation_level=None, timeout=WAIT_S)
        database.execute(f"PRAGMA max_page_count = {self._most_pages}")
        database.execute("PRAGMA secure_delete = ON")  # what is cleared is overwritten
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise FeedbackUnusable(
                "The feedback is of version {version}; this program reads {known}.",
                cure="Use the program it was kept by.",
                values={"version": version, "known": VERSION},
            )
        if version < VERSION:
            database.executescript(_TABLE)
        return database
