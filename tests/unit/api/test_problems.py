"""Faults in plain words, and one table of statuses."""

from http import HTTPStatus
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from api.faults import describe_faults
from api.parameters import SearchParameters
from api.problems import STATUS, status_of
from api.routes.pages import FIELDS
from corpus.errors import CorpusError, EvidenceError
from search.errors import EncoderError, IndexUnusable, InvalidQuery, NoIndex, UnknownId


def _faults(**given: Any) -> str:  # noqa: ANN401 - any value may be given
    with pytest.raises(ValidationError) as caught:
        SearchParameters.model_validate(given)
    return describe_faults(caught.value.errors(), SearchParameters.model_fields)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "q is missing."),
        ({"q": ""}, "q must not be empty."),
        ({"q": "x" * 2001}, "q may have at most 2000 characters."),
        ({"q": "x", "k": "0"}, "k must be at least 1."),
        ({"q": "x", "k": "101"}, "k must be at most 100."),
        ({"q": "x", "k": "many"}, "k must be a whole number."),
        ({"q": "x", "k": "9" * 5000}, "k must be a whole number."),
        ({"q": "x", "centre": ["eef"] * 51}, "centre may be given at most 50 times."),
        ({"q": "x", "topic": [""]}, "topic must not be empty."),
        ({"q": "x", "yearfrom": "1"}, "(did you mean year_from?)"),
        ({"q": "x", "Centre": "1"}, "(did you mean centre?)"),
        ({"q": "x", "zzz": "1"}, "zzz is no parameter of this address."),
        ({"q": "x", "document_type": ["odt"]}, "document_type must be 'pdf', 'html'"),
    ],
)
def test_faults_in_plain_words(given: dict[str, Any], told: str) -> None:
    assert told in _faults(**given)


def test_what_is_no_object_is_told() -> None:
    class Sent(BaseModel):
        q: str

    with pytest.raises(ValidationError) as caught:
        Sent.model_validate_json("{")
    assert describe_faults(caught.value.errors(), []) == "the request is no JSON."


def test_every_fault_is_told() -> None:
    told = _faults(k="0", year_from="1", zzz="1")
    assert all(name in told for name in ("q is missing", "k must", "year_from must", "zzz is no"))


def test_braces_in_what_was_given_do_no_harm() -> None:
    assert "{0}{x} is no parameter" in _faults(**{"q": "x", "{0}{x}": "1"})


def test_a_fault_unknown_here_is_told_in_pydantics_words() -> None:
    fault = {"loc": ("query", "q"), "type": "new_fault", "msg": "is {odd}"}
    assert describe_faults([fault], []) == "q is {odd}."


def test_every_field_of_the_form_has_a_name() -> None:
    assert FIELDS.keys() == SearchParameters.model_fields.keys()
    fault = {"loc": ("year_from",), "type": "int_parsing", "msg": ""}
    assert describe_faults([fault], [], FIELDS) == "The first year must be a whole number."


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidQuery("x"), HTTPStatus.UNPROCESSABLE_ENTITY),
        (UnknownId("x"), HTTPStatus.NOT_FOUND),
        (NoIndex("x"), HTTPStatus.SERVICE_UNAVAILABLE),
        (IndexUnusable("x"), HTTPStatus.SERVICE_UNAVAILABLE),
        (EncoderError("x"), HTTPStatus.SERVICE_UNAVAILABLE),
        (CorpusError("x"), HTTPStatus.INTERNAL_SERVER_ERROR),
    ],
)
def test_statuses(error: EvidenceError, status: HTTPStatus) -> None:
    assert status_of(error) is status


def test_no_row_of_the_table_is_shadowed() -> None:
    kinds = [kind for kind, _ in STATUS]
    for place, kind in enumerate(kinds):
        assert not any(issubclass(kind, earlier) for earlier in kinds[:place])
