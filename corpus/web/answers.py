"""What an address answers: told by its status, read within limits, continued where it broke off."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpx

from corpus.errors import FetchError, Gone
from corpus.web.pace import PASSING, retry_after_s

#: Headers of an answer worth keeping beside an original.
KEPT_HEADERS: Final = (
    "content-type", "content-length", "content-language", "content-disposition",
    "date", "etag", "last-modified", "link", "x-robots-tag",
)  # fmt: skip
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may be: bytes, seconds in all, seconds without a byte."""

    bytes: int = 200 * 2**20
    total_s: float = 600.0
    idle_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Validators:
    """What an answer can be asked for again by, if it changed (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """The conditions of a request."""
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address gave; `data` None when it has not changed. `url` is where it ended."""

    url: str
    data: bytes | None
    headers: Mapping[str, str]

    @property
    def validators(self) -> Validators:
        """What to ask with the next time."""
        return Validators(self.headers.get("etag"), self.headers.get("last-modified"))


@dataclass
class Partial:
    """What came before a connection broke, and the validator that lets it be continued."""

    data: bytearray = field(default_factory=bytearray)
    etag: str | None = None
    whole: dict[str, str] = field(default_factory=dict)  # headers of the whole answer

    def headers(self) -> dict[str, str]:
        """Those of a request for the rest; none where it has to be asked for from the start."""
        if not self.data or not self.etag:
            return {}
        return {
            "Range": f"bytes={len(self.data)}-",
            "If-Range": self.etag,
            "Accept-Encoding": "identity",  # a part of what was kept, byte for byte
        }


class TryAgainError(Exception):
    """A failure that may pass."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Receiver:
    """Reads answers within limits; `clock` tells seconds. Safe to share by threads."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock

    def read(self, url: str, response: httpx.Response, partial: Partial) -> Answer | str:
        """The answer, or the address it redirects to.

        Raises:
            Gone: 404 or 410.
            FetchError: another error status, too large, too slow.
            TryAgainError: a failure that may pass; `partial` keeps what came until then.
        """
        status = response.status_code
        kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        if status == HTTPStatus.NOT_MODIFIED:
            return Answer(url, None, kept)
        if response.has_redirect_location:
            return str(response.url.join(response.headers["location"]))
        if status in _GONE:
            raise Gone(f"{url} is not there (status {status}).", status=status)
        if status in PASSING:
            after = retry_after_s(response.headers.get("retry-after"))
            raise TryAgainError(f"status {status}", after)
        if not response.is_success:  # a redirect without Location is no answer either
            raise FetchError(
                f"{url} answers with status {status} ({response.reason_phrase}).", status=status
            )
        if status != HTTPStatus.PARTIAL_CONTENT:
            partial.data.clear()
            partial.whole = kept
            partial.etag = _continues(response.headers)
        elif not response.headers.get("content-range", "").startswith(
            f"bytes {len(partial.data)}-"
        ):
            partial.data.clear()
            partial.etag = None
            raise TryAgainError("it sends another part than was asked for")
        self.receive(url, response, partial.data)
        return Answer(url, bytes(partial.data), partial.whole)

    def receive(self, url: str, response: httpx.Response, into: bytearray) -> None:
        """Read an answer's bytes; raises FetchError beyond the limits."""
        limits = self._limits
        end = self._clock() + limits.total_s
        for part in response.iter_bytes():
            into += part
            if len(into) > limits.bytes:
                raise FetchError(f"{url} is larger than {limits.bytes / 2**20:g} MiB.")
            if self._clock() > end:
                raise FetchError(f"{url} took more than {limits.total_s:g} seconds to send.")


def _continues(headers: httpx.Headers) -> str | None:
    """The validator a broken answer can be continued by: strong, and of bytes as they are kept."""
    etag = headers.get("etag", "")
    return etag if etag.startswith('"') and "content-encoding" not in headers else None
