"""The statement above an answer: by rule, from the ratings of reports likely to answer."""

from dataclasses import replace

from corpus.findings import Assessment, Direction, Rating
from corpus.types import BlockKind, DocumentType, Metadata, Passage, Report, Span
from search.statement import state
from search.statement_types import EvidenceLevel, EvidenceStatement, Quoted
from search.types import ScoredPassage, Standing

TEXT = "Mentoring of young people cut offending."


def _hit(
    name: str,
    *,
    strength: int | None = None,
    direction: Direction = Direction.UNCLEAR,
    cost: int | None = None,
    year: int | None = None,
    centre: str = "eef",
    confidence: float = 0.9,
) -> ScoredPassage:
    known = Metadata(title=name, centre=centre, year=year)
    on_scale = Assessment(strength=strength, direction=direction, cost=cost)
    report = Report(
        name, name, f"{name}.pdf", "0" * 64, DocumentType.PDF, known, assessment=on_scale
    )
    spans = (Span(1, 0, len(TEXT)),)
    passage = Passage(f"{name}-p", name, TEXT, spans, (None,), (), BlockKind.PARAGRAPH)
    standing = Standing(1, 1.0)
    return ScoredPassage(passage, report, 1, 1.0, (), standing, standing, confidence=confidence)


def _whole(hit: ScoredPassage) -> tuple[int, int]:
    return 0, len(hit.passage.text)


def _said(
    *hits: ScoredPassage, question: str = "Does mentoring cut offending?"
) -> EvidenceStatement:
    return state(question, hits, _whole)


def test_strong_needs_the_top_rating_or_two_high_ones() -> None:
    helps = Direction.HELPS
    assert _said(_hit("a", strength=5, direction=helps)).level is EvidenceLevel.STRONG
    one, two = _hit("a", strength=4, direction=helps), _hit("b", strength=4, direction=helps)
    assert _said(one).level is EvidenceLevel.SOME
    assert _said(one, two).level is EvidenceLevel.STRONG


def test_a_rating_counts_only_where_its_passage_is_likely_to_answer() -> None:
    sure = _hit("a", strength=1, direction=Direction.HELPS, confidence=0.5)
    unsure = _hit("b", strength=5, direction=Direction.HELPS, confidence=0.45)
    assert _said(sure, unsure).level is EvidenceLevel.LIMITED
    assert _said(unsure).level is EvidenceLevel.LIMITED


def test_filters_are_named_whatever_was_found() -> None:
    nothing, little = (state("q", hits, _whole, filtered=True) for hits in ([], [_hit("a")]))
    assert nothing.parts[0].words == "No evidence found in this library within these filters."
    assert little.parts[0].words.startswith("Limited evidence in this library within these filters")
    assert "filters" not in _said(_hit("a")).parts[0].words


def test_nothing_found_is_told_apart_from_no_effect() -> None:
    for hits in ((), (_hit("a", confidence=0.1),)):
        assert "not the same as evidence of no effect" in state("q", hits, _whole).parts[-1].words


def test_several_reports_said_that_it_is_untested() -> None:
    said = _said(*(_hit(name, direction=Direction.UNTESTED) for name in "ab"))
    assert said.parts[1].words == "2 reports said that nobody has tested it."


def test_unrated_and_untested_reports_are_limited_evidence_not_none() -> None:
    assert _said(_hit("a")).level is EvidenceLevel.LIMITED
    untested = _hit("a", strength=5, direction=Direction.UNTESTED)
    assert _said(untested).level is EvidenceLevel.LIMITED
    assert "nobody has tested it" in " ".join(part.words for part in _said(untested).parts)


def test_tested_without_effect_is_evidence() -> None:
    said = _said(_hit("a", strength=4, direction=Direction.NO_EFFECT))
    assert said.answered
    assert "found little or no effect" in " ".join(part.words for part in said.parts)


def test_verdicts_that_differ_stand_side_by_side_with_their_passages() -> None:
    said = _said(
        _hit("a", strength=4, direction=Direction.HELPS, centre="eef"),
        _hit("b", strength=3, direction=Direction.NO_EFFECT, centre="nice"),
    )
    assert said.differ
    assert [(v.direction, v.centres, v.quoted) for v in said.verdicts] == [
        (Direction.HELPS, ("eef",), (Quoted("a", "a-p", TEXT),)),
        (Direction.NO_EFFECT, ("nice",), (Quoted("b", "b-p", TEXT),)),
    ]
    untested = _hit("c", direction=Direction.UNTESTED)
    assert not _said(_hit("a", direction=Direction.HELPS), untested).differ


def test_every_sentence_rests_on_passages() -> None:
    said = _said(
        _hit("a", strength=4, direction=Direction.HELPS, cost=1, year=2012),
        _hit("b", cost=3, year=2020),
    )
    assert (said.costs, said.years, said.strengths) == ((1, 3), (2012, 2020), (4, 4))
    words = {part.words: part.passages for part in said.parts}
    assert words["Cost 1 to 3 of 5, where 1 is very low."] == ("a-p", "b-p")
    assert words["1 report with no strength on the common scale."] == ("b-p",)
    assert all(part.passages for part in said.parts)


def test_passages_unlikely_to_answer_do_not_count() -> None:
    said = _said(_hit("a", strength=5, direction=Direction.HELPS, confidence=0.1))
    assert (said.level, said.answered, said.reports) == (EvidenceLevel.NONE, False, ())
    assert said.nearest == ("a-p",)


def test_what_is_missing_is_named() -> None:
    said = _said(_hit("a", confidence=0.1), question="Does mentoring help beekeepers?")
    assert said.unmatched == ("help", "beekeepers")
    assert "beekeepers" in said.parts[1].words


def test_nothing_at_all() -> None:
    said = _said()
    assert (said.level, said.confidence, said.nearest) == (EvidenceLevel.NONE, 0.0, ())


def test_value_for_money_leaves_blank_what_is_unknown() -> None:
    hit = _hit("a", strength=4, direction=Direction.HELPS)
    rated = replace(hit.report, metadata=replace(hit.report.metadata, rating=Rating("4 of 5")))
    said = _said(replace(hit, report=rated), _hit("b"))
    (worth,) = said.value
    assert (worth.report_id, worth.strength, worth.cost, worth.impact) == ("a", 4, None, None)
    assert worth.rating == Rating("4 of 5")


def test_a_weak_match_is_called_uncertain() -> None:
    words = [part.words for part in _said(_hit("a", confidence=0.45)).parts]
    assert any("uncertain" in each for each in words)
    assert not any("uncertain" in part.words for part in _said(_hit("a")).parts)


def test_a_verdict_is_quoted_by_the_sentence_that_tells_of_an_effect() -> None:
    text = "Outcome: Lower crime. Mentors may be volunteers. It reduces crime. It helps at home."
    hit = _hit("a", direction=Direction.HELPS)
    start = text.index("Mentors")
    passage = replace(hit.passage, text=text, spans=(Span(1, 0, len(text)),))
    shown = [replace(hit, passage=passage)]
    [verdict] = state("q", shown, lambda _: (start, start + 27)).verdicts
    assert [quoted.words for quoted in verdict.quoted] == ["It reduces crime."]
