"""The page's address as a form: links change one thing and keep the rest."""

from urllib.parse import parse_qsl

import pytest
from pydantic import ValidationError
from starlette.datastructures import QueryParams

from api.routes.forms import Asked, Choice
from corpus.types import DocumentType
from search.types import Answer, EvidenceLevel, EvidenceStatement, FacetCount, Filters
from search.understanding import as_typed

NAMES = {"eef": "Education Endowment Foundation", "nice": "NICE"}
ADDRESS = "q=class+size&centre=eef&centre=nice&year_from=2010&year_to=&topic=&utm_source=x&k=3"


def _asked(address: str = ADDRESS) -> Asked:
    return Asked.of(QueryParams(address), NAMES)


def _pairs(link: str) -> list[tuple[str, str]]:
    assert link.startswith("/?")
    return parse_qsl(link[2:])


def _answer(**facets: tuple[FacetCount, ...]) -> Answer:
    return Answer(
        "q", as_typed("q"), Filters(), (), facets, EvidenceStatement(EvidenceLevel.NONE), "g", "m"
    )


def _facet(asked: Asked, facet: str, value: str) -> Choice:
    [(_, [choice])] = asked.facets(_answer(**{facet: (FacetCount(value, 2),)}))
    return choice


def test_empty_fields_and_foreign_parameters_are_left_out() -> None:
    assert set(_asked().values) == {"q", "centre", "year_from", "k"}


def test_parameters_become_the_api_s() -> None:
    parameters = _asked().parameters()
    assert (parameters.q, parameters.k) == ("class size", 3)
    assert parameters.filters() == Filters(centres=("eef", "nice"), year_from=2010)


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(ValidationError):
        _asked("q=x&document_type=odt").parameters()


def test_every_filter_can_be_taken_away_alone() -> None:
    told = {choice.text: _pairs(choice.link) for choice in _asked().filters()}
    assert told.keys() == {"Education Endowment Foundation", "NICE", "From 2010"}
    kept = [("centre", "eef"), ("k", "3"), ("q", "class size"), ("year_from", "2010")]
    assert sorted(told["NICE"]) == kept
    assert "2010" not in dict(told["From 2010"]).values()


def test_the_map_keeps_to_the_filters_of_the_page() -> None:
    path, _, query = _asked().map.partition("?")
    assert path == "/v1/evidence-map"
    kept = [("centre", "eef"), ("centre", "nice"), ("format", "html"), ("q", "class size")]
    assert sorted(parse_qsl(query)) == [*kept, ("year_from", "2010")]


def test_a_facet_adds_its_value() -> None:
    choice = _facet(_asked("q=x&centre=eef"), "centre", "nice")
    assert (choice.text, choice.on, choice.count) == ("NICE", False, 2)
    assert sorted(_pairs(choice.link)) == [("centre", "eef"), ("centre", "nice"), ("q", "x")]


def test_a_facet_that_is_on_takes_its_value_away() -> None:
    choice = _facet(_asked("q=x&centre=eef&centre=nice"), "centre", "nice")
    assert choice.on
    assert sorted(_pairs(choice.link)) == [("centre", "eef"), ("q", "x")]


def test_a_year_is_both_bounds() -> None:
    asked = _asked("q=x&year_from=2010")
    choice = _facet(asked, "year", "2015")
    assert sorted(_pairs(choice.link)) == [("q", "x"), ("year_from", "2015"), ("year_to", "2015")]
    again = _facet(_asked("q=x&year_from=2015&year_to=2015"), "year", "2015")
    assert again.on
    assert _pairs(again.link) == [("q", "x")]


def test_choices_hold_what_is_ticked_even_where_it_is_unknown() -> None:
    choices = _asked("centre=gone&centre=nice").choices("centre", {"eef": 3, "nice": 1})
    assert [(c.value, c.on, c.count) for c in choices] == [
        ("eef", False, 3),
        ("gone", True, None),
        ("nice", True, 1),
    ]


def test_kinds_are_told_in_words_and_wrong_ones_as_given() -> None:
    asked = _asked("")
    assert asked.text("document_type", DocumentType.HTML) == "Web page"
    assert asked.text("document_type", "odt") == "odt"


def test_a_hostile_value_stays_one_value() -> None:
    asked = _asked("q=a%26centre%3Deef%22%3E")
    assert _pairs(asked.link()) == [("q", 'a&centre=eef">')]
