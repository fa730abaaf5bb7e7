"""Example questions are made of what reports say they are about."""

from dataclasses import replace

from corpus.findings import Assessment
from corpus.types import Report
from search.examples import candidate_questions
from tests.builders import report


def _about(
    report_id: str, intervention: str, outcome: str = "Attainment", strength: int | None = None
) -> Report:
    made = report(
        report_id, "x" * 99, centre=report_id[0], intervention=intervention, outcome=outcome
    )
    return replace(made, assessment=Assessment(strength=strength))


def _asked(*reports: Report) -> list[str]:
    return list(candidate_questions(reports))


def test_an_intervention_and_its_outcome_make_a_question() -> None:
    found = _about("a", "Reducing class size (by ten)", "Attainment, behaviour")
    assert _asked(found) == ["What is the effect of reducing class size on attainment?"]


def test_names_keep_their_capitals() -> None:
    found = _about("a", "Family Nurse Partnership: home visits", "GCSE results")
    assert _asked(found) == ["What is the effect of Family Nurse Partnership on GCSE results?"]


def test_what_makes_no_readable_question_is_passed_over() -> None:
    long, listed = _about("a", "word " * 20), _about("b", "Choirs, arts, crafts")
    same = _about("c", "Evaluation practice", "Quality of evaluation practice")
    assert _asked(long, listed, same, report("d", "x" * 99)) == []


def test_centres_take_turns_and_the_best_rated_come_first() -> None:
    reports = [
        _about("a1", "One", strength=2),
        _about("a2", "Two", strength=5),
        _about("b1", "Three"),
    ]
    order = [question.split()[5] for question in _asked(*reports)]
    assert order == ["two", "three", "one"]


def test_titles_come_last() -> None:
    titled = report("a", "Walking buses to school")
    assert _asked(titled, _about("b", "Homework")) == [
        "What is the effect of homework on attainment?",
        "What is known about walking buses to school?",
    ]
