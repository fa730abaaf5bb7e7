"""Every row of the crosswalk, and every starter record."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.assessment.crosswalk import assess, stated_from
from corpus.assessment.schemes import load_schemes
from corpus.centres import load_centres
from corpus.findings import Assessment, Direction, Rating, Stated

STARTER = Path(__file__).resolve().parents[4] / "corpus" / "data" / "starter.jsonl"
RECORDS = [json.loads(line) for line in STARTER.read_text("utf-8").splitlines()]
HELPS, NO_EFFECT, MIXED = Direction.HELPS, Direction.NO_EFFECT, Direction.MIXED
HARMS, UNCLEAR, UNTESTED = Direction.HARMS, Direction.UNCLEAR, Direction.UNTESTED


@pytest.mark.parametrize(
    ("centre", "words", "strength", "direction"),
    [
        ("eef", "Insufficient evidence (0 padlocks)", 0, UNCLEAR),
        ("eef", "Very limited evidence", 1, UNCLEAR),
        ("eef", "Limited evidence", 2, UNCLEAR),
        ("eef", "Moderate evidence", 3, UNCLEAR),
        ("eef", "Extensive evidence", 4, UNCLEAR),
        ("eef", "Very extensive evidence", 5, UNCLEAR),
        ("eef", "0 padlocks", 0, UNCLEAR),
        ("eef", "1 padlock", 1, UNCLEAR),
        ("eef", "2 padlocks of 5", 2, UNCLEAR),
        ("eef", "3 padlocks of 5", 3, UNCLEAR),
        ("eef", "4 padlocks of 5", 4, UNCLEAR),
        ("eef", "5 padlocks", 5, UNCLEAR),
        ("eef", "Highest padlock security (5 padlocks)", 5, UNCLEAR),
        ("eef", "No impact result", 0, UNCLEAR),
        ("eef", "Moderate to low security (padlocks not shown)", None, UNCLEAR),
        ("college-of-policing", "EMMIE effect: overall reduction; evidence quality 0", 0, HELPS),
        ("college-of-policing", "EMMIE effect: overall reduction; evidence quality low", 2, HELPS),
        ("college-of-policing", "effect: overall reduction; quality moderate (2 of 4)", 3, HELPS),
        ("college-of-policing", "effect: overall reduction; quality strong (3 of 4)", 4, HELPS),
        ("college-of-policing", "effect: overall reduction; quality very strong", 5, HELPS),
        ("college-of-policing", "effect: overall reduction, some rises", None, HELPS),
        ("college-of-policing", "effect: some reduction, not significant", None, NO_EFFECT),
        ("college-of-policing", "effect: no significant effect", None, NO_EFFECT),
        ("college-of-policing", "effect: mixed findings", None, MIXED),
        ("college-of-policing", "effect: either way, not significant", None, NO_EFFECT),
        ("college-of-policing", "effect: reduced", None, HELPS),
        ("college-of-policing", "effect: reduced but some increase", None, HELPS),
        ("college-of-policing", "effect: increased but some reduction", None, HARMS),
        ("college-of-policing", "effect: increased", None, HARMS),
        ("foundations", "Level 3 or 4", None, UNCLEAR),
        ("eef", "Extensive evidence in primary; limited evidence in secondary", None, UNCLEAR),
        ("eef", "Limited evidence on attainment, extensive on attendance", None, UNCLEAR),
        ("eef", "Padlock security: 3", 3, UNCLEAR),
        ("nice", "GRADE: very low", 1, UNCLEAR),
        ("nice", "High-quality evidence", 5, UNCLEAR),
        ("local-growth", "SMS: 5", 5, UNCLEAR),
        ("local-growth", "Maryland Scientific Methods Scale level 4", 4, UNCLEAR),
        ("youth-endowment-fund", "Evidence 4", 4, UNCLEAR),
        ("youth-endowment-fund", "Insufficient evidence", None, UNCLEAR),
        (None, "Nesta Standards of Evidence level 3", 3, UNCLEAR),
        ("college-of-policing", "effect: some increase, not significant", None, NO_EFFECT),
        ("college-of-policing", "effect: overall increase", None, HARMS),
        ("college-of-policing", "Untested - new or innovative", 0, UNTESTED),
        ("foundations", "NL2", 1, UNCLEAR),
        ("foundations", "NE", 3, NO_EFFECT),
        ("foundations", "Level 2", 2, UNCLEAR),
        ("foundations", "Level 2+", 2, UNCLEAR),
        ("foundations", "Level 3 (3+ in the Irish edition)", 3, UNCLEAR),
        ("foundations", "Level 3+", 4, UNCLEAR),
        ("foundations", "Level 4", 4, UNCLEAR),
        ("foundations", "Level 4+", 5, UNCLEAR),
        ("local-growth", "SMS 1", 1, UNCLEAR),
        ("local-growth", "SMS 2", 2, UNCLEAR),
        ("local-growth", "SMS 3 of 5 (maximum)", 3, UNCLEAR),
        ("local-growth", "SMS 4", 4, UNCLEAR),
        ("local-growth", "SMS 5", 5, UNCLEAR),
        ("local-growth", "Shortlisted studies score 3+ on the Maryland Scale", None, UNCLEAR),
        ("nice", "Very low quality evidence", 1, UNCLEAR),
        ("nice", "Low certainty", 2, UNCLEAR),
        ("nice", "Moderate quality evidence", 4, UNCLEAR),
        ("nice", "High certainty", 5, UNCLEAR),
        ("nice", "NICE recommendation ('offer')", None, UNCLEAR),
        ("youth-endowment-fund", "1", 1, UNCLEAR),
        ("youth-endowment-fund", "2", 2, UNCLEAR),
        ("youth-endowment-fund", "3 of 5", 3, UNCLEAR),
        ("youth-endowment-fund", "4", 4, UNCLEAR),
        ("youth-endowment-fund", "5", 5, UNCLEAR),
        ("youth-endowment-fund", "High confidence in the impact rating", None, UNCLEAR),
        ("taso", "Type 1", 1, UNCLEAR),
        ("taso", "Type 2", 2, UNCLEAR),
        ("taso", "Type 3", 4, UNCLEAR),
        ("taso", "Insufficient evidence", 1, UNCLEAR),
        (None, "Nesta level 1", 1, UNCLEAR),
        (None, "Nesta level 2", 2, UNCLEAR),
        (None, "Nesta level 3", 3, UNCLEAR),
        (None, "Nesta level 4", 4, UNCLEAR),
        (None, "Nesta level 5", 5, UNCLEAR),
        ("youth-futures", "High", None, UNCLEAR),
        ("wellbeing", "Strong", None, UNCLEAR),
        ("homelessness-impact", "Strong", None, UNCLEAR),
        ("ageing-better", "Level 4", None, UNCLEAR),
        (None, "Level 4", None, UNCLEAR),
    ],
)
def test_words_for_evidence(
    centre: str | None, words: str, strength: int | None, direction: Direction
) -> None:
    found = assess(Rating(evidence=words), centre=centre)
    assert (found.strength, found.direction) == (strength, direction)
    assert strength is None or any(f"strength {strength} from" in rule for rule in found.rules)


@pytest.mark.parametrize(
    ("centre", "words", "cost"),
    [
        ("eef", "Very low cost", 1),
        ("eef", "Low cost", 2),
        ("eef", "Moderate cost", 3),
        ("eef", "High cost", 4),
        ("eef", "Very high cost (earlier version: over £1,200)", 5),
        ("foundations", "1 of 5 (under £100)", 1),
        ("foundations", "2 of 5", 2),
        ("foundations", "3 of 5", 3),
        ("foundations", "4 of 5", 4),
        ("foundations", "5 of 5", 5),
        ("foundations", "Cost rating: 4", 4),
        ("youth-endowment-fund", "1", 1),
        ("youth-endowment-fund", "2", 3),
        ("youth-endowment-fund", "3", 5),
        ("college-of-policing", "EMMIE economics: very strong quality evidence", None),
        ("college-of-policing", "EMMIE economics 4", None),
        ("nice", "Little resource impact", None),
        ("youth-endowment-fund", "£6,729,187 in total", None),
    ],
)
def test_words_for_cost(centre: str, words: str, cost: int | None) -> None:
    assert assess(Rating(cost=words), centre=centre).cost == cost


@pytest.mark.parametrize(
    ("centre", "words", "impact", "direction"),
    [
        ("eef", "-1 months", -1, HARMS),
        ("eef", "\u22122 months", -1, HARMS),
        ("eef", "0 months", 0, NO_EFFECT),
        ("eef", "+1 month", 1, HELPS),
        ("eef", "+2 months; low impact", 1, HELPS),
        ("eef", "+3 to +4 months in six trials", 2, HELPS),
        ("eef", "+5 months", 2, HELPS),
        ("eef", "+6 months", 3, HELPS),
        ("eef", "+8 months", 3, HELPS),
        ("eef", "+1 month (one programme); -2 months (another)", None, MIXED),
        ("eef", "Unclear; no months figure given", None, UNCLEAR),
        ("eef", "3 months follow-up", None, UNCLEAR),
        ("eef", "2 months less progress", None, UNCLEAR),
        ("eef", "+2 to +4 months", None, UNCLEAR),
        ("eef", "4 months' additional progress", 2, HELPS),
        ("youth-endowment-fund", "Harmful (6% more likely to offend)", -1, HARMS),
        ("youth-endowment-fund", "No effect on violence", 0, NO_EFFECT),
        ("youth-endowment-fund", "No effect on violence; 11% less crime", 0, MIXED),
        ("youth-endowment-fund", "No effect on violence; no more reporting", 0, NO_EFFECT),
        ("youth-endowment-fund", "No effect on violence; see the page", 0, NO_EFFECT),
        ("youth-endowment-fund", "Low (2%-9% less violence)", 1, HELPS),
        ("youth-endowment-fund", "Moderate (10%-30%)", 2, HELPS),
        ("youth-endowment-fund", "High (30%+ less violence)", 3, HELPS),
        ("youth-futures", "High positive: 1 extra job per 10", 3, HELPS),
        ("youth-futures", "Moderate positive", 2, HELPS),
        ("local-growth", "7 of 16 positive", None, UNCLEAR),
        ("nice", "Effective", None, UNCLEAR),
    ],
)
def test_words_for_impact(
    centre: str, words: str, impact: int | None, direction: Direction
) -> None:
    found = assess(Rating(impact=words), centre=centre)
    assert (found.impact, found.direction) == (impact, direction)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
def test_every_starter_record_stands_where_its_curator_put_it(record: dict[str, Any]) -> None:
    stated = stated_from(record["common"])
    rating = Rating(record["evidence_rating"], record["cost_rating"], record["impact"])
    found = assess(rating, centre=record["centre"], stated=stated)
    assert (found.strength, found.cost, found.impact, found.direction) == (
        stated.strength,
        stated.cost,
        stated.impact,
        stated.direction,
    )
    alone = assess(rating, centre=record["centre"])
    for name in ("strength", "cost", "impact"):  # words never say other than the curator did
        assert getattr(alone, name) in {None, getattr(stated, name)}, name


def test_tested_without_effect_and_untested_are_two_things() -> None:
    tested = assess(Rating(evidence="NE"), centre="foundations")
    nothing_yet = assess(Rating(evidence="NL2"), centre="foundations")
    untested = assess(Rating(evidence="Untested - new"), centre="college-of-policing")
    assert (tested.direction, tested.impact, tested.strength) == (NO_EFFECT, 0, 3)
    assert (nothing_yet.direction, nothing_yet.impact) == (UNCLEAR, None)
    assert (untested.direction, untested.impact, untested.strength) == (UNTESTED, None, 0)
    kept = assess(Rating(evidence="NE"), centre="foundations", stated=Stated(direction=HELPS))
    assert kept.direction is NO_EFFECT


@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.text(max_size=60),
    st.sampled_from([centre.id for centre in load_centres()]),
)
def test_any_words_give_values_in_range(evidence: str, cost: str, impact: str, centre: str) -> None:
    found = assess(Rating(evidence, cost, impact), centre=centre)
    assert found.strength in {None, *range(6)}
    assert found.cost in {None, *range(1, 6)}
    assert found.impact in {None, *range(-1, 4)}


def test_nothing_said_is_nothing_mapped() -> None:
    assert assess(Rating(), centre="eef") == Assessment()


def test_every_centres_schemes_are_known() -> None:
    known = {scheme.id: scheme for scheme in load_schemes()}
    for centre in load_centres():
        for scheme in centre.rating_schemes:
            assert centre.id in known[scheme].centres


@pytest.mark.shared
def test_the_shipped_crosswalk_has_every_row_of_the_evidence_folder(shared: Path) -> None:
    source = json.loads((shared / "evidence" / "ratings.json").read_text("utf-8"))
    known = {scheme.id: scheme for scheme in load_schemes()}
    assert {row["scheme"] for row in source["crosswalk"]["map"]} == set(known)
    for row in source["crosswalk"]["map"]:
        ours = known[row["scheme"]]
        theirs = {value for value in (row["evidence"] or {}).values() if value is not None}
        assert theirs <= {level.strength for level in ours.level}, row["scheme"]
        if row["cost"]:
            assert set(row["cost"].values()) == {level.cost for level in ours.cost}
