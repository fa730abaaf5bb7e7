"""Ratings are drawn as their centre draws them, and in words where it does not."""

import pytest

from corpus.assessment.crosswalk import assess
from corpus.assessment.drawing import Drawing, Part, draw
from corpus.assessment.schemes import load_schemes
from corpus.findings import Rating


def _drawn(centre: str, evidence: str | None, cost: str | None = None) -> list[Drawing]:
    rating = Rating(evidence, cost, None)
    return list(draw(rating, assess(rating, centre=centre)))


@pytest.mark.parametrize(
    ("centre", "evidence", "sign", "mark", "of"),
    [
        ("eef", "Extensive evidence", "padlock", 4, 5),
        ("eef", "Insufficient evidence (0 padlocks)", "padlock", 0, 5),
        ("eef", "Highest padlock security (5 padlocks)", "padlock", 5, 5),
        ("college-of-policing", "Effect: mixed; evidence quality strong", "emmie", 3, 4),
        ("foundations", "Level 4+", "step", 8, 8),
        ("nice", "Very low quality evidence", "plus", 1, 4),
        ("youth-endowment-fund", "Evidence quality: 3", None, 0, 5),
        ("local-growth", "SMS 3", "step", 3, 5),
        ("taso", "Type 3", "step", 3, 3),
    ],
)  # fmt: skip
def test_evidence_is_drawn(centre: str, evidence: str, sign: str, mark: int, of: int) -> None:
    [drawing] = _drawn(centre, evidence)
    assert (drawing.part, drawing.words) == (Part.EVIDENCE, evidence)
    if sign:
        assert (drawing.sign, drawing.mark, drawing.of) == (sign, mark, of)
    else:
        assert drawing.sign is None


def test_cost_is_drawn() -> None:
    [_, cost] = _drawn("eef", "Extensive evidence", "Very high cost")
    assert (cost.part, cost.sign, cost.mark, cost.of) == (Part.COST, "pound", 5, 5)


@pytest.mark.parametrize(
    ("centre", "evidence"),
    [("eef", "EEF urged caution"), ("ageing-better", "Weak"), ("nice", "NICE recommendation")],
)
def test_what_the_centre_does_not_draw_stays_in_words(centre: str, evidence: str) -> None:
    [drawing] = _drawn(centre, evidence)
    assert (drawing.sign, drawing.words) == (None, evidence)


def test_the_meanings_are_in_order_and_mark_the_one() -> None:
    [drawing] = _drawn("eef", "Limited evidence")
    marks = [each.mark for each in drawing.meanings]
    assert marks == sorted(mark for mark in marks if mark is not None)
    assert [each.native for each in drawing.meanings if each.here] == ["limited"]
    assert all(each.definition for each in drawing.meanings)


def test_an_unrated_report_has_no_drawing() -> None:
    assert draw(Rating(), assess(Rating(), centre="eef")) == ()


def test_a_scheme_that_is_drawn_has_marks_and_no_two_levels_share_one() -> None:
    for scheme in load_schemes():
        marked = [level for level in scheme.level if level.mark is not None]
        assert bool(marked) == (scheme.sign is not None), scheme.id
        assert len({level.mark for level in marked}) == len(marked), scheme.id
        costs = [level for level in scheme.cost if level.mark is not None]
        assert bool(costs) == (scheme.cost_sign is not None), scheme.id
        in_order = [level.cost for level in sorted(costs, key=lambda level: level.mark or 0)]
        assert in_order == sorted(in_order), scheme.id
