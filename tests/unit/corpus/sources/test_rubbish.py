"""Lists and services that give something of another shape: told, and never the end of a run."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from corpus.centres import SourceSpec
from corpus.centres.types import Lookups, SourceKind
from corpus.errors import CorpusError, SourceError
from corpus.identifiers import plain_title
from corpus.metadata.claims import ClaimSource, claims_of, resolve
from corpus.sources.adapters import list_source
from corpus.sources.doi import look_up
from corpus.types import Metadata

ODD: list[Any] = [None, 0, 3.5, True, "x", "", [], [1], [None], {}, {"a": 1}, [[]], "\ud800"]
SEARCH = {"results": [{"link": "/a", "title": "T", "public_timestamp": "2020-01-01"}]}
CONTENT = {
    "title": "T",
    "details": {"attachments": [{"url": "/a.pdf"}]},
    "links": {"organisations": [{"title": "O"}]},
    "public_updated_at": "2020",
    "locale": "en",
}
POSTS = [{"link": "https://x.example/a", "title": {"rendered": "T"}, "date_gmt": "2020"}]
GUIDANCE = {"IndexItems": [{"GuidanceNumber": "NG1", "Title": "T", "PublishedDate": "2020"}]}
CROSSREF = {
    "message": {
        "title": ["T"],
        "subtitle": ["S"],
        "issued": {"date-parts": [[2020, 1, 2]]},
        "author": [{"given": "A", "family": "B"}],
        "publisher": "P",
        "ISBN": ["1"],
        "license": [{"URL": "u"}],
    }
}
FEED = (
    b"<rss version='2.0'><channel><item><link>http://a/</link>"
    b"<pubDate>Mon, 01 Jan 0000 00:00:00</pubDate></item></channel></rss>"
)
OPENALEX = {
    "title": "T",
    "publication_year": 2020,
    "authorships": [{"author": {"display_name": "A"}}],
    "topics": [{"display_name": "x"}],
}


def spoilt(whole: Any) -> Iterator[Any]:  # noqa: ANN401 - any JSON
    """The whole with each of its parts in turn put in place by something odd."""
    yield from ODD
    if isinstance(whole, dict):
        for name, part in whole.items():
            yield from ({**whole, name: odd} for odd in spoilt(part))
    elif isinstance(whole, list):
        for place, part in enumerate(whole):
            yield from ([*whole[:place], odd, *whole[place + 1 :]] for odd in spoilt(part))


def sound(metadata: Metadata) -> None:
    """What is claimed can be kept, and used as what it is."""
    known = resolve(claims_of(metadata, ClaimSource.LISTING))
    plain_title(known.title or "").encode()
    assert known.year is None or known.year > -1
    assert all(isinstance(name, str) for name in (*known.authors, known.publisher or ""))


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        pytest.param(SourceKind.GOVUK, (SEARCH, CONTENT), id="govuk"),
        pytest.param(SourceKind.WORDPRESS, (POSTS,), id="wordpress"),
        pytest.param(SourceKind.NICE, (GUIDANCE,), id="nice"),
    ],
)
def test_a_list_of_any_shape_is_understood_or_told(
    kind: SourceKind, answers: tuple[Any, ...]
) -> None:
    public = "https://p.example/{number}" if kind is SourceKind.NICE else None
    spec = SourceSpec(kind, "https://x.example/list", public=public)
    for number, answer in enumerate(answers):
        for odd in spoilt(answer):
            given = [*answers[:number], odd, *answers[number + 1 :]]

            def ask(url: str, given: list[Any] = given, **_: object) -> bytes:
                return json.dumps(given["/api/content" in url]).encode()

            with suppress(CorpusError):  # told
                for listed in list_source(spec, ask, nice_key="key"):
                    sound(listed.metadata)


@pytest.mark.parametrize(
    ("work", "lookups"),
    [
        pytest.param(CROSSREF, Lookups(crossref="https://c.example/{doi}"), id="crossref"),
        pytest.param(OPENALEX, Lookups(openalex="https://c.example/{doi}"), id="openalex"),
    ],
)
def test_a_work_of_any_shape_is_understood_or_told(work: Any, lookups: Lookups) -> None:  # noqa: ANN401
    for odd in spoilt(work):
        answer = json.dumps(odd).encode()

        def ask(_: str, answer: bytes = answer) -> bytes:
            return answer

        with suppress(SourceError):  # told
            known = resolve(look_up("10.1/x", lookups, ask))
            plain_title(known.title or "").encode()


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (SourceKind.WORDPRESS, b"[" * 100_000),
        (SourceKind.SITEMAP, b"<urlset><url><a:b:c>x</a:b:c></url></urlset>"),
        (SourceKind.OAI, b"<a:b:c/>"),
        (SourceKind.FEED, FEED),
    ],
)
def test_broken_lists_are_told_or_read_as_far_as_they_go(kind: SourceKind, data: bytes) -> None:
    spec = SourceSpec(kind, "https://x.example/list")
    with suppress(SourceError):  # told
        list(list_source(spec, lambda *_, **__: data))


def test_what_is_of_another_type_than_its_field_is_no_claim() -> None:
    metadata = Metadata(title=7, year="2020", authors=("A", None), doi="10.1/\ud800", isbn="1")  # type: ignore[arg-type]
    assert [c.field for c in claims_of(metadata, ClaimSource.LISTING)] == ["isbn"]
