"""What the client takes of a site: what changed, within limits, and whole after a break."""

import gzip
from collections.abc import Iterator

import httpx
import pytest

from corpus.errors import FetchError
from corpus.web.answers import Limits, Validators
from tests.sites import BODY, URL, BreaksOff, Site, broken, ok, part


def test_validators_are_sent_and_an_unchanged_file_is_not_downloaded() -> None:
    site = Site([httpx.Response(304, headers={"ETag": '"b"'})])
    answer = site.get(known=Validators('W/"a"', "Mon, 01 Jan 2024 00:00:00 GMT"))
    (request,) = site.asked
    assert request.headers["If-None-Match"] == 'W/"a"'
    assert request.headers["If-Modified-Since"] == "Mon, 01 Jan 2024 00:00:00 GMT"
    assert answer.data is None
    assert answer.validators == Validators('"b"')


def test_without_validators_nothing_is_asked_conditionally() -> None:
    site = Site([ok(ETag='"v"', Last_Modified="Tue, 02 Jan 2024 00:00:00 GMT")])
    answer = site.get()
    (request,) = site.asked
    assert "If-None-Match" not in request.headers
    assert "If-Modified-Since" not in request.headers
    assert answer.validators == Validators('"v"', "Tue, 02 Jan 2024 00:00:00 GMT")
    assert request.headers["User-Agent"] == "tests/1 (tests@example.org)"


def test_what_is_too_large_is_refused() -> None:
    site = Site([ok(b"x" * 2_000_000)])
    with (
        site.client(limits=Limits(bytes=2**20)) as client,
        pytest.raises(FetchError, match=r"is larger than 1 MiB\."),
    ):
        client.get(URL)
    assert len(site.asked) == 1


def test_a_small_answer_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = gzip.compress(b"0" * 2**22)
    site = Site([ok(bomb, Content_Encoding="gzip")])
    assert len(bomb) < 2**13
    with (
        site.client(limits=Limits(bytes=2**20)) as client,
        pytest.raises(FetchError, match="is larger than"),
    ):
        client.get(URL)


def test_an_answer_that_takes_too_long_is_refused() -> None:
    site = Site([])

    class Trickle(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                site.now += 20.0
                yield b"x"

    site.answers = [lambda _: httpx.Response(200, stream=Trickle())]
    with (
        site.client(limits=Limits(total_s=60.0)) as client,
        pytest.raises(FetchError, match="took more than 60 seconds to send"),
    ):
        client.get(URL)


def test_a_truncated_body_is_continued_from_where_it_broke() -> None:
    site = Site([broken(BODY[:40], ETag='"v1"', Content_Type="application/pdf"), part(40)])
    answer = site.get()
    assert answer.data == BODY
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.validators.etag == '"v1"'
    second = site.asked[1]
    assert second.headers["Range"] == "bytes=40-"
    assert second.headers["If-Range"] == '"v1"'
    assert second.headers["Accept-Encoding"] == "identity"


def test_a_body_broken_twice_is_continued_twice() -> None:
    again = httpx.Response(
        206, stream=BreaksOff(BODY[40:70]), headers={"Content-Range": "bytes 40-99/100"}
    )
    site = Site([broken(BODY[:40], ETag='"v1"'), again, part(70)])
    assert site.get().data == BODY
    assert [each.headers.get("Range") for each in site.asked] == [None, "bytes=40-", "bytes=70-"]


def test_a_file_that_changed_meanwhile_is_taken_whole() -> None:
    site = Site([broken(b"old half", ETag='"v1"'), ok(BODY, ETag='"v2"')])
    answer = site.get()
    assert answer.data == BODY
    assert answer.validators.etag == '"v2"'


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no validator"),
        pytest.param({"ETag": 'W/"v1"'}, id="a weak validator"),
        pytest.param({"Last_Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}, id="a date alone"),
    ],
)
def test_without_a_strong_validator_it_begins_anew(headers: dict[str, str]) -> None:
    site = Site([broken(BODY[:40], **headers), ok()])
    assert site.get().data == BODY
    assert "Range" not in site.asked[1].headers


def test_a_compressed_body_is_never_continued() -> None:
    packed = gzip.compress(BODY)
    site = Site([broken(packed[:20], ETag='"v1"', Content_Encoding="gzip"), ok()])
    assert site.get().data == BODY
    assert "Range" not in site.asked[1].headers


def test_another_part_than_was_asked_for_is_not_believed() -> None:
    site = Site([broken(BODY[:40], ETag='"v1"'), part(10), ok()])
    assert site.get().data == BODY
    assert "Range" not in site.asked[2].headers
