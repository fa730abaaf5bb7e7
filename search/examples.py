"""Questions that a library can answer, made from what its reports say they are about."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, zip_longest
from typing import Final

from corpus.types import Report
from search.searcher import Searcher

_LONGEST: Final = 60  # characters of what is asked about, to make a readable question
_TRIED: Final = 30  # questions asked at most
#: What follows is detail: brackets, a list, a colon.
_DETAIL: Final = re.compile(r"\s*(?:[(:;]|\bsuch as\b|\bincluding\b)")
_TELLING: Final = re.compile(r"\w{5,}")


def example_questions(searcher: Searcher, most: int) -> tuple[str, ...]:
    """Questions the library is likely to answer, each of another centre as far as they go.

    Args:
        searcher: over the library; each question is asked before it is shown.
        most: how many are wanted; a library that says little of its reports gives fewer.
    """
    found: list[str] = []
    for question in islice(candidate_questions(searcher.standing_reports()), _TRIED):
        if len(found) == most:
            break
        if searcher.ask(question, k=1).statement.answered:
            found.append(question)
    return tuple(found)


def candidate_questions(reports: Iterable[Report]) -> Iterator[str]:
    """Questions on what reports say they are about, the best rated first, centre by centre.

    Reports that name an intervention and an outcome come before those that have but a title.
    """
    listed = sorted(reports, key=_order)
    return chain(_in_turn(listed, _of_effect), _in_turn(listed, _of_title))


def _in_turn(reports: Iterable[Report], ask: Callable[[Report], str | None]) -> Iterator[str]:
    """The reports' questions, those of one centre after those of the other, one at a time."""
    by_centre: dict[str, list[str]] = {}
    for report in reports:
        if question := ask(report):
            by_centre.setdefault(report.metadata.centre or "", []).append(question)
    for each in zip_longest(*by_centre.values()):
        yield from filter(None, each)


def _order(report: Report) -> tuple[int, str]:
    """The best rated first."""
    strength = report.assessment.strength
    return 1 if strength is None else -strength, report.report_id


def _of_effect(report: Report) -> str | None:
    intervention = _short(report.metadata.intervention)
    outcome = _short((report.metadata.outcome or "").partition(",")[0])
    if not intervention or not outcome or "," in intervention:
        return None
    same = set(_TELLING.findall(intervention)) & set(_TELLING.findall(outcome))
    return None if same else f"What is the effect of {intervention} on {outcome}?"


def _of_title(report: Report) -> str | None:
    title = _short(report.title)
    return f"What is known about {title}?" if title else None


def _short(words: str | None) -> str | None:
    """Words up to the first detail, as they stand within a sentence; None where they are long."""
    plain = _DETAIL.split(words or "")[0].strip().removesuffix(".")
    if not plain or len(plain) > _LONGEST:
        return None
    named = any(word[:1].isupper() for word in plain.split()[1:]) or plain[1:2].isupper()
    return plain if named else plain[0].lower() + plain[1:]
