"""The page's address as a form: links change one thing and keep the rest."""

from urllib.parse import parse_qsl

import pytest
from pydantic import ValidationError
from starlette.datastructures import QueryParams

from api.routes.forms import Asked
from search.evidence_map import Axis
from search.types import Filters

NAMES = {"eef": "Education Endowment Foundation", "nice": "NICE"}
ADDRESS = "q=class+size&centre=eef&centre=nice&year_from=2010&year_to=&topic=&utm_source=x&k=3"


def _asked(address: str = ADDRESS) -> Asked:
    return Asked.of(QueryParams(address), NAMES)


def _pairs(link: str) -> list[tuple[str, str]]:
    assert link.startswith("/?")
    return parse_qsl(link[2:])


def test_empty_fields_and_foreign_parameters_are_left_out() -> None:
    assert set(_asked().values) == {"q", "centre", "year_from", "k"}


def test_parameters_become_the_api_s() -> None:
    parameters = _asked().parameters()
    assert (parameters.q, parameters.k) == ("class size", 3)
    assert parameters.filters() == Filters(centres=("eef", "nice"), year_from=2010)


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(ValidationError):
        _asked("q=x&document_type=odt").parameters()


def test_a_form_keeps_what_it_does_not_ask_itself() -> None:
    assert _asked("q=x&centre=eef&centre=nice&k=3&rows=topic").hidden() == [
        ("centre", "eef"),
        ("centre", "nice"),
    ]


def test_the_page_s_own_parameters_do_not_reach_the_api() -> None:
    asked = _asked("q=x&rows=outcome&columns=none&lang=cy")
    assert asked.parameters().q == "x"
    assert (asked.axis("rows", Axis.TOPIC), asked.axis("columns", Axis.CENTRE)) == (
        Axis.OUTCOME,
        Axis.CENTRE,
    )
    for address in (asked.feed, asked.data, *(each.address for each in asked.exports())):
        assert "lang" not in address
        assert "rows" not in address
    assert ("lang", "cy") in _pairs(asked.link())
    assert _pairs(asked.unfiltered) == [("q", "x"), ("lang", "cy")]


def test_a_hostile_value_stays_one_value() -> None:
    asked = _asked("q=a%26centre%3Deef%22%3E")
    assert _pairs(asked.link()) == [("q", 'a&centre=eef">')]
