"""Stronger or newer evidence first, where somebody asks for it."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.findings import Assessment
from search.preference import Preferences
from search.searcher import Searcher
from search.types import Preference
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
REPORTS = [
    report("old", "Mentoring", year=2001),
    replace(report("strong", "Mentoring", year=2011), assessment=Assessment(strength=5)),
    report("new", "Mentoring", year=2021),
    report("undated", "Mentoring"),
]


@pytest.fixture
def searcher(tmp_path: Path) -> Searcher:
    texts = [
        (each.report_id, f"Mentoring cuts crime among the young, says study {place}.")
        for place, each in enumerate(REPORTS)
    ]
    return Searcher(generation(tmp_path, content(REPORTS, texts, ENCODER), ENCODER), ENCODER)


def test_gains_go_from_nothing_to_the_weight() -> None:
    held = Preferences(2001, 2021)
    assert held.gain(REPORTS, Preference(recent=0.4)).tolist() == pytest.approx([0, 0.2, 0.4, 0])
    assert held.gain(REPORTS, Preference(strong=0.4)).tolist() == pytest.approx([0, 0.4, 0, 0])
    assert held.gain(REPORTS, Preference()).tolist() == [0, 0, 0, 0]
    assert Preferences(0, 0).gain([], Preference(1, 1)).shape == (0,)


@pytest.mark.parametrize(
    ("preference", "first"), [(Preference(strong=1), "strong"), (Preference(recent=1), "new")]
)
def test_what_is_preferred_moves_up_and_says_so(
    searcher: Searcher, preference: Preference, first: str
) -> None:
    question = "does mentoring cut crime, says study"
    plain = searcher.ask(question, k=4)
    scores = {hit.report.report_id: hit.score for hit in plain.hits}
    assert max(scores.values()) - min(scores.values()) > 1
    answer = searcher.ask(question, k=4, preference=preference)
    for hit in answer.hits:
        assert hit.score == pytest.approx(scores[hit.report.report_id] + hit.preferred, abs=1e-5)
    moved = [hit.report.report_id for hit in answer.hits].index(first)
    assert moved <= [hit.report.report_id for hit in plain.hits].index(first)
    assert answer.preference == preference
    assert all(hit.preferred == 0 for hit in plain.hits)
