"""A polite client: robots.txt, a pace for each host, conditional requests, bounded retries."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import httpx

from corpus.errors import FetchError, Forbidden, Gone
from corpus.web.guard import GuardedTransport
from corpus.web.pace import PASSING, Pace, Retries, retry_after_s
from corpus.web.robots import Robots

REDIRECTS: Final = 5
LONGEST_DELAY_S: Final = 600.0  # between two requests; a site that asks for more is left alone
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


@dataclass(frozen=True, slots=True)
class Manners:
    """How to ask: who we say we are, how often to try, how long to wait between two requests."""

    user_agent: str
    retries: Retries = Retries()
    limits: Limits = Limits()
    delay_s: float = 1.0
    obey_robots: bool = True


@dataclass
class _Partial:
    """What came before a connection broke, and the validator that lets it be continued."""

    data: bytearray = field(default_factory=bytearray)
    etag: str | None = None
    whole: dict[str, str] = field(default_factory=dict)  # headers of the whole answer


class PoliteClient:
    """Asks public addresses for files. Use as a context manager; safe in several threads.

    Args:
        manners: how to ask.
        allow_hosts: hosts that may be private addresses.
        transport: what carries requests; guarded HTTP over the network unless given.
        clock, sleep: seconds and waiting, for tests.
    """

    def __init__(
        self,
        manners: Manners,
        *,
        allow_hosts: Collection[str] = (),
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._manners = manners
        self._clock, self._sleep = clock, sleep
        self._pace = Pace(clock, sleep)
        self._robots = Robots(manners.user_agent, self._ask_robots)
        self._http = httpx.Client(
            transport=transport or GuardedTransport(allowed=allow_hosts),
            timeout=manners.limits.idle_s,
            headers={"User-Agent": manners.user_agent},
            trust_env=False,
        )

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        self._http.close()

    def get(
        self,
        url: str,
        *,
        known: Validators = Validators(),
        headers: Mapping[str, str] | None = None,
        delay_s: float = 0.0,
    ) -> Answer:
        """Ask for a file.

        Args:
            url: an http or https address.
            known: of the answer kept from before; unchanged, nothing is sent again.
            headers: further request headers (a key, say), sent to the origin of `url` alone:
                never to another host, port or scheme it redirects to.
            delay_s: seconds between requests to its host, if more than the manners' and
                robots.txt's own.

        Raises:
            Forbidden: a private address, or robots.txt denies it.
            Gone: 404 or 410.
            FetchError: no answer, an error status, too large, too slow, too many redirects.
        """
        first = _origin(_parsed(url))
        for _ in range(REDIRECTS + 1):
            own = headers if headers and _origin(_parsed(url)) == first else {}
            response = self._with_retries(url, {**known.headers(), **own}, delay_s)
            if isinstance(response, Answer):
                return response
            url = response
        raise FetchError(f"{url}: more than {REDIRECTS} redirects.")

    def _with_retries(self, url: str, headers: Mapping[str, str], delay_s: float) -> Answer | str:
        """The answer, or the address it redirects to."""
        self._permit(url)
        partial = _Partial()
        attempt = 1
        while True:
            self._pace.wait(_parsed(url).netloc.decode(), self._delay(url, delay_s))
            try:
                return self._once(url, headers, partial)
            except _TryAgainError as error:
                wait = self._manners.retries.wait_s(attempt, error.retry_after_s)
                if wait is None:
                    asked = error.retry_after_s
                    later = f"; it asks to come back in {asked:.0f} s" if asked else ""
                    raise FetchError(
                        f"{url}: {error} ({attempt} attempts{later}).",
                        cure="Try again later; what was fetched so far is kept.",
                    ) from error
                self._sleep(wait)
                attempt += 1

    def _once(self, url: str, headers: Mapping[str, str], partial: _Partial) -> Answer | str:
        """One request.

        Raises:
            _TryAgainError: a failure that may pass.
        """
        more: dict[str, str] = {}
        if partial.data and partial.etag:
            more = {
                "Range": f"bytes={len(partial.data)}-",
                "If-Range": partial.etag,
                "Accept-Encoding": "identity",  # a part of what was kept, byte for byte
            }
        try:
            with self._http.stream("GET", url, headers={**headers, **more}) as response:
                return self._read(url, response, partial)
        except (httpx.InvalidURL, UnicodeError) as error:  # its own, or that it redirects to
            raise FetchError(f"{url} is no address: {error}.") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _TryAgainError(str(error) or type(error).__name__) from error

    def _read(self, url: str, response: httpx.Response, partial: _Partial) -> Answer | str:
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
            raise _TryAgainError(f"status {status}", after)
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
            raise _TryAgainError("it sends another part than was asked for")
        self._receive(url, response, partial.data)
        return Answer(url, bytes(partial.data), partial.whole)

    def _receive(self, url: str, response: httpx.Response, into: bytearray) -> None:
        limits = self._manners.limits
        end = self._clock() + limits.total_s
        for part in response.iter_bytes():
            into += part
            if len(into) > limits.bytes:
                raise FetchError(f"{url} is larger than {limits.bytes / 2**20:g} MiB.")
            if self._clock() > end:
                raise FetchError(f"{url} took more than {limits.total_s:g} seconds to send.")

    def _permit(self, url: str) -> None:
        parts = _parsed(url)
        if parts.scheme not in {"http", "https"} or not parts.host:
            raise Forbidden(f"{url} is no http or https address.")
        if self._manners.obey_robots and (refusal := self._robots.refusal(_origin(parts), url)):
            raise Forbidden(refusal + ".")

    def _delay(self, url: str, delay_s: float) -> float:
        asked = self._robots.delay_s(_origin(httpx.URL(url))) if self._manners.obey_robots else 0.0
        if asked > LONGEST_DELAY_S:
            raise FetchError(
                f"{url}: its robots.txt asks for {asked:.0f} s between two requests, "
                "more than a run can wait."
            )
        return max(self._manners.delay_s, delay_s, asked)

    def _ask_robots(self, url: str) -> tuple[int, bytes]:
        """A robots.txt, through redirects; a passing failure is tried again like any other."""
        for attempt in range(1, self._manners.retries.attempts + 1):
            try:
                with self._http.stream("GET", url, follow_redirects=True) as response:
                    data = bytearray()
                    self._receive(url, response, data)
                    if response.status_code not in PASSING:
                        return response.status_code, bytes(data)
                    fault = f"status {response.status_code}"
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                fault = str(error) or type(error).__name__
            wait = self._manners.retries.wait_s(attempt, None)
            if wait is not None:
                self._sleep(wait)
        raise FetchError(fault)


class _TryAgainError(Exception):
    """A failure that may pass."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


def _continues(headers: httpx.Headers) -> str | None:
    """The validator a broken answer can be continued by: strong, and of bytes as they are kept."""
    etag = headers.get("etag", "")
    return etag if etag.startswith('"') and "content-encoding" not in headers else None


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
        _ = parsed.host  # decoded when it is looked at, and not every name can be
    except (httpx.InvalidURL, UnicodeError) as error:
        raise FetchError(f"{url!a} is no address: {error}.") from error
    return parsed


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"
