"""Counters of what was asked lately, in an SQLite file that all workers of a machine share.

A rate is kept by a sliding window: of the window before, the part that is still within the last
`window_s` seconds counts as if its questions had come evenly.
"""

import hmac
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final

from api.limits.rates import Rate

WAIT_S: Final = 0.25  # for another worker's write
DAY_S: Final = 86_400
_HAIR: Final = 1e-9  # what rounding may add

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS counter (
    bucket TEXT NOT NULL,
    period INTEGER NOT NULL,      -- length of the window in seconds
    place INTEGER NOT NULL,       -- which window since 1970
    count INTEGER NOT NULL,
    PRIMARY KEY (bucket, period, place)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS salt (day INTEGER PRIMARY KEY, value BLOB NOT NULL);
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate that holds for a bucket, under the name clients are told."""

    name: str
    bucket: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Standing:
    """How a limit stands: units left, seconds until its window ends, seconds to wait if at all.

    `wait_s` is 0 where what was asked for was within the limit.
    """

    limit: Limit
    left: int
    resets_s: int
    wait_s: int


_Count = Callable[[sqlite3.Connection, float], list[Standing]]


class Counters:
    """Counts what is asked against limits. Safe to share by threads.

    Where the file cannot be used nobody is refused: a counter is no reason to stop answering.
    The file is not made before something is to be counted.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._salt = (-1, b"")  # of which day

    def charge(self, limits: Sequence[Limit], cost: int = 1) -> list[Standing]:
        """Take `cost` units from every limit, or from none where one has not as many left.

        A cost above a whole quota takes the whole quota.
        """
        if not limits:
            return []
        return self._safely(lambda database, now: _take(database, limits, cost, now))

    def look(self, limits: Sequence[Limit]) -> list[Standing]:
        """How the limits stand towards one unit more, which is not taken."""
        return self._safely(lambda database, now: _standings(database, limits, 1, now))

    def disguise(self, address: str) -> str:
        """A name for an address that tells nobody who it is, another one every day."""
        day = int(self._clock() // DAY_S)
        try:
            with self._lock:
                if self._salt[0] != day:
                    self._salt = (day, _salt(self._connection(), day))
        except (sqlite3.Error, OSError):
            self._salt = (day, secrets.token_bytes(32))  # nobody else's counts are shared then
        return hmac.digest(self._salt[1], address.encode("utf-8", "replace"), "sha256").hex()[:24]

    def _safely(self, count: _Count) -> list[Standing]:
        """What counting gives; nothing where the file cannot be used."""
        try:
            with self._lock:
                return count(self._connection(), self._clock())
        except (sqlite3.Error, OSError) as error:
            _log.warning("Nothing is counted: %s cannot be used: %s", self._path, error)
            return []

    def _connection(self) -> sqlite3.Connection:
        if self._database is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
            database = sqlite3.connect(
                self._path, isolation_level=None, timeout=WAIT_S, check_same_thread=False
            )
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=OFF")  # a power cut may forget what was counted
            database.executescript(_TABLES)
            self._database = database
        return self._database


def _take(
    database: sqlite3.Connection, limits: Sequence[Limit], cost: int, now: float
) -> list[Standing]:
    database.execute("BEGIN IMMEDIATE")
    with database:
        found = _standings(database, limits, cost, now)
        if any(standing.wait_s for standing in found):
            return found
        for limit in limits:
            _add(database, limit, min(cost, limit.rate.quota), now)
    return [_spent(standing, cost) for standing in found]


def _standings(
    database: sqlite3.Connection, limits: Sequence[Limit], cost: int, now: float
) -> list[Standing]:
    return [_standing(database, limit, cost, now) for limit in limits]


def _counts(database: sqlite3.Connection, limit: Limit, now: float) -> tuple[int, int]:
    """Units in the window before and in this one."""
    place = int(now // limit.rate.window_s)
    rows = database.execute(
        "SELECT place, count FROM counter WHERE bucket = ? AND period = ? AND place >= ?",
        (limit.bucket, limit.rate.window_s, place - 1),
    )
    found = dict(rows.fetchall())
    return found.get(place - 1, 0), found.get(place, 0)


def _standing(database: sqlite3.Connection, limit: Limit, cost: int, now: float) -> Standing:
    before, within = _counts(database, limit, now)
    window, quota = limit.rate.window_s, limit.rate.quota
    passed = now % window
    spent = before * (1 - passed / window) + within
    cost = min(cost, quota)
    wait = 0.0
    if spent + cost > quota + _HAIR:
        # Until enough of the window before has passed, or of this one once it is the one before.
        room = quota - cost - within
        if room >= 0:
            wait = window * (1 - room / before) - passed
        else:
            wait = window - passed + window * (1 - (quota - cost) / within)
    left = max(0, int(quota - spent))
    return Standing(limit, left, ceil(window - passed), ceil(wait))


def _spent(standing: Standing, cost: int) -> Standing:
    return Standing(standing.limit, max(0, standing.left - cost), standing.resets_s, 0)


def _add(database: sqlite3.Connection, limit: Limit, cost: int, now: float) -> None:
    place = int(now // limit.rate.window_s)
    database.execute(
        "DELETE FROM counter WHERE bucket = ? AND period = ? AND place < ?",
        (limit.bucket, limit.rate.window_s, place - 1),
    )
    database.execute(
        "INSERT INTO counter VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET count = count + excluded.count",
        (limit.bucket, limit.rate.window_s, place, cost),
    )


def _salt(database: sqlite3.Connection, day: int) -> bytes:
    """The day's salt; with the first one of a day, what is over is forgotten."""
    row = database.execute("SELECT value FROM salt WHERE day = ?", (day,)).fetchone()
    if row:
        return bytes(row[0])
    database.execute("BEGIN IMMEDIATE")
    with database:
        database.execute("INSERT OR IGNORE INTO salt VALUES (?, ?)", (day, secrets.token_bytes(32)))
        database.execute("DELETE FROM salt WHERE day < ?", (day,))
        database.execute("DELETE FROM counter WHERE (place + 2) * period <= ?", (day * DAY_S,))
    return _salt(database, day)
