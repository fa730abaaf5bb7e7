"""What Crossref and OpenAlex say of a DOI, in the shapes they say it in."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from corpus.centres.types import Lookups
from corpus.errors import FetchError, Gone, SourceError
from corpus.metadata.claims import ClaimSource, resolve
from corpus.sources.doi import look_up
from corpus.types import Metadata

DOI = "10.1002/cl2.1051"
BOTH = Lookups("https://crossref.example/works/{doi}", "https://openalex.example/works/doi:{doi}")
CROSSREF = f"https://crossref.example/works/{DOI}"
OPENALEX = f"https://openalex.example/works/doi:{DOI}"
CROSSREF_WORK: dict[str, Any] = {
    "DOI": DOI,
    "type": "journal-article",
    "title": ["Mentoring &amp; <i>youth</i> crime"],
    "subtitle": ["A systematic review"],
    "author": [
        {"given": "Alice", "family": "Smith", "sequence": "first", "affiliation": []},
        {"family": "Jones", "affiliation": []},
        {"name": "The Campbell Collaboration", "sequence": "additional"},
        {"affiliation": []},
    ],
    "issued": {"date-parts": [[2019, 9, 3]]},
    "published": {"date-parts": [[2020]]},
    "publisher": "Wiley",
    "language": "en",
    "ISBN": ["9781234567897"],
    "license": [{"URL": "http://creativecommons.org/licenses/by/4.0/", "delay-in-days": 0}],
}
OPENALEX_WORK: dict[str, Any] = {
    "id": "https://openalex.org/W1",
    "doi": f"https://doi.org/{DOI}",
    "title": "Mentoring and youth crime",
    "publication_year": 2019,
    "publication_date": "2019-09-03",
    "language": "en",
    "authorships": [
        {"author_position": "first", "author": {"id": "A1", "display_name": "Alice Smith"}},
        {"author_position": "last", "author": None},
        {"author_position": "last", "author": {"display_name": None}},
    ],
    "topics": [
        {"id": f"T{n}", "display_name": name, "score": 0.9}
        for n, name in enumerate(["Youth", "Crime", "Mentoring", "A fourth"])
    ],
}


class Services:
    """Answers by address, and errors."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        answer = self._answers.get(url, Gone(f"{url} is not there (status 404).", status=404))
        if isinstance(answer, FetchError):
            raise answer
        return answer if isinstance(answer, bytes) else json.dumps(answer).encode()


def known(services: Services, lookups: Lookups = BOTH, doi: str = DOI) -> Metadata:
    claims = look_up(doi, lookups, services)
    assert {claim.source for claim in claims} <= {ClaimSource.DOI}
    return resolve(claims)


def crossref(**changed: Any) -> Metadata:  # noqa: ANN401
    work = {"status": "ok", "message-type": "work", "message": CROSSREF_WORK | changed}
    return known(Services({CROSSREF: work}))


def test_crossref() -> None:
    assert crossref() == Metadata(
        title="Mentoring & youth crime: A systematic review",
        year=2019,
        published="2019-09-03",
        authors=("Alice Smith", "Jones", "The Campbell Collaboration"),
        publisher="Wiley",
        isbn="9781234567897",
        licence="http://creativecommons.org/licenses/by/4.0/",
        language="en",
    )


@pytest.mark.parametrize(
    ("issued", "published"),
    [
        ({"date-parts": [[2019]]}, "2019"),
        ({"date-parts": [[2019, 9]]}, "2019-09"),
        ({"date-parts": [[None]]}, "2020"),
        ({"date-parts": []}, "2020"),
        (None, "2020"),
    ],
)
def test_a_crossref_date_as_far_as_it_is_known(
    issued: dict[str, list[list[int | None]]] | None, published: str
) -> None:
    found = crossref(issued=issued)
    assert (found.published, found.year) == (published, int(published[:4]))


def test_a_crossref_work_without_anything() -> None:
    empty: dict[str, Any] = dict.fromkeys(CROSSREF_WORK)
    assert crossref(**empty) == Metadata()
    assert crossref(**(empty | {"title": [], "publisher": ""})) == Metadata()


def test_openalex_where_crossref_does_not_know_it() -> None:
    services = Services({OPENALEX: OPENALEX_WORK})
    assert known(services) == Metadata(
        title="Mentoring and youth crime",
        year=2019,
        published="2019-09-03",
        authors=("Alice Smith",),
        language="en",
        topics=("Youth", "Crime", "Mentoring"),
    )
    assert services.asked == [CROSSREF, OPENALEX]


def test_crossref_alone_is_asked_where_it_answers() -> None:
    services = Services({CROSSREF: {"message": CROSSREF_WORK}, OPENALEX: OPENALEX_WORK})
    assert known(services).publisher == "Wiley"
    assert services.asked == [CROSSREF]


def test_a_doi_neither_knows_claims_nothing() -> None:
    assert look_up(DOI, BOTH, Services({})) == ()


def test_a_failure_is_told_unless_the_other_answers() -> None:
    failing = FetchError("status 503")
    with pytest.raises(FetchError, match="503"):
        look_up(DOI, BOTH, Services({CROSSREF: failing}))
    assert known(Services({CROSSREF: failing, OPENALEX: OPENALEX_WORK})).year == 2019


def test_a_service_that_is_not_named_is_not_asked() -> None:
    services = Services({})
    assert look_up(DOI, Lookups(), services) == ()
    look_up(DOI, Lookups(None, BOTH.openalex), services)
    assert services.asked == [OPENALEX]


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"null"])
def test_another_shape_is_told(answer: bytes) -> None:
    with pytest.raises(SourceError):
        look_up(DOI, BOTH, Services({CROSSREF: answer}))


def test_a_doi_is_quoted_in_the_address() -> None:
    services = Services({})
    look_up("10.1016/S0140(05)1?x#<y>", Lookups(BOTH.crossref), services)
    assert services.asked == ["https://crossref.example/works/10.1016/S0140%2805%291%3Fx%23%3Cy%3E"]
