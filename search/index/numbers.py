"""The numbers by which the lexical half knows passages and reports, whatever part they are in.

A passage's number is its part's first number and its ordinal there, a report's its row there: a
part keeps its numbers in every generation that holds it, whatever comes before it.
"""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from search.index.types import Ordinals


class Numbers:
    """From ordinals and rows of a generation to numbers, and back."""

    def __init__(self, starts: ArrayLike, firsts: Ordinals, reports: NDArray[np.int64]) -> None:
        """What each part brings.

        Args:
            starts: its first number.
            firsts: its first ordinal, and how many there are of all parts.
            reports: the number of each report, by row.
        """
        self._starts = np.asarray(starts, np.int64)
        self._firsts = firsts
        self._reports = reports
        self._order = np.argsort(self._starts)

    @classmethod
    def plain(cls, ranked: int) -> Self:
        """Ordinals and rows as they are, of so many passages."""
        return cls([0], np.array([0, ranked]), np.arange(ranked))

    def of_reports(self, rows: Ordinals) -> NDArray[np.int64]:
        """The number of each report."""
        return self._reports[rows]

    def ordinals(self, numbers: NDArray[np.int64]) -> Ordinals:
        """The ordinal of each passage, by its number."""
        at = np.searchsorted(self._starts, numbers, side="right", sorter=self._order) - 1
        part = self._order[at]
        return numbers - self._starts[part] + self._firsts[part]
