"""Several files that are one report: by text, DOI, or title and year."""

from collections.abc import Iterable

import pytest

from corpus.library.identity import identify, resemblance
from corpus.library.states import State
from corpus.metadata.claims import Claim, ClaimSource, resolve
from corpus.types import Metadata
from tests.shelves import Shelf, document, nearly, words


def test_one_report_of_two_centres_is_one_with_two_provenances(shelf: Shelf) -> None:
    first = shelf.put("https://a.example/1.pdf", words(1), centre="a", page="https://a.example/1")
    # Other bytes that say the same.
    shelf.put("https://b.example/2.pdf", words(1) + "\n", centre="b", doi="10.1234/x")
    ((report_id, shown),) = shelf.shown().items()
    assert report_id == first
    assert shown.report.centres == ("a", "b")
    assert shown.report.metadata.doi == "10.1234/x"
    assert [
        (each.address, each.centre, each.page, each.ended) for each in shown.details.provenance
    ] == [
        ("https://a.example/1.pdf", "a", "https://a.example/1", None),
        ("https://b.example/2.pdf", "b", None, None),
    ]
    assert shown.details.provenance[0].fetched == "2026-01-02T03:04:05+00:00"
    assert shown.details.provenance[0].headers == {"etag": '"a"'}


def test_what_is_known_of_a_report_is_told_once(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        shelf.put(f"https://a.example/{number}.pdf", words(number), centre="a", title=f"T {number}")
    told: list[object] = []

    def counted(claims: Iterable[Claim]) -> Metadata:
        told.append(claims)
        return resolve(claims)

    for name in ("states", "shelf"):
        monkeypatch.setattr(f"corpus.library.{name}.resolve", counted)
    assert len(shelf.shown()) == 3
    assert len(told) == 3  # of a large library it was the most work of adding a report


def test_all_that_is_shown_of_a_merged_report_has_its_claim(shelf: Shelf) -> None:
    shelf.put("https://a.example/1.pdf", words(1), title="The first's title")
    other = shelf.put("https://b.example/2.pdf", words(1) + "\n", title="Other", doi="10.1234/x")
    shelf.library.correct(other, [Claim("year", 2019, ClaimSource.PERSON)], forget=())
    (shown,) = shelf.shown().values()
    known = shown.report.metadata
    assert (known.title, known.doi, known.year) == ("The first's title", "10.1234/x", 2019)
    assert {(each.field, each.value) for each in shown.details.claims} == {
        ("title", "The first's title"),
        ("doi", "10.1234/x"),
        ("year", 2019),
    }


def test_the_second_stands_for_itself_once_the_first_is_gone(shelf: Shelf) -> None:
    first = shelf.put("https://a.example/1.pdf", words(1))
    second = shelf.put("https://b.example/2.pdf", words(1) + "\n")
    assert shelf.current() == [first]
    shelf.library.withdraw("https://a.example/1.pdf", "gone")
    assert shelf.current() == [second]
    states = {each.report_id: each.state for each in shelf.library.accounts({second})}
    assert states == {first: State.WITHDRAWN, second: State.INDEXED}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.1234/X", "https://doi.org/10.1234/x"),
        ("doi: 10.1234/x", "http://dx.doi.org/10.1234/x "),
    ],
)
def test_one_doi_is_one_report_however_it_is_written(shelf: Shelf, one: str, other: str) -> None:
    first = shelf.put("https://a.example/1.pdf", words(1), doi=one, title="A", year=2018)
    shelf.put("https://b.example/2.pdf", words(2), doi=other, title="B", year=2019)
    assert shelf.current() == [first]


@pytest.mark.parametrize("empty", ["https://doi.org/", "doi:", " "])
def test_a_doi_without_anything_in_it_joins_nothing(shelf: Shelf, empty: str) -> None:
    ids = [
        shelf.put("https://a.example/1.pdf", words(1), doi=empty),
        shelf.put("https://a.example/2.pdf", words(2), doi=empty),
        shelf.put("https://a.example/3.pdf", words(3)),
    ]
    assert shelf.current() == sorted(ids)


@pytest.mark.parametrize(
    ("title", "text", "year", "same"),
    [
        pytest.param("Mentoring: a review", nearly(words(1)), 2019, True, id="title, year, text"),
        pytest.param("MENTORING - A Review!", nearly(words(1)), 2019, True, id="title plain_title"),
        pytest.param("Mentoring: a review", nearly(words(1)), None, True, id="no year"),
        pytest.param("Mentoring: a review", nearly(words(1)), 2021, False, id="another year"),
        pytest.param("Mentoring: a review", words(2), 2019, False, id="another text"),
        pytest.param("Tutoring: a review", nearly(words(1)), 2019, False, id="another title"),
    ],
)
def test_title_year_and_text_together_make_one_report(
    shelf: Shelf, title: str, text: str, year: int | None, *, same: bool
) -> None:
    shelf.put("https://a.example/1.pdf", words(1), title="Mentoring: a review", year=2019)
    shelf.put("https://b.example/2.pdf", text, title=title, year=year)
    assert len(shelf.current()) == (1 if same else 2)


def test_resemblance_is_the_share_of_text_in_common() -> None:
    one, changed, other = (
        identify(document(text)).sketch for text in (words(1), nearly(words(1)), words(2))
    )
    assert resemblance(one, one) == 1.0
    assert 0.8 < resemblance(one, changed) < 1.0
    assert resemblance(one, other) == 0.0
    assert resemblance((), ()) == 0.0
    half = identify(document(words(1) + " " + words(3))).sketch
    assert 0.35 < resemblance(one, half) < 0.65


def test_a_version_whose_successor_is_one_with_another_report_leads_to_that(shelf: Shelf) -> None:
    other = shelf.put("https://a.example/other.pdf", words(2))
    old = shelf.put("https://a.example/r.pdf", words(1))
    shelf.put("https://a.example/r.pdf", words(2) + "\n")
    shown = shelf.shown()
    assert set(shown) == {old, other}
    assert shown[old].report.replaced_by == other
    assert [each.report_id for each in shown[old].details.versions] == [other]
    assert [each.report_id for each in shown[other].details.versions] == [old]
