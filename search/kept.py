"""Answers kept in memory, so that a question asked again is not worked out again.

What is kept belongs to one generation.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from search.types import Answer, Filters, Preference

K = TypeVar("K")
V = TypeVar("V")

#: Passages of all answers that a server keeps.
SERVED: Final = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything an answer depends on besides the index, as `Searcher.ask` is given it."""

    question: str
    filters: Filters
    k: int
    skip: int
    exact: bool
    preference: Preference


class Kept(Generic[K, V]):
    """What was asked for last. Safe to share by threads."""

    def __init__(self, most: int, size: Callable[[V], int]) -> None:
        """`most`: the sizes of all of them together; 0 keeps none."""
        self.most = most
        self._size = size
        self._held = 0
        self._values: OrderedDict[K, V] = OrderedDict()
        self._turn = threading.Lock()

    def find(self, asked: K) -> V | None:
        """What was kept of the same asking, if it still is."""
        with self._turn:
            found = self._values.get(asked)
            if found is not None:
                self._values.move_to_end(asked)
            return found

    def keep(self, asked: K, value: V) -> None:
        """Keep what was asked for; those not asked for the longest go."""
        size = self._size(value)
        with self._turn:
            if asked in self._values or size > self.most:
                return
            self._values[asked] = value
            self._held += size
            while self._held > self.most:
                _, gone = self._values.popitem(last=False)
                self._held -= self._size(gone)


def passages_of(answer: Answer) -> int:
    """The size of an answer in passages; one without any takes room too."""
    return len(answer.hits) + 1
