"""Counts of questions: by day and outcome, and nothing else."""

import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.desk.database import DeskDatabase
from api.desk.tallies import FEWEST, KEPT_DAYS, Outcome, Tallies
from search.searcher import Searcher
from search.statement_types import EvidenceLevel
from search.types import Answer, Filters
from tests.builders import content, generation
from tests.doors import ENCODER, REPORTS, TEXTS

QUESTION = "tutoring of Mrs Jones"


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    home = tmp_path_factory.mktemp("home")
    searcher = Searcher(generation(home, content(REPORTS, TEXTS, ENCODER), ENCODER), ENCODER)
    return searcher.ask(QUESTION, filters=Filters(), k=3)


def _of(answer: Answer, level: EvidenceLevel) -> Answer:
    return replace(answer, statement=replace(answer.statement, level=level))


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 5, 6, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tallies(tmp_path: Path, clock: Clock) -> Tallies:
    return Tallies(DeskDatabase(tmp_path), now=clock)


def test_outcomes_are_counted_by_day(tallies: Tallies, answer: Answer, clock: Clock) -> None:
    good, near = _of(answer, EvidenceLevel.SOME), _of(answer, EvidenceLevel.NONE)
    for each in (good, good, near, replace(near, hits=())):
        tallies.count(each)
    clock.time += timedelta(days=1)
    tallies.count(near)
    newest, oldest = tallies.days(10)
    assert (newest.day, newest.counts) == ("2026-05-07", {Outcome.UNLIKELY: 1})
    assert oldest.counts == {Outcome.ANSWERED: 2, Outcome.UNLIKELY: 1, Outcome.NOTHING: 1}
    assert oldest.asked == 4
    assert [day.day for day in tallies.days(1)] == ["2026-05-07"]


def test_workers_counts_meet(tmp_path: Path, answer: Answer, clock: Clock) -> None:
    workers = [Tallies(DeskDatabase(tmp_path), now=clock) for _ in range(3)]

    def count(each: Tallies) -> None:
        for _ in range(50):
            each.count(answer)
            each.write()

    threads = [threading.Thread(target=count, args=(each,)) for each in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert workers[0].days(1)[0].asked == 150


def test_topics_only_of_near_misses_and_only_often(tallies: Tallies, answer: Answer) -> None:
    for _ in range(FEWEST - 1):
        tallies.count(_of(answer, EvidenceLevel.NONE))
    tallies.count(_of(answer, EvidenceLevel.STRONG))
    assert tallies.missed(10) == []
    tallies.count(_of(answer, EvidenceLevel.NONE))
    assert tallies.missed(10) == [("2026-05", "education", FEWEST)]


def test_no_word_of_a_question_is_kept(tallies: Tallies, answer: Answer, tmp_path: Path) -> None:
    for level in EvidenceLevel:
        tallies.count(_of(answer, level))
    tallies.write()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in ("jones", "mrs", "tutoring"):
        assert word.encode() not in kept.lower()


def test_what_is_old_is_forgotten(tallies: Tallies, answer: Answer, clock: Clock) -> None:
    tallies.count(answer)
    tallies.write()
    clock.time += timedelta(days=KEPT_DAYS + 1)
    tallies.count(answer)
    assert [day.asked for day in tallies.days(10)] == [1]


def test_what_cannot_be_written_waits(tmp_path: Path, answer: Answer) -> None:
    (tmp_path / "desk").write_text("in the way")
    tallies = Tallies(DeskDatabase(tmp_path / "desk"))
    tallies.count(answer)
    tallies.write()
    (tmp_path / "desk").unlink()
    assert tallies.days(1)[0].asked == 1


def test_the_journal_cannot_be_changed(tmp_path: Path) -> None:
    database = DeskDatabase(tmp_path)
    with database.writing() as open_:
        open_.execute("INSERT INTO journal (at, who, what, details) VALUES ('a','b','c','d')")
    for change in ("DELETE FROM journal", "UPDATE journal SET who = 'x'"):
        with (
            sqlite3.connect(tmp_path / "desk.sqlite") as open_,
            pytest.raises(sqlite3.IntegrityError, match="cannot be changed"),
        ):
            open_.execute(change)
