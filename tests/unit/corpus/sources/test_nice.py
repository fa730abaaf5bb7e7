import json
from datetime import UTC, datetime
from typing import Any

import pytest

from corpus.centres.types import SourceKind
from corpus.errors import SourceError
from corpus.sources.nice import ACCEPT
from corpus.types import Metadata
from tests.listing import Web, listed

URL = "https://api.nice.example/services/guidance/index"
PUBLIC = "https://www.nice.example/guidance/{number}"


def index(*items: Any) -> Web:  # noqa: ANN401
    return Web({URL: json.dumps({"IndexItems": items}).encode()})


def test_a_guideline_stands_at_its_public_address() -> None:
    web = index(
        {
            "GuidanceNumber": " NG1 ",
            "Title": "Gastro-oesophageal reflux disease",
            "LastModified": "2024-05-06T07:08:09Z",
            "PublishedDate": "2015-01-14",
        }
    )
    (found,) = listed(SourceKind.NICE, URL, web, nice_key="secret", public=PUBLIC)
    assert found.url == "https://www.nice.example/guidance/ng1"
    assert found.modified == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert found.metadata == Metadata(
        title="Gastro-oesophageal reflux disease", year=2015, publisher="NICE"
    )
    assert web.headers == [{"API-Key": "secret", "Accept": ACCEPT}]


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_nothing_is_asked_and_the_cure_is_named(key: str | None) -> None:
    web = index()
    with pytest.raises(SourceError, match="needs a key") as caught:
        listed(SourceKind.NICE, URL, web, nice_key=key, public=PUBLIC)
    assert "EVIDENCE_NICE_KEY" in str(caught.value.cure)
    assert web.asked == []


@pytest.mark.parametrize("item", [{}, {"GuidanceNumber": None}, {"GuidanceNumber": " "}, "x", None])
def test_an_item_without_number_is_told(item: Any) -> None:  # noqa: ANN401
    with pytest.raises(SourceError, match="without a GuidanceNumber"):
        listed(SourceKind.NICE, URL, index(item), nice_key="k", public=PUBLIC)


@pytest.mark.parametrize("answer", [b"[]", b"{}", b'{"IndexItems": {}}'])
def test_what_is_no_index_is_told(answer: bytes) -> None:
    with pytest.raises(SourceError, match="gives no `IndexItems`"):
        listed(SourceKind.NICE, URL, Web({URL: answer}), nice_key="k", public=PUBLIC)
