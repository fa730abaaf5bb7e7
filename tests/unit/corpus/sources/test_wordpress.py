import json
from datetime import UTC, datetime
from typing import Any

import pytest

from corpus.centres.types import SourceKind
from corpus.errors import FetchError, SourceError
from corpus.types import Metadata
from tests.listing import Web, listed

URL = "https://site.example/wp-json/wp/v2/report"
PAST_THE_LAST = FetchError("answers with status 400 (Bad Request).", status=400)


def page(number: int) -> str:
    return f"{URL}?per_page=100&page={number}&order=asc&orderby=id"


def posts(count: int) -> bytes:
    return json.dumps([{"link": f"https://site.example/{n}"} for n in range(count)]).encode()


def test_a_post() -> None:
    post = {
        "link": "https://site.example/report/summer/",
        "date_gmt": "2021-02-03T04:05:06",
        "modified_gmt": "2024-02-03T04:05:06",
        "title": {"rendered": "Summer schools &#8211; <em>what works</em>"},
    }
    (found,) = listed(SourceKind.WORDPRESS, URL, Web({page(1): json.dumps([post]).encode()}))
    assert found.url == "https://site.example/report/summer/"
    assert found.modified == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert found.metadata == Metadata(title="Summer schools \u2013 what works", year=2021)


@pytest.mark.parametrize("count", [0, 1, 99])
def test_a_page_that_is_not_full_is_the_last(count: int) -> None:
    web = Web({page(1): posts(count)})
    assert len(listed(SourceKind.WORDPRESS, URL, web)) == count
    assert web.asked == [page(1)]


@pytest.mark.parametrize("past", [PAST_THE_LAST, posts(0)], ids=["refused", "empty"])
def test_full_pages_end_where_the_next_is_refused_or_empty(past: bytes | FetchError) -> None:
    web = Web({page(1): posts(100), page(2): posts(100), page(3): past})
    assert len(listed(SourceKind.WORDPRESS, URL, web)) == 200


def test_a_refused_first_page_and_other_failures_are_told() -> None:
    with pytest.raises(FetchError):
        listed(SourceKind.WORDPRESS, URL, Web({page(1): PAST_THE_LAST}))
    web = Web({page(1): posts(100), page(2): FetchError("status 503")})
    with pytest.raises(FetchError, match="503"):
        listed(SourceKind.WORDPRESS, URL, web)


def test_a_query_of_its_own_is_kept() -> None:
    url = f"{URL}?type=5"
    web = Web({f"{url}&per_page=100&page=1&order=asc&orderby=id": posts(1)})
    assert len(listed(SourceKind.WORDPRESS, url, web)) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"code": "rest_no_route", "message": "No route was found"}, "No route was found"),
        ("text", "another shape"),
        ([1], "a post without a link"),
        ([{"title": "x"}], "a post without a link"),
    ],
)
def test_what_is_no_list_of_posts_is_told(answer: Any, told: str) -> None:  # noqa: ANN401
    with pytest.raises(SourceError, match=told):
        listed(SourceKind.WORDPRESS, URL, Web({page(1): json.dumps(answer).encode()}))


def test_a_page_that_is_no_json_is_told() -> None:
    with pytest.raises(SourceError, match="gives no JSON"):
        listed(SourceKind.WORDPRESS, URL, Web({page(1): b"<html>"}))


def test_fields_of_odd_kinds_are_no_metadata() -> None:
    post = {"link": "/a", "title": {"rendered": 5}, "date_gmt": 2020, "modified_gmt": []}
    (found,) = listed(SourceKind.WORDPRESS, URL, Web({page(1): json.dumps([post]).encode()}))
    assert found.metadata == Metadata(year=2020)
