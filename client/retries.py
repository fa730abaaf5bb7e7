"""When a request is sent again: where the service is busy, and after as long as it says."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

import httpx

_BUSY: Final = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Retries:
    """`most`: how often. `first_wait`: seconds, doubled each time, where the service names none.

    `longest_wait`: seconds; a service that asks for more is not waited for.
    """

    most: int = 3
    first_wait: float = 0.5
    longest_wait: float = 60.0

    def wait(self, response: httpx.Response, tried: int) -> float | None:
        """Seconds to wait before the next try, None where there is to be none.

        Args:
            response: what came.
            tried: how often the request was sent again already.
        """
        if response.status_code not in _BUSY or tried >= self.most:
            return None
        named = _seconds(response.headers.get("retry-after"))
        wait = self.first_wait * 2**tried if named is None else named
        return wait if wait <= self.longest_wait else None


def _seconds(header: str | None) -> float | None:
    """Retry-After: seconds or a date (RFC 9110, 10.2.3); None where it is neither."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
