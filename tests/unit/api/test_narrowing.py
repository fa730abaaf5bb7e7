"""Filters as links: those that are on can be taken away, those to be had add their value."""

from urllib.parse import parse_qsl

from starlette.datastructures import QueryParams

from api.routes.forms import Asked
from api.routes.narrowing import SHOWN, Choice, chosen, facets, offered, text_of
from corpus.types import DocumentType
from search.types import FacetCount

NAMES = {"eef": "Education Endowment Foundation", "nice": "NICE"}


def _asked(address: str) -> Asked:
    return Asked.of(QueryParams(address), NAMES)


def _pairs(link: str) -> list[tuple[str, str]]:
    assert link.startswith("/?")
    return parse_qsl(link[2:])


def _choice(address: str, facet: str, value: str) -> Choice:
    [found] = facets(_asked(address), {facet: (FacetCount(value, 2),)})
    [choice] = found.first
    assert found.on == choice.on
    return choice


def test_every_filter_can_be_taken_away_alone() -> None:
    asked = _asked("q=x&centre=eef&centre=nice&year_from=2010&k=3")
    told = {choice.text: _pairs(choice.link) for choice in chosen(asked)}
    assert told.keys() == {"Education Endowment Foundation", "NICE", "From 2010"}
    assert sorted(told["NICE"]) == [("centre", "eef"), ("q", "x"), ("year_from", "2010")]
    assert "2010" not in dict(told["From 2010"]).values()


def test_a_facet_adds_its_value_and_starts_the_result_anew() -> None:
    choice = _choice("q=x&centre=eef&k=30", "centre", "nice")
    assert (choice.text, choice.on, choice.count) == ("NICE", False, 2)
    assert sorted(_pairs(choice.link)) == [("centre", "eef"), ("centre", "nice"), ("q", "x")]


def test_a_facet_that_is_on_takes_its_value_away() -> None:
    choice = _choice("q=x&centre=eef&centre=nice", "centre", "nice")
    assert choice.on
    assert sorted(_pairs(choice.link)) == [("centre", "eef"), ("q", "x")]


def test_a_year_is_both_bounds() -> None:
    choice = _choice("q=x&year_from=2010", "year", "2015")
    assert sorted(_pairs(choice.link)) == [("q", "x"), ("year_from", "2015"), ("year_to", "2015")]
    again = _choice("q=x&year_from=2015&year_to=2015", "year", "2015")
    assert again.on
    assert _pairs(again.link) == [("q", "x")]


def test_years_stand_newest_first_and_the_rest_is_folded() -> None:
    counts = tuple(FacetCount(str(year), 1) for year in range(2010, 2020))
    [found] = facets(_asked("q=x"), {"year": counts})
    assert found.first[0].value == "2019"
    assert (len(found.first), len(found.rest)) == (SHOWN, 10 - SHOWN)


def test_bounds_count_all_that_is_within_them() -> None:
    counts = (FacetCount("3", 4), FacetCount("5", 1), FacetCount("1", 2))
    strength, cost = facets(_asked("q=x"), {"strength": counts, "cost": counts})
    assert [(c.value, c.count) for c in strength.first] == [("5", 1), ("3", 5), ("1", 7)]
    assert [(c.value, c.count) for c in cost.first] == [("1", 2), ("3", 6), ("5", 7)]
    assert _pairs(strength.first[1].link) == [("q", "x"), ("strength_from", "3")]
    assert _choice("q=x&cost_to=3", "cost", "3").on


def test_choices_hold_what_is_ticked_even_where_it_is_unknown() -> None:
    counts = (FacetCount("eef", 3), FacetCount("nice", 1))
    choices = offered(_asked("centre=gone&centre=nice"), "centre", counts)
    assert [(c.value, c.on, c.count) for c in choices] == [
        ("eef", False, 3),
        ("gone", True, None),
        ("nice", True, 1),
    ]


def test_kinds_are_told_in_words_and_wrong_ones_as_given() -> None:
    asked = _asked("")
    assert text_of(asked, "document_type", DocumentType.HTML) == "Web page"
    assert text_of(asked, "document_type", "odt") == "odt"
