import json
from datetime import UTC, datetime
from typing import Any

import pytest

from corpus.centres.types import SourceKind
from corpus.errors import FetchError, Gone, SourceError
from corpus.types import Metadata
from tests.listing import Web, listed, urls

URL = "https://www.gov.uk/api/search.json?filter_organisations=maps"
CONTENT = "https://www.gov.uk/api/content/government/publications/debt"
RESULT = {"link": "/government/publications/debt", "title": "Debt", "public_timestamp": "2020"}
ITEM = {
    "title": "Debt advice: an evaluation",
    "locale": "en",
    "first_published_at": "2019-06-01T09:00:00+01:00",
    "public_updated_at": "2021-07-01T09:00:00+01:00",
    "details": {
        "attachments": [
            {"url": "https://assets.publishing.service.gov.uk/media/1/debt.pdf"},
            {"title": "in print only"},
            "odd",
        ]
    },
    "links": {"organisations": [{"title": "Money and Pensions Service"}]},
}


def search(number: int = 0) -> str:
    return f"{URL}&count=100&start={number * 100}&order=public_timestamp"


def packed(value: Any) -> bytes:  # noqa: ANN401
    return json.dumps(value).encode()


def test_a_publication_with_its_attachments() -> None:
    web = Web({search(): packed({"results": [RESULT]}), CONTENT: packed(ITEM)})
    (found,) = listed(SourceKind.GOVUK, URL, web)
    assert found.url == "https://www.gov.uk/government/publications/debt"
    assert found.files == ("https://assets.publishing.service.gov.uk/media/1/debt.pdf",)
    assert found.modified == datetime(2021, 7, 1, 8, tzinfo=UTC)
    assert found.metadata == Metadata(
        title="Debt advice: an evaluation",
        year=2019,
        publisher="Money and Pensions Service",
        language="en",
    )


def test_pages_follow_until_one_is_not_full() -> None:
    full = [{"link": f"https://elsewhere.example/{n}"} for n in range(100)]
    web = Web({search(0): packed({"results": full}), search(1): packed({"results": []})})
    assert len(listed(SourceKind.GOVUK, URL, web)) == 100
    assert web.asked == [search(0), search(1)]


def test_another_sites_page_has_no_content_item_to_ask_for() -> None:
    result = {"link": "https://elsewhere.example", "title": "Elsewhere"}
    web = Web({search(): packed({"results": [result, {"link": None}]})})
    (found,) = listed(SourceKind.GOVUK, URL, web)
    assert (found.url, found.metadata.title) == ("https://elsewhere.example", "Elsewhere")
    assert web.asked == [search()]


def test_a_content_item_that_is_gone_leaves_what_the_search_said() -> None:
    web = Web({search(): packed({"results": [RESULT]}), CONTENT: Gone("gone", status=410)})
    found = listed(SourceKind.GOVUK, URL, web)
    assert urls(found) == ["https://www.gov.uk/government/publications/debt"]
    assert found[0].metadata == Metadata(title="Debt", year=2020)


def test_a_content_item_without_details() -> None:
    item = {"title": "T", "details": {"attachments": None}, "links": None}
    web = Web({search(): packed({"results": [RESULT]}), CONTENT: packed(item)})
    assert listed(SourceKind.GOVUK, URL, web)[0].files == ()


def test_a_content_item_that_fails_is_told() -> None:
    web = Web({search(): packed({"results": [RESULT]}), CONTENT: FetchError("status 503")})
    with pytest.raises(FetchError, match="503"):
        listed(SourceKind.GOVUK, URL, web)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (packed({"error": "x"}), "gives no search results"),
        (packed([]), "gives no search results"),
        (packed({"results": ["x"]}), "a search result of another shape"),
        (b"<html>", "gives no JSON"),
    ],
)
def test_what_is_no_search_is_told(answer: bytes, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        listed(SourceKind.GOVUK, URL, Web({search(): answer}))


def test_what_is_no_content_item_is_told() -> None:
    web = Web({search(): packed({"results": [RESULT]}), CONTENT: b"[]"})
    with pytest.raises(SourceError, match="gives no content item"):
        listed(SourceKind.GOVUK, URL, web)
