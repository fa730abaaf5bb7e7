"""Ratings on centres' own pages: word for word, mapped by their scheme, never another's."""

import pytest

from corpus.assessment.crosswalk import assess
from corpus.findings import Direction, Rating
from corpus.metadata.claims import resolve
from corpus.metadata.ratings import claims_of_rating
from corpus.reading.html import read_html
from corpus.types import Document, DocumentType, Page

STRAND = """<h1>Reading aloud</h1>
<p>High impact for very low cost, based on limited evidence.</p>
<h2>Impact (months)</h2><p>+5 months</p>
<p>Reading aloud means that pupils read to one another every day in pairs, and teachers listen.</p>
"""


def _page(body: str) -> Document:
    filler = "<p>The approach has been tried in many places over many years by all sorts.</p>" * 3
    return read_html(f"<html><body><main>{body}{filler}</main></body></html>".encode())


def _rating(body: str, centre: str | None) -> Rating:
    return resolve(claims_of_rating(_page(body), centre)).rating


def test_a_toolkit_strand() -> None:
    rating = _rating(STRAND, "eef")
    assert rating == Rating("limited evidence", "very low cost", "+5 months")
    on_scale = assess(rating, centre="eef")
    assert (on_scale.strength, on_scale.cost, on_scale.direction) == (2, 1, Direction.HELPS)


@pytest.mark.parametrize("centre", [None, "youth-endowment-fund", "local-growth"])
def test_what_another_centre_quotes_is_not_its_rating(centre: str | None) -> None:
    assert _rating(STRAND, centre) == Rating()


def test_a_page_of_several_strands_has_no_rating_of_its_own() -> None:
    other = "<p>Low impact for high cost, based on extensive evidence.</p><p>+2 months</p>"
    assert _rating(STRAND + other, "eef") == Rating()


@pytest.mark.parametrize(
    ("centre", "body", "rating", "strength", "direction"),
    [
        ("foundations", "<h3>Evidence rating</h3><p>NE</p><h3>Cost rating</h3><p>2</p>",
         Rating("NE", "2"), 3, Direction.NO_EFFECT),
        ("foundations", "<h3>Evidence rating</h3><p>NL2</p>", Rating("NL2"), 1, Direction.UNCLEAR),
        ("youth-endowment-fund",
         "<p>Estimated impact on violent crime: Harmful</p><p>Evidence quality: 4 out of 5</p>",
         Rating("4", None, "Harmful"), 4, Direction.HARMS),
        ("college-of-policing",
         "<p>The review was systematic, so that many forms of bias can be ruled out.</p>",
         Rating("many forms of bias can be ruled out"), 4, Direction.UNCLEAR),
        ("college-of-policing", "<h2>Does it work?</h2><p>Untested - new or innovative</p>",
         Rating("Untested - new or innovative"), 0, Direction.UNTESTED),
        ("local-growth", "<p>SMS score: 5</p>", Rating("SMS score: 5"), 5, Direction.UNCLEAR),
    ],
)  # fmt: skip
def test_other_schemes(
    centre: str, body: str, rating: Rating, strength: int, direction: Direction
) -> None:
    found = _rating(body, centre)
    assert found == rating
    on_scale = assess(found, centre=centre)
    assert (on_scale.strength, on_scale.direction) == (strength, direction)


def test_a_report_that_is_no_page_is_left_alone() -> None:
    words = "High impact for very low cost, based on limited evidence."
    document = Document(DocumentType.PDF, (Page(1, None, words, (), ()),))
    assert not list(claims_of_rating(document, "eef"))
