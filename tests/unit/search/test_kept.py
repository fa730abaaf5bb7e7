"""Answers kept in memory: the same question alone finds them, and there are never too many."""

from dataclasses import replace

import pytest

from search.kept import Asked, Kept, passages_of
from search.statement_types import EvidenceLevel, EvidenceStatement
from search.types import Answer, Filters, Preference, Reading

QUESTION = Asked("does it work?", Filters(), 10, 0, exact=False, preference=Preference())


def _answer(question: str) -> Answer:
    return Answer(
        query=question,
        reading=Reading(question, question, question),
        filters=Filters(),
        hits=(),
        facets={},
        statement=EvidenceStatement(EvidenceLevel.NONE),
        generation="g",
        model="m",
    )


def _keeping(most: int) -> Kept[Asked, Answer]:
    return Kept(most, passages_of)


def test_the_same_question_is_found() -> None:
    kept = _keeping(10)
    answer = _answer("does it work?")
    kept.keep(QUESTION, answer)
    assert kept.find(replace(QUESTION)) is answer


@pytest.mark.parametrize(
    "other",
    [
        replace(QUESTION, question="Does it work?"),
        replace(QUESTION, filters=Filters(centres=("eef",))),
        replace(QUESTION, k=11),
        replace(QUESTION, skip=10),
        replace(QUESTION, exact=True),
        replace(QUESTION, preference=Preference(strong=0.3)),
    ],
)
def test_any_other_question_is_another(other: Asked) -> None:
    kept = _keeping(10)
    kept.keep(QUESTION, _answer("does it work?"))
    assert kept.find(other) is None


def test_those_not_asked_for_the_longest_go() -> None:
    kept = _keeping(2)  # each takes the room of one passage
    one, two, three = (replace(QUESTION, question=name) for name in ("one", "two", "three"))
    kept.keep(one, _answer("one"))
    kept.keep(two, _answer("two"))
    assert kept.find(one)
    kept.keep(three, _answer("three"))
    assert [bool(kept.find(each)) for each in (one, two, three)] == [True, False, True]


def test_none_are_kept_where_none_shall_be() -> None:
    kept = _keeping(0)
    kept.keep(QUESTION, _answer("does it work?"))
    assert kept.find(QUESTION) is None
