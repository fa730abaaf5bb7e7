"""A circuit breaker: whoever fails again and again is left alone for a while."""

import threading
import time
from collections.abc import Callable
from typing import Final

FAILURES: Final = 3  # in a row, until the circuit opens
PAUSE_S: Final = 3.0  # until one call may try again


class Breaker:
    """Counts failures in a row. Safe to share by threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turn = threading.Lock()
        self._failures = 0
        self._next_try = 0.0

    def allows(self) -> bool:
        """Whether a call may be made: always while closed, once every `PAUSE_S` while open."""
        with self._turn:
            if self._failures < FAILURES:
                return True
            if self._clock() < self._next_try:
                return False
            self._next_try = self._clock() + PAUSE_S
            return True

    def succeeded(self) -> None:
        """Close the circuit."""
        with self._turn:
            self._failures = 0

    def failed(self) -> None:
        """Count a failure."""
        with self._turn:
            self._failures += 1
            self._next_try = self._clock() + PAUSE_S
