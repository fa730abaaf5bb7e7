"""Counters: never more than the rate in any window, whoever counts."""

import multiprocessing
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.limits.counters import Counters, Limit
from api.limits.rates import Rate, parse_rates

MINUTE = Limit("m", "one", Rate(3, "minute"))
DAY = Limit("d", "one", Rate(5, "day"))


class _Clock:
    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def counters(tmp_path: Path, clock: _Clock) -> Counters:
    return Counters(tmp_path / "home" / "counters.db", clock=clock)


def test_rates_are_read() -> None:
    assert parse_rates("60/minute, 2000 / Day") == (Rate(60, "minute"), Rate(2000, "day"))
    assert parse_rates("none") == ()
    for wrong in ("", "60", "0/minute", "60/second", "60/minute,", "1/day, 2/day", "-1/day"):
        with pytest.raises(ValueError, match="60/minute"):
            parse_rates(wrong)


def test_units_run_out_and_come_back(counters: Counters, clock: _Clock) -> None:
    for left in (2, 1, 0):
        (standing,) = counters.charge([MINUTE])
        assert (standing.left, standing.wait_s) == (left, 0)
    (standing,) = counters.charge([MINUTE])
    assert standing.wait_s > 0
    clock.now += standing.wait_s - 1
    assert counters.charge([MINUTE])[0].wait_s
    clock.now += 1
    assert not counters.charge([MINUTE])[0].wait_s


def test_what_one_limit_refuses_no_other_is_charged_for(counters: Counters, clock: _Clock) -> None:
    for _ in range(3):
        counters.charge([MINUTE, DAY])
    for _ in range(5):
        assert counters.charge([MINUTE, DAY])[0].wait_s
    clock.now += 120
    minute, day = counters.charge([MINUTE, DAY])
    assert (minute.wait_s, day.wait_s, day.left) == (0, 0, 1)


def test_looking_takes_nothing(counters: Counters) -> None:
    for _ in range(9):
        (standing,) = counters.look([MINUTE])
        assert (standing.left, standing.wait_s) == (3, 0)
    for _ in range(3):
        counters.charge([MINUTE])
    assert counters.look([MINUTE])[0].wait_s


def test_a_cost_above_the_quota_takes_all_of_it(counters: Counters) -> None:
    assert not counters.charge([MINUTE], 10)[0].wait_s
    assert counters.charge([MINUTE])[0].wait_s


def test_buckets_are_apart(counters: Counters) -> None:
    counters.charge([MINUTE], 3)
    other = Limit("m", "two", MINUTE.rate)
    assert not counters.charge([other])[0].wait_s


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(gaps=st.lists(st.floats(0, 50), min_size=30, max_size=60), start=st.floats(0, 86_400))
def test_no_window_ever_has_much_more_than_the_quota(
    tmp_path: Path, gaps: list[float], start: float
) -> None:
    clock = _Clock(1_800_000_000 + start)
    limit = Limit("m", f"{start}-{gaps}", Rate(10, "minute"))
    counters = Counters(tmp_path / "c.db", clock=clock)
    taken: list[float] = []
    for gap in gaps:
        clock.now += gap
        if not counters.charge([limit])[0].wait_s:
            taken.append(clock.now)
    for window in range(int(taken[0]) // 60, int(clock.now) // 60 + 1):
        assert sum(window * 60 <= at < window * 60 + 60 for at in taken) <= 10
    for first in taken:  # a sliding window estimates: it may be out where questions came unevenly
        assert sum(first <= at < first + 60 for at in taken) < 20


def test_addresses_are_disguised_and_otherwise_every_day(
    counters: Counters, clock: _Clock, tmp_path: Path
) -> None:
    name = counters.disguise("192.0.2.7")
    assert name == Counters(tmp_path / "home" / "counters.db", clock=clock).disguise("192.0.2.7")
    assert name != counters.disguise("192.0.2.8")
    kept = b"".join(file.read_bytes() for file in (tmp_path / "home").iterdir())
    assert b"192.0.2" not in kept
    clock.now += 86_400
    assert counters.disguise("192.0.2.7") != name


def test_what_is_over_is_forgotten(counters: Counters, clock: _Clock, tmp_path: Path) -> None:
    counters.disguise("a")
    counters.charge([MINUTE, DAY])
    clock.now += 3 * 86_400
    counters.disguise("a")
    import sqlite3  # noqa: PLC0415

    database = sqlite3.connect(tmp_path / "home" / "counters.db")
    assert database.execute("SELECT count(*) FROM counter").fetchone() == (0,)
    database.close()


def _ask(path: Path, asked: int) -> int:
    limit = Limit("m", "all", Rate(50, "minute"))
    with patch("api.limits.counters.WAIT_S", 60):  # all is counted, however busy the machine
        counters = Counters(path, clock=_Clock())
        return sum(not counters.charge([limit])[0].wait_s for _ in range(asked))


def test_workers_share_what_they_count(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        let_in = pool.starmap(_ask, [(tmp_path / "counters.db", 40)] * 3)
    assert sum(let_in) == 50


def test_a_file_that_cannot_be_used_refuses_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "counters.db"
    path.write_bytes(b"no database" * 100)
    counters = Counters(path)
    assert counters.charge([MINUTE]) == []
    assert counters.disguise("192.0.2.7")
    assert "counters.db" in caplog.text
