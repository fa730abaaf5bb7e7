"""When the client asks again, how long it waits, and when it gives up."""

import pickle
from datetime import UTC, datetime

import httpx
import pytest

from corpus.errors import FetchError, Gone
from corpus.web.pace import Retries, retry_after_s
from tests.sites import BODY, URL, Site, ok


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    site = Site([httpx.Response(status), ok()])
    assert site.get().data == BODY
    assert len(site.asked) == 2


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.ReadError("reset")]
)
def test_a_broken_connection_is_tried_again(error: Exception) -> None:
    site = Site([error, ok()])
    assert site.get().data == BODY


@pytest.mark.parametrize("status", [400, 401, 403, 405, 416, 451, 501])
def test_a_refusal_is_not_tried_again_and_tells_its_status(status: int) -> None:
    site = Site([httpx.Response(status)])
    with pytest.raises(FetchError, match=f"{URL} answers with status {status}") as caught:
        site.get()
    assert caught.value.status == status
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_gone(status: int) -> None:
    with pytest.raises(Gone, match=f"status {status}") as caught:
        Site([httpx.Response(status)]).get()
    assert caught.value.status == status


def test_a_fetch_error_keeps_cure_and_status_between_processes() -> None:
    sent = pickle.loads(pickle.dumps(Gone("it", cure="so", status=410)))  # noqa: S301 - our own
    assert (type(sent), str(sent), sent.cure, sent.status) == (Gone, "it", "so", 410)


def test_waits_are_doubled_within_the_bounds_of_their_jitter() -> None:
    site = Site([httpx.Response(503)])
    with (
        site.client(retries=Retries(attempts=6, first_s=2.0, longest_s=10.0)) as client,
        pytest.raises(FetchError) as caught,
    ):
        client.get(URL)
    assert len(site.asked) == 6
    for waited, most in zip(site.slept, [2, 4, 8, 10, 10], strict=True):
        assert most / 2 <= waited <= most
    assert str(caught.value) == f"{URL}: status 503 (6 attempts)."
    assert caught.value.cure == "Try again later; what was fetched so far is kept."


def test_jitter_spreads_and_stays_in_its_bounds() -> None:
    waits = [Retries(first_s=8.0).wait_s(1, None) for _ in range(200)]
    assert all(wait is not None and 4.0 <= wait <= 8.0 for wait in waits)
    assert len(set(waits)) > 100


def test_retry_after_is_waited_for() -> None:
    site = Site([httpx.Response(429, headers={"Retry-After": "17"}), ok()])
    assert site.get().data == BODY
    assert site.slept == [17.0]


def test_a_retry_after_longer_than_we_wait_ends_it() -> None:
    site = Site([httpx.Response(503, headers={"Retry-After": "3600"})])
    with pytest.raises(FetchError, match=r"status 503 \(1 attempts; it asks .* in 3600 s\)"):
        site.get()
    assert site.slept == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Mon, 01 Jan 2024 12:00:30 GMT", 30.0),
        ("Mon, 01 Jan 2024 13:00:30 +0100", 30.0),
        ("Mon, 01 Jan 2024 12:00:30 -0000", 30.0),
        ("Mon, 01 Jan 2024 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("\xb2", None),  # a digit to Python, and no number
    ],
)
def test_retry_after_in_seconds_and_as_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, datetime(2024, 1, 1, 12, tzinfo=UTC)) == seconds
