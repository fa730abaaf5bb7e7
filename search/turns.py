"""Turns: so many at once, the others in the order they came.

Threads that all work at once finish late together, and some of them much later than others.
"""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: Questions that are worked on at the same time, unless told otherwise: as many as cores, and two
#: at least, for one may wait for the disk.
AT_ONCE: Final = max(2, len(os.sched_getaffinity(0)))


class Turns:
    """Lets so many threads work at once; who ends lets in who has waited the longest.

    `threading.Semaphore` may let a newcomer in before those that wait.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting = deque[threading.Lock]()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and give it back."""
        self._take()
        try:
            yield
        finally:
            self._give_back()

    def _take(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()  # released by who hands its turn on
        except BaseException:  # interrupted
            self._leave(mine)
            raise

    def _leave(self, mine: threading.Lock) -> None:
        """Wait no more; a turn that was handed on meanwhile goes to the next."""
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        self._give_back()

    def _give_back(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
