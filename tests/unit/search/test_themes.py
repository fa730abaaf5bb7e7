"""Reports of a bare topic, sorted."""

from dataclasses import replace

from corpus.types import Report
from search.themes import UNSTATED, sort_by_theme
from tests.builders import report


def _of(report_id: str, outcome: str | None, centre: str | None = "eef") -> Report:
    return report(report_id, outcome=outcome, centre=centre)


def test_by_outcome_with_the_unstated_last() -> None:
    found = sort_by_theme(
        [_of("a", None), _of("b", "attainment; behaviour"), _of("c", "Attainment, and attendance")]
    )
    assert [(theme.by, theme.label, theme.reports) for theme in found] == [
        ("outcome", "Attainment", ("b", "c")),
        ("outcome", "Behaviour", ("b",)),
        ("outcome", "Attendance", ("c",)),
        ("outcome", UNSTATED, ("a",)),
    ]


def test_by_centre_where_outcomes_are_not_said() -> None:
    shared = replace(_of("b", None), centres=("eef", "nice"))
    found = sort_by_theme([_of("a", "Attainment"), shared, _of("c", None, None)])
    assert [(theme.by, theme.label, theme.reports) for theme in found] == [
        ("centre", "eef", ("a", "b")),
        ("centre", "nice", ("b",)),
    ]


def test_nothing_has_no_themes() -> None:
    assert sort_by_theme([]) == ()
