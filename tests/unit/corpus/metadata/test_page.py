import json
from typing import Any

import pytest

from corpus.metadata.page import DOI, iso_date, language_code, page_metadata
from corpus.types import Metadata, PublicationType


def page(*head: str, lang: str = "en-GB") -> Metadata:
    html = f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{"".join(head)}</head>'
    return page_metadata(f"{html}<body><h1>Heading</h1></body></html>".encode())


def meta(name: str, content: str, attribute: str = "name") -> str:
    return f'<meta {attribute}="{name}" content="{content}">'


def ld(value: Any) -> str:  # noqa: ANN401
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def test_highwire_as_repositories_write_it() -> None:
    known = page(
        meta("citation_title", "Mentoring  and\n crime"),
        meta("citation_author", "Smith, A"),
        meta("citation_author", "Jones, B"),
        meta("citation_author", "Smith, A"),
        meta("citation_publication_date", "2019/3/7"),
        meta("citation_doi", "10.1234/abc.5"),
        meta("citation_publisher", "College of Policing"),
        meta("citation_isbn", "978-1-2345"),
        meta("citation_keywords", "crime, youth,, mentoring"),
    )
    assert known == Metadata(
        title="Mentoring and crime",
        year=2019,
        published="2019-03-07",
        authors=("Smith, A", "Jones, B"),
        publisher="College of Policing",
        doi="10.1234/abc.5",
        isbn="978-1-2345",
        language="en",
        topics=("crime", "youth", "mentoring"),
    )


def test_dublin_core_in_whichever_case() -> None:
    known = page(
        meta("DC.title", "Housing First"),
        meta("DC.Creator", "Jones, B"),
        meta("DCTERMS.issued", "2021-06"),
        meta("DC.identifier", "https://a.example/1"),
        meta("DC.identifier", "https://doi.org/10.5555/12345678"),
        meta("DC.rights", "CC BY 4.0"),
        meta("DC.subject", "housing"),
    )
    assert known == Metadata(
        title="Housing First",
        year=2021,
        published="2021-06",
        authors=("Jones, B",),
        doi="10.5555/12345678",
        licence="CC BY 4.0",
        language="en",
        topics=("housing",),
    )


def test_opengraph() -> None:
    known = page(
        meta("og:title", "Summer schools", "property"),
        meta("og:site_name", "TASO", "property"),
        meta("article:published_time", "2023-01-02T03:04:05+00:00", "property"),
        meta("article:tag", "access", "property"),
        lang="",
    )
    assert known == Metadata(
        title="Summer schools",
        year=2023,
        published="2023-01-02",
        publisher="TASO",
        topics=("access",),
    )


def test_schema_org_as_content_systems_write_it() -> None:
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "The site", "publisher": {"@id": "#organisation"}},
            {"@type": "BreadcrumbList", "itemListElement": []},
            {"@type": "WebPage", "name": "The page | The site", "datePublished": "2024-01-01"},
            {
                "@type": ["Report", "CreativeWork"],
                "headline": "The report",
                "datePublished": "2022-05-06T00:00:00Z",
                "author": [{"@type": "Person", "name": "A Smith"}, "B Jones"],
                "publisher": {"@type": "Organization", "name": "Foundations"},
                "identifier": {
                    "@type": "PropertyValue",
                    "name": "DOI",
                    "propertyID": "doi",
                    "value": "https://doi.org/10.1234/z",
                },
                "license": "https://creativecommons.org/licenses/by/4.0/",
                "keywords": ["families", "early help, parenting"],
                "isbn": 9781234567897,
            },
        ],
    }
    assert page(ld(graph)) == Metadata(
        title="The report",
        year=2022,
        published="2022-05-06",
        authors=("A Smith", "B Jones"),
        publisher="Foundations",
        doi="10.1234/z",
        isbn="9781234567897",
        licence="https://creativecommons.org/licenses/by/4.0/",
        language="en",
        topics=("families", "early help", "parenting"),
    )


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("MedicalGuideline", PublicationType.GUIDANCE),
        ("Guide", PublicationType.GUIDANCE),
        ("Report", None),
    ],
)
def test_a_guideline_is_known_by_its_type(kind: str, found: PublicationType | None) -> None:
    assert page(ld({"@type": kind, "name": "T"})).publication_type is found


@pytest.mark.parametrize(
    "same_as", ["https://doi.org/10.1234/z", ["https://a.example", "doi:10.1234/z"]]
)
def test_a_doi_may_be_said_to_be_the_same_thing(same_as: Any) -> None:  # noqa: ANN401
    assert page(ld({"@type": "Report", "name": "T", "sameAs": same_as})).doi == "10.1234/z"


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        '{"@type": "Report", "name": "x",}',
        "[" * 100_000,
        '{"a":' * 100_000,
        "null",
        "3",
        '"words"',
        '{"@graph": null}',
        '{"@type": null, "name": null}',
    ],
    ids=lambda text: text[:20] or "empty",
)
def test_broken_json_ld_costs_nothing_but_itself(broken: str) -> None:
    whole = ld({"@type": "Article", "name": "The article"})
    assert page(ld(broken), whole).title == "The article"


def test_a_name_nested_without_end_is_none() -> None:
    for start, end in (("[", "]"), ('{"name":', "}")):
        deep = '{"@type": "Report", "name": ' + start * 800 + '"x"' + end * 800 + "}"
        assert page(ld(deep), meta("og:title", "Title")).title == "Title"


def test_an_organisation_or_website_is_no_report() -> None:
    assert page(ld([{"@type": "Organization", "name": "O"}, {"@type": "WebSite"}])).title is None


def test_highwire_goes_before_schema_org_before_dublin_core_before_opengraph() -> None:
    said = [
        meta("citation_title", "Highwire"),
        ld({"@type": "Report", "name": "schema.org"}),
        meta("dc.title", "Dublin Core"),
        meta("og:title", "OpenGraph", "property"),
    ]
    for place, expected in enumerate(["Highwire", "schema.org", "Dublin Core", "OpenGraph"]):
        assert page(*reversed(said[place:])).title == expected


@pytest.mark.parametrize("data", [b"", b"   ", b"<!-- -->", b"%PDF-1.7", b"\x00\xff"])
def test_what_is_no_page_states_nothing(data: bytes) -> None:
    assert page_metadata(data) == Metadata()


def test_a_page_that_states_nothing_claims_nothing() -> None:
    assert page("<title>Only a title</title>", meta("citation_title", " "), lang="") == Metadata()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2019", "2019"),
        ("2019-03", "2019-03"),
        ("2019/3/7", "2019-03-07"),
        (" 2019-03-07T10:00:00Z", "2019-03-07"),
        ("2019-2020", "2019"),
        ("2019-20", "2019"),
        ("2019-13-01", "2019"),
        ("2019-02-99", "2019-02"),
        ("07/03/2019", None),
        ("March 2019", None),
        ("1234", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_as_far_as_it_is_given(words: str | None, found: str | None) -> None:
    assert iso_date(words) == found


@pytest.mark.parametrize(
    ("tag", "code"), [("en-GB", "en"), ("CY", "cy"), ("eng", None), ("", None), (None, None)]
)
def test_the_language_of_a_tag(tag: str | None, code: str | None) -> None:
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("words", "doi"),
    [
        ("see https://doi.org/10.1002/cl2.1051.", "10.1002/cl2.1051"),
        ("(doi:10.1016/S0140-6736(05)12345-6)", "10.1016/S0140-6736(05)12345-6"),
        ("10.1234/a-b_c;d, next", "10.1234/a-b_c;d"),
        ("version 10.1 / 2", None),
    ],
)
def test_a_doi_among_words(words: str, doi: str | None) -> None:
    found = DOI.search(words)
    assert (found[0] if found else None) == doi
