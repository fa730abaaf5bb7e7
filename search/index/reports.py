"""The reports of a store, each read when it is first asked for.

To read a report takes a tenth of a millisecond: a service over 20,000 of them would start seconds
later if it read all at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, overload

from pydantic import TypeAdapter

from corpus.types import Report

AT_ONCE: Final = 500  # reports read by one statement
REPORT: Final = TypeAdapter(Report)

#: Brings the bodies at some rows, in the order of the rows.
Read = Callable[[Sequence[int]], Sequence[bytes]]


class Reports(Sequence[Report]):
    """Reports by row; those read are kept. Safe to share by threads."""

    def __init__(self, count: int, read: Read) -> None:
        self._known: list[Report | None] = [None] * count
        self._read = read

    def __len__(self) -> int:
        """How many there are."""
        return len(self._known)

    @overload
    def __getitem__(self, row: int) -> Report: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Report]: ...
    def __getitem__(self, row: int | slice) -> Report | Sequence[Report]:
        """The report at a row, or those of some."""
        rows = range(len(self))[row]
        if isinstance(rows, int):
            return self.at([rows])[rows]
        return tuple(self.at(rows).values())

    def __iter__(self) -> Iterator[Report]:
        """All of them, in row order."""
        return iter(self[:])

    def at(self, rows: Iterable[int]) -> dict[int, Report]:
        """The reports at these rows, by row."""
        wanted = list(rows)
        missing = sorted({row for row in wanted if self._known[row] is None})
        for start in range(0, len(missing), AT_ONCE):
            part = missing[start : start + AT_ONCE]
            for row, body in zip(part, self._read(part), strict=True):
                self._known[row] = REPORT.validate_json(body)
        return {row: report for row in wanted if (report := self._known[row]) is not None}
