import itertools

import pytest

from corpus.findings import Rating
from corpus.metadata.claims import (
    Claim,
    ClaimSource,
    Confidence,
    claims_of,
    put,
    resolve,
    winners,
    without,
)
from corpus.types import Metadata, PublicationType

ORDER = tuple(ClaimSource)


def title(source: ClaimSource, confidence: Confidence = Confidence.HIGH) -> Claim:
    return Claim("title", f"by {source.value}", source, confidence)


@pytest.mark.parametrize(("better", "worse"), list(itertools.pairwise(ORDER)))
def test_each_source_goes_before_the_next(better: ClaimSource, worse: ClaimSource) -> None:
    for claims in ([title(better), title(worse)], [title(worse), title(better)]):
        assert resolve(claims).title == f"by {better.value}"


def test_a_persons_correction_wins_over_all_others() -> None:
    assert ORDER[0] is ClaimSource.PERSON
    assert resolve(title(source) for source in reversed(ORDER)).title == "by person"


def test_low_confidence_yields_to_whoever_is_surer() -> None:
    guess = title(ClaimSource.TEXT, Confidence.LOW)
    assert resolve([guess, title(ClaimSource.NAME, Confidence.MEDIUM)]).title == "by name"
    assert resolve([guess, title(ClaimSource.NAME, Confidence.LOW)]).title == "by text"
    assert resolve([guess]).title == "by text"


def test_medium_confidence_does_not_yield() -> None:
    stated = title(ClaimSource.PAGE, Confidence.MEDIUM)
    assert resolve([title(ClaimSource.FILE), stated]).title == "by page"


def test_each_field_is_decided_for_itself() -> None:
    claims = (
        *claims_of(Metadata(title="T", year=2019), ClaimSource.PAGE),
        *claims_of(Metadata(year=2020, doi="10.1/x"), ClaimSource.PERSON),
    )
    assert resolve(claims) == Metadata(title="T", year=2020, doi="10.1/x")
    assert {name: claim.source for name, claim in winners(claims).items()} == {
        "title": ClaimSource.PAGE,
        "year": ClaimSource.PERSON,
        "doi": ClaimSource.PERSON,
    }


def test_parts_of_a_rating_are_claims_of_their_own() -> None:
    claims = (
        *claims_of(Metadata(rating=Rating("4 padlocks", cost="££")), ClaimSource.LISTING),
        *claims_of(Metadata(rating=Rating(impact="+6 months")), ClaimSource.METADATA_FILE),
        Claim("rating.evidence", "5 padlocks", ClaimSource.PERSON),
    )
    assert resolve(claims).rating == Rating("5 padlocks", "££", "+6 months")


def test_all_of_metadata_becomes_claims_and_metadata_again() -> None:
    known = Metadata(
        title="T", centre="eef", year=2019, published="2019-05", authors=("A", "B"),
        publisher="P", url="https://a.example/", doi="10.1/x", isbn="978", licence="OGL",
        language="en", publication_type=PublicationType.GUIDANCE,
        rating=Rating("strong", "low", "high"), topics=("reading",), nations=("Wales",),
        population="pupils", setting="schools", study_design="RCT", source="centre",
    )  # fmt: skip
    assert resolve(claims_of(known, ClaimSource.PAGE)) == known


def test_nothing_and_empty_words_claim_nothing() -> None:
    assert claims_of(Metadata(title="", authors=()), ClaimSource.PAGE) == ()
    assert resolve(()) == Metadata()


def test_a_source_that_says_otherwise_replaces_itself_alone() -> None:
    known = put((), [title(ClaimSource.PAGE), title(ClaimSource.PERSON)])
    new = Claim("title", "new", ClaimSource.PAGE)
    assert put(known, [new]) == (title(ClaimSource.PERSON), new)
    assert put(known, [new]) == put([new], [title(ClaimSource.PERSON)])


def test_claims_of_some_sources_can_be_left_out() -> None:
    known = (title(ClaimSource.PERSON), title(ClaimSource.TEXT), title(ClaimSource.FILE))
    left = without(known, frozenset({ClaimSource.TEXT, ClaimSource.FILE}))
    assert left == (title(ClaimSource.PERSON),)


def test_a_kind_of_publication_kept_as_words_is_one_again() -> None:
    claims = [Claim("publication_type", "protocol", ClaimSource.PERSON)]
    assert resolve(claims).publication_type is PublicationType.PROTOCOL
