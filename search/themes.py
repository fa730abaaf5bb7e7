"""The reports of a bare topic ("mentoring"), sorted by outcome, or by centre where none does."""

import re
from collections.abc import Iterable
from typing import Final

from corpus.types import Report
from search.types import Theme

ENOUGH: Final = 2  # reports that must name an outcome
UNSTATED: Final = "No outcome stated"
_LIST: Final = re.compile(r"\s*[;,]\s*(?:and\s+)?")


def sort_by_theme(reports: Iterable[Report]) -> tuple[Theme, ...]:
    """Themes in order of their best report; a report with several outcomes is in several.

    Args:
        reports: of an answer, best first.
    """
    listed = list(reports)
    outcomes = {each.report_id: _outcomes(each) for each in listed}
    enough = sum(bool(said) for said in outcomes.values()) >= ENOUGH
    themes: dict[str, list[str]] = {}
    for each in listed:
        labels = (outcomes[each.report_id] or (UNSTATED,)) if enough else _centres(each)
        for label in labels:
            themes.setdefault(label, []).append(each.report_id)
    by = "outcome" if enough else "centre"
    unstated = themes.pop(UNSTATED, None)
    ordered = [*themes.items(), *([(UNSTATED, unstated)] if unstated else [])]
    return tuple(Theme(by, label, tuple(ids)) for label, ids in ordered)


def _outcomes(report: Report) -> tuple[str, ...]:
    said = (part for part in _LIST.split(report.metadata.outcome or "") if part)
    return tuple(dict.fromkeys(part[0].upper() + part[1:] for part in said))


def _centres(report: Report) -> tuple[str, ...]:
    known = report.metadata
    return report.centres or ((known.centre,) if known.centre else ())
