"""What was done at the desk: by whose key, and when. It can be added to, not changed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from api.desk.database import DeskDatabase


class Deed(StrEnum):
    """What can be done."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    ADDED = "added"
    CORRECTED = "corrected"
    TAKEN_BACK = "taken_back"  # a correction
    WITHDRAWN = "withdrawn"
    PUT_BACK = "put_back"  # a report
    SYNCED = "synced"
    INDEXED = "indexed"
    CHECKED = "checked"
    STOPPED = "stopped"  # a job


@dataclass(frozen=True, slots=True)
class Line:
    """One deed. `who` is a key's id, `at` ISO 8601."""

    at: str
    who: str
    what: Deed
    details: str


class Journal:
    """Reads and writes of the journal."""

    def __init__(self, database: DeskDatabase) -> None:
        self._database = database

    def tell(self, who: str, what: Deed, details: str = "") -> None:
        """Enter a deed."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.writing() as database:
            database.execute(
                "INSERT INTO journal (at, who, what, details) VALUES (?, ?, ?, ?)",
                (at, who, what.value, details),
            )

    def lines(self, most: int, *, skip: int = 0) -> list[Line]:
        """What was done, latest first."""
        with self._database.open() as database:
            rows = database.execute(
                "SELECT at, who, what, details FROM journal ORDER BY number DESC LIMIT ? OFFSET ?",
                (most, skip),
            )
            return [Line(at, who, Deed(what), details) for at, who, what, details in rows]
