"""What can go wrong, from the service's problem details (RFC 9457).

ClientError
├── Unreachable             no answer came
└── Rejected                the service answered with a problem
    ├── Refused             400, 422: something in the request is wrong
    ├── NotFound            404
    ├── StaleCursor         410: the index was replaced; begin again without a cursor
    └── Busy                429, 503: still so after the retries
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import httpx


class ClientError(Exception):
    """There is no answer."""


class Unreachable(ClientError):
    """No answer came: `__cause__` has httpx's reason."""


class Rejected(ClientError):
    """The service said why not: `status`, `detail`, `cure`, and the `request_id` its log knows."""

    def __init__(self, response: httpx.Response) -> None:
        problem = _problem(response)
        self.status = response.status_code
        self.detail = str(problem.get("detail") or response.reason_phrase)
        self.cure: str | None = problem.get("cure")
        self.request_id: str | None = response.headers.get("x-request-id")
        super().__init__(f"{self.status}: {self.detail} {self.cure or ''}".strip())


class Refused(Rejected):
    """Something in the request is wrong."""


class NotFound(Rejected):
    """There is no such report, passage or address."""


class StaleCursor(Rejected):
    """The index was replaced since the cursor was given."""


class Busy(Rejected):
    """The service has too much to do, or nothing to answer from."""


_KINDS: Final[dict[int, type[Rejected]]] = {
    HTTPStatus.BAD_REQUEST: Refused,
    HTTPStatus.UNPROCESSABLE_ENTITY: Refused,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.GONE: StaleCursor,
    HTTPStatus.TOO_MANY_REQUESTS: Busy,
    HTTPStatus.SERVICE_UNAVAILABLE: Busy,
}


def check(response: httpx.Response) -> None:
    """Raise what a response that was read says is wrong, if anything."""
    if not response.is_success:
        raise _KINDS.get(response.status_code, Rejected)(response)


@contextmanager
def reached() -> Iterator[None]:
    """Raise Unreachable for what httpx raises of the connection."""
    try:
        yield
    except httpx.TransportError as error:
        raise Unreachable(f"No answer came: {error or type(error).__name__}") from error


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except ValueError:  # a proxy's page, say
        return {}
    return told if isinstance(told, dict) else {}
