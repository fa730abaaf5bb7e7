"""Answers kept in memory, so that a question asked again is not worked out again.

What is kept belongs to one searcher, so to one generation, and goes with it.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from search.types import Answer, Filters, Preference

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


class KeptAnswers:
    """The answers asked for last. Safe to share by threads."""

    def __init__(self, most: int) -> None:
        """`most`: passages of all of them together; 0 keeps none."""
        self._most = most
        self._held = 0
        self._answers: OrderedDict[Asked, Answer] = OrderedDict()
        self._turn = threading.Lock()

    def find(self, asked: Asked) -> Answer | None:
        """The answer to the same question, if it is kept."""
        with self._turn:
            found = self._answers.get(asked)
            if found is not None:
                self._answers.move_to_end(asked)
            return found

    def keep(self, asked: Asked, answer: Answer) -> None:
        """Keep an answer; those not asked for the longest go."""
        with self._turn:
            if asked in self._answers or _size(answer) > self._most:
                return
            self._answers[asked] = answer
            self._held += _size(answer)
            while self._held > self._most:
                _, gone = self._answers.popitem(last=False)
                self._held -= _size(gone)


def _size(answer: Answer) -> int:
    """In passages; one without any takes room too."""
    return len(answer.hits) + 1
