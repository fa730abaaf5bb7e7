"""An evidence gap map: where the reports found stand, and where there are none.

The form is that of Snilstveit and others (2016, "Evidence Gap Maps: a tool for promoting
evidence informed policy and strategic research agendas"): a grid of two axes; in each cell the
number of reports and the strength of the strongest. Three kinds of gap are told apart: reports
found say themselves that nobody has tested it; reports of that cell are in the library but were
not found for this question; there are none in the library, which says nothing of what exists.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus.findings import Direction
from corpus.types import Report


class Axis(StrEnum):
    """What reports are sorted by."""

    TOPIC = "topic"
    INTERVENTION = "intervention"
    OUTCOME = "outcome"
    POPULATION = "population"
    CENTRE = "centre"
    DESIGN = "design"
    DIRECTION = "direction"


@dataclass(frozen=True, slots=True)
class Cell:
    """The reports at one place: `found` for the question, by id, best first; `held` in all.

    `untested` are those of `found` that say that nobody has tested it; `strength` is the highest
    of the others (0 to 5), None where none is rated; never a mean.
    """

    row: str
    column: str
    found: tuple[str, ...]
    held: int
    strength: int | None
    untested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceMap:
    """A grid. Rows and columns are those of the reports found; every cell of it is there.

    `unplaced` are reports found that lack a value on an axis.
    """

    rows_by: Axis
    columns_by: Axis
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    unplaced: tuple[str, ...]


def map_evidence(
    found: Sequence[Report], library: Iterable[Report], *, rows_by: Axis, columns_by: Axis
) -> EvidenceMap:
    """Lay out the reports found.

    Args:
        found: for the question, best first.
        library: every report that stands, those found included.
        rows_by: an axis.
        columns_by: another.
    """
    placed: dict[tuple[str, str], list[Report]] = {}
    unplaced = []
    for report in found:
        places = _places(report, rows_by, columns_by)
        for place in places:
            placed.setdefault(place, []).append(report)
        if not places:
            unplaced.append(report.report_id)
    rows, columns = (tuple(dict.fromkeys(place[axis] for place in placed)) for axis in (0, 1))
    held: dict[tuple[str, str], int] = {}
    for report in library:
        for place in _places(report, rows_by, columns_by):
            held[place] = held.get(place, 0) + 1
    cells = tuple(_cell(row, column, placed, held) for row in rows for column in columns)
    return EvidenceMap(rows_by, columns_by, rows, columns, cells, tuple(unplaced))


def _cell(
    row: str,
    column: str,
    placed: Mapping[tuple[str, str], Sequence[Report]],
    held: Mapping[tuple[str, str], int],
) -> Cell:
    reports = placed.get((row, column), ())
    untested = tuple(r for r in reports if r.assessment.direction is Direction.UNTESTED)
    strengths = (r.assessment.strength for r in reports if r not in untested)
    return Cell(
        row,
        column,
        tuple(report.report_id for report in reports),
        held.get((row, column), 0),
        max((each for each in strengths if each is not None), default=None),
        tuple(report.report_id for report in untested),
    )


def _places(report: Report, rows_by: Axis, columns_by: Axis) -> list[tuple[str, str]]:
    return [(r, c) for r in _values(report, rows_by) for c in _values(report, columns_by)]


def _values(report: Report, axis: Axis) -> tuple[str, ...]:
    known = report.metadata
    if axis is Axis.CENTRE:
        return report.centres or ((known.centre,) if known.centre else ())
    if axis is Axis.TOPIC:
        return tuple(dict.fromkeys(known.topics))
    if axis is Axis.DESIGN:
        return tuple(tag.design.label for tag in report.designs)
    if axis is Axis.DIRECTION:
        return (report.assessment.direction.label,)
    said = {
        Axis.INTERVENTION: known.intervention,
        Axis.OUTCOME: known.outcome,
        Axis.POPULATION: known.population,
    }[axis]
    return (said,) if said else ()
