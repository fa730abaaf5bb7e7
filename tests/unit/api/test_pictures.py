"""Reports by strength and cost."""

from api.routes.pictures import picture_value
from corpus.findings import Direction, Rating
from search.statement_types import Worth


def _worth(report_id: str, strength: int | None, cost: int | None) -> Worth:
    return Worth(report_id, report_id, Rating("x"), strength, cost, None, Direction.HELPS)


def test_reports_stand_where_their_ratings_put_them() -> None:
    value = [_worth("a", 4, 1), _worth("b", 4, 1), _worth("c", 0, 5), _worth("d", 4, None)]
    picture = picture_value(value)
    assert len(picture.squares) == 30
    placed = [(s.strength, s.cost, [w.report_id for w in s.reports]) for s in picture.placed]
    assert placed == [(4, 1, ["a", "b"]), (0, 5, ["c"])]


def test_what_lacks_one_of_the_two_is_in_the_table_alone() -> None:
    picture = picture_value([_worth("d", 4, None)])
    assert not picture.placed
    assert [worth.report_id for worth in picture.all] == ["d"]
