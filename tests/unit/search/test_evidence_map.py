"""The gap map: what was found, what is held but was not found, and what is not in the library."""

from dataclasses import replace

from corpus.findings import Assessment, Direction
from corpus.types import DocumentType, Metadata, Report
from search.evidence_map import Axis, Cell, map_evidence


def _report(name: str, topics: tuple[str, ...], centre: str, strength: int | None = None) -> Report:
    return Report(
        name, name, name, "0", DocumentType.RECORD, Metadata(centre=centre, topics=topics),
        centres=(centre,), assessment=Assessment(strength=strength),
    )  # fmt: skip


A = _report("a", ("crime",), "college", 4)
B = _report("b", ("crime", "youth"), "college", 2)
C = _report("c", ("youth",), "yef")
D = _report("d", ("youth",), "yef", 5)
NOWHERE = _report("n", (), "yef")


def test_found_held_and_absent() -> None:
    drawn = map_evidence([A, B, C], [A, B, C, D], rows_by=Axis.TOPIC, columns_by=Axis.CENTRE)
    assert (drawn.rows, drawn.columns) == (("crime", "youth"), ("college", "yef"))
    assert drawn.cells == (
        Cell("crime", "college", ("a", "b"), 2, 4),
        Cell("crime", "yef", (), 0, None),  # none in the library
        Cell("youth", "college", ("b",), 1, 2),
        Cell("youth", "yef", ("c",), 2, None),  # found, not rated; another is held
    )


def test_what_is_held_but_was_not_found_is_no_gap() -> None:
    drawn = map_evidence([A, C], [A, B, C], rows_by=Axis.TOPIC, columns_by=Axis.CENTRE)
    assert drawn.cells[2] == Cell("youth", "college", (), 1, None)


def test_a_report_that_says_nobody_has_tested_it_is_no_evidence() -> None:
    gap = replace(D, assessment=Assessment(strength=5, direction=Direction.UNTESTED))
    drawn = map_evidence([C, gap], [C, gap], rows_by=Axis.TOPIC, columns_by=Axis.CENTRE)
    assert drawn.cells == (Cell("youth", "yef", ("c", "d"), 2, None, ("d",)),)


def test_what_has_no_value_is_told() -> None:
    drawn = map_evidence([NOWHERE], [NOWHERE], rows_by=Axis.TOPIC, columns_by=Axis.CENTRE)
    assert (drawn.cells, drawn.unplaced) == ((), ("n",))


def test_nothing_found() -> None:
    drawn = map_evidence([], [A], rows_by=Axis.DIRECTION, columns_by=Axis.DESIGN)
    assert (drawn.rows, drawn.columns, drawn.cells) == ((), (), ())
