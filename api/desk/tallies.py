"""How often questions found something: counts by day, and topics of the library by month.

No question is kept, nor a word of one, nor who asked. Answering only adds in memory; a thread
writes what has come together into the desk's database, where all workers' counts meet.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from api.desk.database import DeskDatabase
from api.desk.errors import DeskUnusable
from search.types import Answer

WRITTEN_EVERY_S: Final = 10.0
KEPT_DAYS: Final = 400
#: A topic asked for less often in a month is not told: few questions might be one person's.
FEWEST: Final = 5
_log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What a question found."""

    ANSWERED = "answered"
    UNLIKELY = "unlikely"  # passages, of which none is likely to answer
    NOTHING = "nothing"  # no passage at all


@dataclass(frozen=True, slots=True)
class Day:
    """How many questions of a day (UTC) found what."""

    day: str
    counts: dict[Outcome, int]

    @property
    def asked(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def outcome_of(answer: Answer) -> Outcome:
    """What a question found."""
    if not answer.hits:
        return Outcome.NOTHING
    return Outcome.ANSWERED if answer.statement.answered else Outcome.UNLIKELY


class Tallies:
    """Counts answers and tells the counts. Safe to share by threads."""

    def __init__(
        self, database: DeskDatabase, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._now = now
        self._lock = threading.Lock()
        self._asked: Counter[tuple[str, Outcome]] = Counter()
        self._missed: Counter[tuple[str, str]] = Counter()
        self._stop = threading.Event()

    def count(self, answer: Answer) -> None:
        """Add an answer; nothing is written yet."""
        outcome, day = outcome_of(answer), f"{self._now():%Y-%m-%d}"
        near = answer.hits[0].report.metadata.topics if outcome is Outcome.UNLIKELY else ()
        with self._lock:
            self._asked[day, outcome] += 1
            self._missed.update((day[:7], topic) for topic in near)

    def start(self) -> None:
        """Write every few seconds, until `close`."""
        threading.Thread(target=self._follow, name="desk-tallies", daemon=True).start()

    def close(self) -> None:
        """Write what is left, and stop."""
        self._stop.set()
        self.write()

    def _follow(self) -> None:
        while not self._stop.wait(WRITTEN_EVERY_S):
            self.write()

    def write(self) -> None:
        """Enter what has come together; where that fails it is entered the next time."""
        with self._lock:
            asked, self._asked = self._asked, Counter()
            missed, self._missed = self._missed, Counter()
        if not asked:
            return
        try:
            self._enter(asked, missed)
        except DeskUnusable as error:
            _log.warning("Counts of questions wait: %s", error)
            with self._lock:
                self._asked.update(asked)
                self._missed.update(missed)

    def _enter(self, asked: Counter[tuple[str, Outcome]], missed: Counter[tuple[str, str]]) -> None:
        oldest = f"{self._now() - timedelta(days=KEPT_DAYS):%Y-%m-%d}"
        with self._database.writing() as database:
            for table, counts in (("asked", asked), ("missed", missed)):
                database.executemany(
                    f"INSERT INTO {table} VALUES (?, ?, ?) "  # noqa: S608 - named in this file
                    "ON CONFLICT DO UPDATE SET count = count + excluded.count",
                    [(*key, count) for key, count in counts.items()],
                )
            database.execute("DELETE FROM asked WHERE day < ?", (oldest,))
            database.execute("DELETE FROM missed WHERE month < ?", (oldest[:7],))

    def days(self, most: int) -> list[Day]:
        """The latest days on which anything was asked, newest first."""
        self.write()
        found: dict[str, dict[Outcome, int]] = {}
        with self._database.open() as database:
            rows = database.execute(
                "SELECT day, outcome, count FROM asked WHERE day IN "
                "(SELECT DISTINCT day FROM asked ORDER BY day DESC LIMIT ?) ORDER BY day DESC",
                (most,),
            )
            for day, outcome, count in rows:
                found.setdefault(day, {})[Outcome(outcome)] = count
        return [Day(day, counts) for day, counts in found.items()]

    def missed(self, most: int) -> list[tuple[str, str, int]]:
        """Months, topics and how often: latest month first, most frequent first."""
        self.write()
        with self._database.open() as database:
            return database.execute(
                "SELECT month, topic, count FROM missed WHERE count >= ? "
                "ORDER BY month DESC, count DESC, topic LIMIT ?",
                (FEWEST, most),
            ).fetchall()
