"""What the answer says as a whole, made by rule from the reports found: never free text.

The rule (docs/answers.md): only passages likely to answer count. Evidence is *strong* where two
reports that test an effect are rated 4 or 5 of 5, or one that is rated 5; *some* where one is
rated 3 or more; *limited* where reports answer but none is rated so high; *none* where no
passage is likely to answer. A rating counts only where its report's passage is rather likely than
not to answer: strong evidence on another question is none on this. A passage far less likely to
than the best one does not count either. Ratings are the centres' own, on the common scale;
nothing is averaged, and a report without a rating counts as unrated, never as weak.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from corpus.findings import Direction, Rating
from corpus.types import Report
from search.confidence import MAY_ANSWER, SURE, passage_words
from search.highlight import Span, finding_run, finding_sentence
from search.index.terms import stems
from search.statement_types import (
    Count,
    EvidenceLevel,
    EvidenceStatement,
    Quoted,
    Range,
    StatementPart,
    Verdict,
    Worth,
)
from search.types import ReportGroup, ScoredPassage, by_report

_SAID: Final = {
    EvidenceLevel.STRONG: "Strong evidence in this library",
    EvidenceLevel.SOME: "Some evidence in this library",
    EvidenceLevel.LIMITED: "Limited evidence in this library",
    EvidenceLevel.NONE: "No evidence found in this library",
}
_WITHIN: Final = " within these filters"
_FROM, _ALONE = ": {reports} from {centres}.", ": {reports}."
_UNMATCHED: Final = "No passage near it speaks of: {words}."
_MISSES: Final = "What comes nearest is shown; it is not likely to answer."
_TESTED: Final = frozenset({Direction.HELPS, Direction.NO_EFFECT, Direction.MIXED, Direction.HARMS})
_FOUND: Final = {
    Direction.HELPS: "{reports} found that it helps.",
    Direction.NO_EFFECT: "{reports} tested it and found little or no effect.",
    Direction.MIXED: "{reports} found mixed effects.",
    Direction.HARMS: "{reports} found harm.",
    Direction.UNTESTED: "{reports} said that nobody has tested it.",
}
_RANGED: Final[Mapping[str, Callable[[Report], int | None]]] = {
    "Rated {range} of 5 for strength.": lambda report: report.assessment.strength,
    "Cost {range} of 5, where 1 is very low.": lambda report: report.assessment.cost,
    "Published {range}.": lambda report: report.metadata.year,
}
_HIGH, _TOP, _FAIR = 4, 5, 3
_ASKING: Final = frozenset((
    "am", "any", "been", "can", "could", "did", "do", "does", "had", "has", "have", "how", "i",
    "kind", "many", "may", "might", "much", "must", "our", "shall", "should", "some", "tell",
    "us", "we", "were", "what", "when", "where", "which", "who", "whom", "whose", "why",
    "would", "you", "your", "about",
))  # fmt: skip
#: A report counts beside the best one from this share of its confidence on: what lies far below it
#: is of another subject. On the policy dev part no right report was lost by it.
BESIDE: Final = 0.7
_SILENT: Final = "{reports} with no stated effect."
_UNRATED: Final = "{reports} with no strength on the common scale."
_UNCERTAIN: Final = "It is uncertain whether these passages answer the question: read them first."
_NOT_TESTED: Final = "That is not the same as evidence of no effect."
_MANY: Final = 2
_NEAREST: Final = 3


def messages() -> Iterator[str]:
    """Every sentence a statement may have, for those who put it into other languages."""
    for level, within in product(EvidenceLevel, ("", _WITHIN)):
        ends = (".",) if level is EvidenceLevel.NONE else (_FROM, _ALONE)
        yield from (f"{_SAID[level]}{within}{end}" for end in ends)
    yield from (*_FOUND.values(), *_RANGED)
    yield from (_UNMATCHED, _MISSES, _NOT_TESTED, _SILENT, _UNRATED, _UNCERTAIN)


def state(
    question: str,
    hits: Sequence[ScoredPassage],
    best: Callable[[ScoredPassage], Span],
    *,
    filtered: bool = False,
) -> EvidenceStatement:
    """The statement on the reports whose passages are likely to answer.

    Args:
        question: as it was asked.
        hits: the ranking, best first.
        best: finds a hit's best sentence; asked of those that are quoted only.
        filtered: whether filters kept some of the library's reports out.
    """
    within = _WITHIN if filtered else ""
    confidence = max((hit.confidence for hit in hits), default=0.0)
    least = least_confidence(confidence)
    groups = by_report(hit for hit in hits if hit.confidence >= least)
    if not groups:
        return _nothing(question, hits, confidence, within)
    reports = [group.report for group in groups]
    level = _level(groups)
    verdicts = tuple(_verdicts(groups, best))
    return EvidenceStatement(
        level,
        reports=tuple(report.report_id for report in reports),
        centres=_centres(reports),
        verdicts=verdicts,
        differ=len({verdict.direction for verdict in verdicts} & _TESTED) > 1,
        strengths=_range(r.assessment.strength for r in reports),
        costs=_range(r.assessment.cost for r in reports),
        years=_range(r.metadata.year for r in reports),
        parts=tuple(_parts(f"{_SAID[level]}{within}", groups, verdicts, confidence)),
        value=tuple(_worth(report) for report in reports if report.metadata.rating != Rating()),
        confidence=confidence,
    )


def least_confidence(best: float) -> float:
    """From which confidence on a passage counts beside the best one."""
    return max(MAY_ANSWER, BESIDE * best)


def _nothing(
    question: str, hits: Sequence[ScoredPassage], confidence: float, within: str
) -> EvidenceStatement:
    """That nothing answers, why, and what comes nearest."""
    nearest = hits[:_NEAREST]
    met = {term for hit in nearest for term in stems(passage_words(hit.passage, hit.report))}
    words = dict.fromkeys(re.findall(r"[\w'\u2019-]+", question))
    unmatched = tuple(
        word for word in words if word.casefold() not in _ASKING and not met.issuperset(stems(word))
    )
    parts = [StatementPart(f"{_SAID[EvidenceLevel.NONE]}{within}.", ())]
    if unmatched:
        parts.append(StatementPart(_UNMATCHED, (), {"words": ", ".join(unmatched)}))
    ids = tuple(hit.passage.passage_id for hit in nearest)
    if nearest:
        parts.append(StatementPart(_MISSES, ids))
    parts.append(StatementPart(_NOT_TESTED, ()))
    return EvidenceStatement(
        EvidenceLevel.NONE,
        parts=tuple(parts),
        confidence=confidence,
        nearest=ids,
        unmatched=unmatched,
    )


def _level(groups: Sequence[ReportGroup]) -> EvidenceLevel:
    sure = (g.report for g in groups if max(hit.confidence for hit in g.hits) >= SURE)
    rated = (r.assessment for r in sure if r.assessment.direction is not Direction.UNTESTED)
    strengths = sorted((a.strength for a in rated if a.strength is not None), reverse=True)
    if strengths[:1] == [_TOP] or len([s for s in strengths if s >= _HIGH]) >= _MANY:
        return EvidenceLevel.STRONG
    if strengths and strengths[0] >= _FAIR:
        return EvidenceLevel.SOME
    return EvidenceLevel.LIMITED


def _verdicts(
    groups: Sequence[ReportGroup], best: Callable[[ScoredPassage], Span]
) -> Iterable[Verdict]:
    for direction in _FOUND:
        found = [g for g in groups if g.report.assessment.direction is direction]
        if found:
            yield Verdict(
                direction,
                tuple(group.report.report_id for group in found),
                _centres([group.report for group in found]),
                tuple(_quoted(group.hits[0], best(group.hits[0])) for group in found),
            )


def _parts(
    said: str,
    groups: Sequence[ReportGroup],
    verdicts: Sequence[Verdict],
    confidence: float,
) -> Iterable[StatementPart]:
    centres = _centres([group.report for group in groups])
    counts = {"reports": _reports(groups), "centres": Count(len(centres), "centre")}
    yield StatementPart(f"{said}{_FROM if centres else _ALONE}", _best(groups), counts)
    if confidence < SURE:
        yield StatementPart(_UNCERTAIN, _best(groups[:1]))
    for verdict in verdicts:
        ids = tuple(quoted.passage_id for quoted in verdict.quoted)
        counts = {"reports": _reports(verdict.reports)}
        yield StatementPart(_FOUND[verdict.direction], ids, counts)
    silent = [g for g in groups if g.report.assessment.direction is Direction.UNCLEAR]
    unrated = [g for g in groups if g.report.assessment.strength is None]
    for words, chosen in ((_SILENT, silent), (_UNRATED, unrated)):
        if chosen:
            yield StatementPart(words, _best(chosen), {"reports": _reports(chosen)})
    yield from _ranges(groups)


def _ranges(groups: Sequence[ReportGroup]) -> Iterable[StatementPart]:
    for words, value in _RANGED.items():
        stated = [group for group in groups if value(group.report) is not None]
        if found := _range(value(group.report) for group in stated):
            yield StatementPart(words, _best(stated), {"range": Range(*found)})


def _worth(report: Report) -> Worth:
    on_scale = report.assessment
    return Worth(
        report.report_id,
        report.title,
        report.metadata.rating,
        on_scale.strength,
        on_scale.cost,
        on_scale.impact,
        on_scale.direction,
    )


def _quoted(hit: ScoredPassage, best: Span) -> Quoted:
    mixed = hit.report.assessment.direction is Direction.MIXED  # more than one sentence tells why
    told = finding_run if mixed else finding_sentence
    start, end = told(hit.passage.text, best)
    return Quoted(hit.report.report_id, hit.passage.passage_id, hit.passage.text[start:end])


def _best(groups: Iterable[ReportGroup]) -> tuple[str, ...]:
    """The best passage of each report."""
    return tuple(group.hits[0].passage.passage_id for group in groups)


def _centres(reports: Iterable[Report]) -> tuple[str, ...]:
    found = (c for r in reports for c in r.centres or (r.metadata.centre,) if c)
    return tuple(dict.fromkeys(found))


def _range(values: Iterable[int | None]) -> tuple[int, int] | None:
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if known else None


def _reports(listed: Sequence[object]) -> Count:
    return Count(len(listed), "report")
