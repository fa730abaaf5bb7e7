"""When the client tries again, for how long it waits, and what it raises in the end."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from client import (
    Busy,
    ClientError,
    EvidenceClient,
    NotFound,
    Refused,
    Rejected,
    Retries,
    StaleCursor,
    Unreachable,
)

PROBLEM = {"status": 422, "detail": "k must be at most 100.", "cure": "See /docs."}


def _client(
    *answers: httpx.Response | Exception, most: int = 3
) -> tuple[EvidenceClient, list[str]]:
    waiting, asked = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        given = waiting.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    retries = Retries(most=most, first_wait=0.0)
    transport = httpx.MockTransport(answer)
    return EvidenceClient("http://evidence.test", retries=retries, transport=transport), asked


def _busy(status: int = 503, after: str | None = "0") -> httpx.Response:
    headers = {} if after is None else {"Retry-After": after}
    return httpx.Response(status, headers=headers, json={"detail": "Busy.", "cure": None})


def test_a_busy_service_is_asked_again() -> None:
    client, asked = _client(_busy(503), _busy(429), _busy(503, None), httpx.Response(200, json={}))
    assert not client.ready()
    assert len(asked) == 4


def test_it_gives_up_in_the_end() -> None:
    client, asked = _client(*[_busy()] * 3, most=2)
    with pytest.raises(Busy, match=r"503: Busy\."):
        client.ready()
    assert len(asked) == 3


def test_a_stream_is_begun_again_too() -> None:
    client, asked = _client(_busy(), httpx.Response(200, text='{"rank": 1}\n{"rank": 2}\n'))
    assert [line["rank"] for line in client.passages()] == [1, 2]
    assert len(asked) == 2
    client, _ = _client(httpx.Response(422, json=PROBLEM))
    with pytest.raises(Refused, match="k must be"):
        list(client.passages())


@pytest.mark.parametrize(
    ("after", "least", "most"),
    [("7", 7, 7), ("0", 0, 0), (None, 2, 2), ("soon", 2, 2), ("-1", 2, 2)],
)
def test_how_long_it_waits(after: str | None, least: float, most: float) -> None:
    wait = Retries(first_wait=0.5).wait(_busy(after=after), tried=2)
    assert wait is not None
    assert least <= wait <= most


def test_it_waits_until_a_date() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    wait = Retries().wait(_busy(after=until), tried=0)
    assert wait is not None
    assert 15 <= wait <= 20
    past = format_datetime(datetime.now(UTC) - timedelta(seconds=20), usegmt=True)
    assert Retries().wait(_busy(after=past), tried=0) == 0


def test_it_waits_for_nobody_who_asks_too_much() -> None:
    assert Retries(longest_wait=60).wait(_busy(after="61"), tried=0) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (422, Refused), (404, NotFound), (410, StaleCursor), (500, Rejected)],
)
def test_a_problem_is_an_error_of_its_kind(status: int, kind: type[Rejected]) -> None:
    client, asked = _client(httpx.Response(status, json=PROBLEM, headers={"X-Request-Id": "abc"}))
    with pytest.raises(kind) as caught:
        client.search("x")
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.detail == PROBLEM["detail"]
    assert caught.value.cure == PROBLEM["cure"]
    assert caught.value.request_id == "abc"
    assert len(asked) == 1


@pytest.mark.parametrize("body", ["<h1>Bad gateway</h1>", "[]", "null", ""])
def test_a_proxy_s_page_is_an_error_too(body: str) -> None:
    client, _ = _client(httpx.Response(502, text=body))
    with pytest.raises(Rejected, match="502: Bad Gateway"):
        client.ready()


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("")])
def test_no_answer(error: Exception) -> None:
    client, _ = _client(error)
    with pytest.raises(Unreachable) as caught:
        client.ready()
    assert isinstance(caught.value, ClientError)
    assert caught.value.__cause__ is error


def test_ids_are_made_safe() -> None:
    client, asked = _client(httpx.Response(200, json={}))
    client.report("a/../b?c=d#e")
    assert asked[0].startswith("http://evidence.test/v1/reports/a%2F..%2Fb%3Fc%3Dd%23e?")
