"""Filters, decided on reports (ADR 0005)."""

from collections.abc import Iterable

from corpus.types import Report, ReportStatus
from search.errors import InvalidQuery
from search.types import Filters


def check_filters(filters: Filters) -> None:
    """Raise InvalidQuery where a filter contradicts itself."""
    first, last = filters.year_from, filters.year_to
    if first is not None and last is not None and first > last:
        raise InvalidQuery(
            "The first year, {first}, is after the last, {last}.",
            cure="Swap the two years.",
            values={"first": first, "last": last},
        )


def passes(report: Report, filters: Filters) -> bool:
    """Whether a report may answer."""
    known = report.metadata
    return (
        (not filters.reports or report.report_id in filters.reports)
        and _among(filters.centres, report.centres or (known.centre,))
        and _among(filters.topics, known.topics)
        and (not filters.document_types or report.document_type in filters.document_types)
        and _in_years(known.year, filters)
        and _among(filters.languages, (known.language,))
        and _among(filters.nations, known.nations)
        and _among(filters.designs, tuple(tag.design for tag in report.designs))
        and _among(filters.directions, (report.assessment.direction,))
        and _at_least(report.assessment.strength, filters.strength_from)
        and _at_most(report.assessment.cost, filters.cost_to)
    )


def passing(reports: Iterable[Report], filters: Filters) -> tuple[Report, ...]:
    """Those of some reports that can be found and pass, in their order."""
    return tuple(
        report
        for report in reports
        if report.status is ReportStatus.CURRENT and passes(report, filters)
    )


def _among(wanted: tuple[str, ...], values: tuple[str | None, ...]) -> bool:
    if not wanted:
        return True
    folded = {value.casefold() for value in wanted}
    return any(value is not None and value.casefold() in folded for value in values)


def _at_least(value: int | None, least: int | None) -> bool:
    return least is None or (value is not None and value >= least)


def _at_most(value: int | None, most: int | None) -> bool:
    return most is None or (value is not None and value <= most)


def _in_years(year: int | None, filters: Filters) -> bool:
    return _at_least(year, filters.year_from) and _at_most(year, filters.year_to)
