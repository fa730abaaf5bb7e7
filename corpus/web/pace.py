"""When a host may be asked again, and when an attempt is worth repeating."""

import email.utils
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

#: Answers that may be otherwise a moment later.
PASSING: Final = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


@dataclass(frozen=True, slots=True)
class Retries:
    """How often to try, and the seconds between: doubled each time, with jitter of half.

    "Equal jitter" of "Exponential Backoff And Jitter" (Brooker, AWS Architecture Blog, 2015).
    `longest_s` bounds both our own wait and a server's Retry-After: a server that asks for
    more is left alone for this run.
    """

    attempts: int = 4
    first_s: float = 2.0
    longest_s: float = 120.0

    def wait_s(self, attempt: int, retry_after_s: float | None) -> float | None:
        """Seconds to wait after a failed attempt (from 1); None: give up."""
        if attempt >= self.attempts:
            return None
        if retry_after_s is not None:
            return retry_after_s if retry_after_s <= self.longest_s else None
        most = min(self.longest_s, self.first_s * 2 ** (attempt - 1))
        return random.uniform(most / 2, most)  # noqa: S311 - spreads load, guards nothing


def retry_after_s(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if value.isascii() and value.strip().isdigit():
        return float(value)
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


@dataclass
class Pace:
    """Keeps requests to one host apart; safe to use from several threads."""

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    _next: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, host: str, delay_s: float) -> None:
        """Return when the host may be asked; the next one is let go `delay_s` later."""
        with self._lock:
            now = self.clock()
            start = max(now, self._next.get(host, now))
            self._next[host] = start + delay_s
        if start > now:
            self.sleep(start - now)
