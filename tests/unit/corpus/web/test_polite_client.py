"""How sites are asked: robots.txt, pace, conditions, retries, limits."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest

from corpus.errors import FetchError, Forbidden, Gone
from corpus.web.client import Limits, Manners, PoliteClient, Validators
from corpus.web.pace import Retries, retry_after_s

Handler = Callable[[httpx.Request], httpx.Response]


class Time:
    """A clock that waiting moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def _client(handler: Handler, time: Time | None = None, **manners: object) -> PoliteClient:
    time = time or Time()
    known = {"retries": Retries(4, 1.0, 60.0), "delay_s": 0.0, "obey_robots": False} | manners
    return PoliteClient(
        Manners("test-agent", **known),  # type: ignore[arg-type]
        transport=httpx.MockTransport(handler),
        clock=time.clock,
        sleep=time.sleep,
    )


def _script(*responses: httpx.Response) -> tuple[Handler, list[httpx.Request]]:
    waiting, seen = list(responses), []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return waiting.pop(0)

    return handler, seen


def test_passing_failures_are_tried_again_with_growing_waits() -> None:
    handler, seen = _script(*[httpx.Response(503)] * 3, httpx.Response(200, content=b"at last"))
    time = Time()
    assert _client(handler, time).get("https://a.example/").data == b"at last"
    assert len(seen) == 4
    for wait, (least, most) in zip(time.waits, [(0.5, 1), (1, 2), (2, 4)], strict=True):
        assert least <= wait <= most


def test_a_server_that_says_when_to_come_back_is_obeyed_or_left_alone() -> None:
    later = httpx.Response(429, headers={"Retry-After": "7"})
    handler, _ = _script(later, httpx.Response(200))
    time = Time()
    _client(handler, time).get("https://a.example/")
    assert time.waits == [7.0]
    handler, seen = _script(httpx.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(FetchError, match="come back in 3600 s") as caught:
        _client(handler).get("https://a.example/")
    assert caught.value.cure
    assert len(seen) == 1


def test_retry_after_in_seconds_and_as_a_date() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert retry_after_s("120") == 120.0
    assert retry_after_s("Thu, 01 Jan 2026 00:01:00 GMT", now) == 60.0
    assert retry_after_s("Wed, 31 Dec 2025 00:00:00 GMT", now) == 0.0
    assert retry_after_s("soon") is None


def test_what_is_unchanged_is_not_sent_again() -> None:
    handler, seen = _script(httpx.Response(304))
    known = Validators('"abc"', "Mon, 01 Jan 2024 00:00:00 GMT")
    assert _client(handler).get("https://a.example/x", known=known).data is None
    assert seen[0].headers["if-none-match"] == '"abc"'
    assert seen[0].headers["if-modified-since"] == known.last_modified


def test_a_secret_header_stays_with_its_host() -> None:
    handler, seen = _script(
        httpx.Response(302, headers={"Location": "https://b.example/y"}), httpx.Response(200)
    )
    _client(handler).get("https://a.example/x", headers={"API-Key": "secret"})
    assert seen[0].headers["api-key"] == "secret"
    assert "api-key" not in seen[1].headers


def test_redirects_end() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": str(request.url)})

    with pytest.raises(FetchError, match="more than 5 redirects"):
        _client(handler).get("https://a.example/")


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone(status: int) -> None:
    with pytest.raises(Gone):
        _client(lambda _: httpx.Response(status)).get("https://a.example/")


def test_other_errors_are_final() -> None:
    handler, seen = _script(httpx.Response(403))
    with pytest.raises(FetchError, match="403"):
        _client(handler).get("https://a.example/")
    assert len(seen) == 1


def test_too_much_and_too_slow() -> None:
    big = _client(lambda _: httpx.Response(200, content=b"x" * 100), limits=Limits(bytes=50))
    with pytest.raises(FetchError, match="larger"):
        big.get("https://a.example/")
    time = Time()

    def drip() -> Iterator[bytes]:
        for _ in range(10):
            time.now += 2
            yield b"x"

    slow = _client(lambda _: httpx.Response(200, content=drip()), time, limits=Limits(total_s=5))
    with pytest.raises(FetchError, match="more than 5 seconds"):
        slow.get("https://a.example/")


def _broken(etag: str, encoding: str | None = None) -> Handler:
    """Breaks off after "first " and gives the rest to whoever asks for it."""
    asked: list[httpx.Request] = []

    def breaking() -> Iterator[bytes]:
        yield b"first "
        raise httpx.ReadError("broken off")

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        headers = {"ETag": etag} | ({"Content-Encoding": encoding} if encoding else {})
        if len(asked) == 1:
            return httpx.Response(200, content=breaking(), headers=headers)
        if request.headers.get("range") == "bytes=6-" and request.headers["if-range"] == etag:
            headers |= {"Content-Range": "bytes 6-10/11"}
            return httpx.Response(206, content=b"again", headers=headers)
        assert "range" not in request.headers
        return httpx.Response(200, content=b"the whole", headers=headers)

    return handler


@pytest.mark.parametrize(
    ("etag", "encoding", "whole"),
    [('"strong"', None, b"first again"), ('W/"weak"', None, b"the whole"),
     ('"strong"', "identity", b"the whole")],
)  # fmt: skip
def test_a_broken_download_is_continued_where_that_is_safe(
    etag: str, encoding: str | None, whole: bytes
) -> None:
    answer = _client(_broken(etag, encoding)).get("https://a.example/x.pdf")
    assert answer.data == whole
    assert answer.validators.etag == etag


def test_robots_txt_is_obeyed_with_its_delay() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(200, text="User-agent: *\nDisallow: /no\nCrawl-delay: 9")
        return httpx.Response(200)

    time = Time()
    client = _client(handler, time, obey_robots=True, delay_s=1.0)
    with pytest.raises(Forbidden, match=r"robots\.txt does not permit"):
        client.get("https://a.example/no/x")
    client.get("https://a.example/yes")
    client.get("https://a.example/yes")
    client.get("https://b.example/yes")
    assert time.waits == [9.0]


@pytest.mark.parametrize(("status", "permitted"), [(404, True), (403, True), (500, False)])
def test_a_robots_txt_that_is_absent_permits_and_one_that_fails_denies(
    status: int,
    permitted: bool,  # noqa: FBT001 - a table's column
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status if request.url.path == "/robots.txt" else 200)

    client = _client(handler, obey_robots=True)
    if permitted:
        client.get("https://a.example/x")
    else:
        with pytest.raises(Forbidden, match="cannot be read"):
            client.get("https://a.example/x")
