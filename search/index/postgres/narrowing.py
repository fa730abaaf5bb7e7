"""Filters as conditions on the table of reports, and how many passages they leave.

The planner knows neither how selective a filter is nor that an approximate index loses recall
behind one, so it is not left the choice: what a filter leaves is compared one by one (ADR 0032),
by the rows of its reports where they are few.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from corpus.findings import Direction
from corpus.types import Report
from search.index.types import Within
from search.types import Filters


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be retrieved: `passages` in all; where they are few, `rows` has their reports."""

    within: Within
    passages: int
    rows: tuple[int, ...] | None


def facets_of(report: Report) -> list[str]:
    """What a report can be filtered by, one label each."""
    known = report.metadata
    labels = [
        *(("centre", each) for each in report.centres or (known.centre,)),
        *(("topic", each) for each in known.topics),
        ("type", report.document_type),
        ("language", known.language),
        *(("nation", each) for each in known.nations),
        *(("design", tag.design) for tag in report.designs),
        ("direction", report.assessment.direction),
    ]
    return sorted({_label(kind, value) for kind, value in labels if value is not None})


def _label(kind: str, value: str) -> str:
    return f"{kind}:{clean(value.casefold())}"


def clean(text: str) -> str:
    """Text that the database takes: no NUL, no half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def condition(within: Within) -> tuple[sql.Composable, dict[str, Any]]:
    """The condition on `r`, the table of reports, and its values.

    The same as `search.filters.passes` decides, which a test holds it against.
    """
    clauses: list[sql.Composable] = []
    values: dict[str, Any] = {}
    for name, clause, value in _clauses(within):
        clauses.append(sql.SQL(clause))
        values[name] = value
    return sql.SQL(" AND ").join([sql.SQL("r.ranked > 0"), *clauses]), values


def _clauses(within: Within) -> Iterator[tuple[str, str, Any]]:
    filters = within.filters
    for kind, wanted in _kinds(filters):
        if wanted:
            labels = [_label(kind, value) for value in wanted]
            yield kind, f"r.facets && %({kind})s::text[]", labels
    if filters.reports:
        yield "reports", "r.report_id = ANY(%(reports)s::text[])", _clean(filters.reports)
    if within.without:
        yield "without", "r.report_id <> ALL(%(without)s::text[])", _clean(tuple(within.without))
    for name, bound, value in (
        ("year_from", "r.year >=", filters.year_from),
        ("year_to", "r.year <=", filters.year_to),
        ("strength_from", "r.strength >=", filters.strength_from),
        ("cost_to", "r.cost <=", filters.cost_to),
    ):
        if value is not None:
            yield name, f"{bound} %({name})s", value


def _kinds(filters: Filters) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("centre", filters.centres),
        ("topic", filters.topics),
        ("type", tuple(filters.document_types)),
        ("language", filters.languages),
        ("nation", filters.nations),
        ("design", tuple(filters.designs)),
        ("direction", tuple(Direction(each) for each in filters.directions)),
    )


def _clean(texts: tuple[str, ...]) -> list[str]:
    return [clean(text) for text in texts]
