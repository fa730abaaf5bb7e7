"""A site that answers in turn, on a clock that moves by sleeping alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from corpus.web.answers import Answer, Limits, Validators
from corpus.web.client import Manners, PoliteClient
from corpus.web.pace import Retries

URL = "https://site.example/report.pdf"
BODY = b"0123456789" * 10
Handler = Callable[[httpx.Request], httpx.Response]


class BreaksOff(httpx.SyncByteStream):
    """A body whose connection breaks after some bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> Iterator[bytes]:
        yield self._data
        raise httpx.ReadError("connection reset")


@dataclass
class Site:
    """Answers in turn (the last one for ever); a clock that moves by sleeping alone."""

    answers: Sequence[httpx.Response | Exception | Handler]
    robots: httpx.Response | Exception | None = None
    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    robots_asked: int = 0

    def client(
        self,
        *,
        retries: Retries = Retries(attempts=3, first_s=2.0, longest_s=60.0),
        limits: Limits = Limits(),
        delay_s: float = 0.0,
    ) -> PoliteClient:
        manners = Manners("tests/1 (tests@example.org)", retries, limits, delay_s)
        return PoliteClient(
            manners,
            transport=httpx.MockTransport(self._answer),
            clock=lambda: self.now,
            sleep=self._sleep,
        )

    def get(self, url: str = URL, *, known: Validators = Validators()) -> Answer:
        with self.client() as client:
            return client.get(url, known=known)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            self.robots_asked += 1
            return _given(self.robots or httpx.Response(404), request)
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(request)
        return _given(answer, request)


def _given(answer: httpx.Response | Exception | Handler, request: httpx.Request) -> httpx.Response:
    if isinstance(answer, Exception):
        raise answer
    if isinstance(answer, httpx.Response):
        # One answer may be given several times.
        return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)
    return answer(request)


def ok(body: bytes = BODY, **headers: str) -> httpx.Response:
    return httpx.Response(200, content=body, headers=_named(headers))


def broken(body: bytes, **headers: str) -> httpx.Response:
    return httpx.Response(200, stream=BreaksOff(body), headers=_named(headers))


def part(start: int, **headers: str) -> httpx.Response:
    said = {"Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}", **_named(headers)}
    return httpx.Response(206, content=BODY[start:], headers=said)


def redirect(to: str, status: int = 302) -> httpx.Response:
    return httpx.Response(status, headers={"Location": to})


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
