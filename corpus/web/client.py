"""A polite client: robots.txt, a pace for each host, conditional requests, bounded retries."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import httpx

from corpus.errors import FetchError, Forbidden
from corpus.web.answers import Answer, Limits, Partial, Receiver, TryAgainError, Validators
from corpus.web.guard import GuardedTransport
from corpus.web.pace import PASSING, Pace, Retries
from corpus.web.robots import Robots

REDIRECTS: Final = 5
LONGEST_DELAY_S: Final = 600.0  # between two requests; a site that asks for more is left alone


@dataclass(frozen=True, slots=True)
class Manners:
    """How to ask: who we say we are, how often to try, how long to wait between two requests."""

    user_agent: str
    retries: Retries = Retries()
    limits: Limits = Limits()
    delay_s: float = 1.0
    obey_robots: bool = True


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
        self._receiver = Receiver(manners.limits, clock)
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
        partial = Partial()
        attempt = 1
        while True:
            self._pace.wait(_parsed(url).netloc.decode(), self._delay(url, delay_s))
            try:
                return self._once(url, headers, partial)
            except TryAgainError as error:
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

    def _once(self, url: str, headers: Mapping[str, str], partial: Partial) -> Answer | str:
        """One request.

        Raises:
            TryAgainError: a failure that may pass.
        """
        asked = {**headers, **partial.headers()}
        try:
            with self._http.stream("GET", url, headers=asked) as response:
                return self._receiver.read(url, response, partial)
        except (httpx.InvalidURL, UnicodeError) as error:  # its own, or that it redirects to
            raise FetchError(f"{url} is no address: {error}.") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise TryAgainError(str(error) or type(error).__name__) from error

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
                    self._receiver.receive(url, response, data)
                    if response.status_code not in PASSING:
                        return response.status_code, bytes(data)
                    fault = f"status {response.status_code}"
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                fault = str(error) or type(error).__name__
            wait = self._manners.retries.wait_s(attempt, None)
            if wait is not None:
                self._sleep(wait)
        raise FetchError(fault)


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
        _ = parsed.host  # decoded when it is looked at, and not every name can be
    except (httpx.InvalidURL, UnicodeError) as error:
        raise FetchError(f"{url!a} is no address: {error}.") from error
    return parsed


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"
