"""Reports are read when they are asked for, once."""

from collections.abc import Sequence

import pytest

from search.index.reports import AT_ONCE, REPORT, Reports
from tests.builders import report

COUNT = AT_ONCE + 10


class _Shelf:
    """Remembers which rows were read."""

    def __init__(self) -> None:
        self.read = list[int]()

    def __call__(self, rows: Sequence[int]) -> list[bytes]:
        self.read += rows
        return [REPORT.dump_json(report(f"r{row}")) for row in rows]


@pytest.fixture
def shelf() -> _Shelf:
    return _Shelf()


def test_only_what_is_asked_for_is_read_and_only_once(shelf: _Shelf) -> None:
    reports = Reports(COUNT, shelf)
    assert reports[7].report_id == "r7"
    assert [each.report_id for each in reports.at([9, 7, 3, 9]).values()] == ["r9", "r7", "r3"]
    assert shelf.read == [7, 3, 9]


def test_all_come_in_order(shelf: _Shelf) -> None:
    reports = Reports(COUNT, shelf)
    assert reports[3].report_id == "r3"
    assert [each.report_id for each in reports] == [f"r{row}" for row in range(COUNT)]
    assert len(shelf.read) == len(reports) == COUNT
    assert reports[-1] == reports[COUNT - 1]
    assert [each.report_id for each in reports[1:3]] == ["r1", "r2"]


def test_a_row_beyond_the_last_is_an_error(shelf: _Shelf) -> None:
    with pytest.raises(IndexError):
        Reports(COUNT, shelf)[COUNT]
