"""A library in a database from the terminal, and a server that follows it."""

import json
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from corpus.home import Home
from indexer.build import BuildOptions, build_index, remove_report
from indexer.progress import Silent
from search.index.address import Address
from search.index.manifest import DenseInfo
from search.index.postgres.generations import EngineGenerations
from search.live import LiveSearcher
from tests.backends import Engine
from tests.engines import Server
from tests.terminal import here, run

QUIET = Silent()
_TAKEN = (
    "SELECT sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass)) "
    "FROM pg_tables WHERE schemaname LIKE 'generation%'"
)
NOTES = {
    "one.txt": "Mentoring reduces crime among young people, two trials in schools found.",
    "two.txt": "Street lighting reduces crime in the places where it is installed.",
}


@pytest.fixture
def library(home: Path, tmp_path: Path) -> Path:
    """A home to which two notes were added."""
    for name, text in NOTES.items():
        (tmp_path / name).write_text(text)
        here(home, "add", str(tmp_path / name))
    return home


def test_every_command_uses_the_database(
    library: Path, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = postgres.new_database()
    monkeypatch.setenv("EVIDENCE_ENGINE", dsn)
    nothing = here(library, "ask", "mentoring", check=False)
    assert nothing.returncode == 1
    assert "evidence index" in nothing.stderr
    assert "2 reports" in run(library, "index").stderr
    assert not (Home(library).index / "CURRENT").exists()
    assert "Nothing to do" in here(library, "index").stderr
    assert "Mentoring reduces crime" in run(library, "ask", "does mentoring cut crime?").stdout
    told = json.loads(here(library, "status", "--json").stdout)
    assert told["counts"]["indexed"] == 2
    assert told["engine"].startswith(str(Address(dsn)))
    assert "PostgreSQL 18" in told["engine"]
    assert told["index"]["parts"] is None  # it has none
    with psycopg.connect(dsn) as connection:
        (size,) = connection.execute(_TAKEN).fetchone() or (0,)
    assert told["bytes"]["database"] == size > 100_000
    shown = here(library, "status").stdout
    assert f"database {size / 2**20:.1f} MiB" in shown
    well = here(library, "doctor").stdout
    assert "Engine" in well
    assert "ill" not in well.split()
    assert "not-told" not in well + told["engine"]
    here(library, "remove", str(tmp_path / "two.txt"))
    assert "Street" not in here(library, "ask", "street lighting").stdout
    here(library, "backup", str(tmp_path / "home.tar"))  # a home without an index of its own
    monkeypatch.setenv("EVIDENCE_ENGINE", dsn.replace("library_", "nowhere_"))
    ill = here(library, "doctor", check=False).stdout
    assert "cannot be reached" in ill
    assert "Cure" in ill
    assert "not-told" not in ill
    away = here(library, "status").stdout
    assert "cannot be reached" in away
    assert "database unknown" in away
    assert json.loads(here(library, "status", "--json").stdout)["bytes"]["database"] is None


class Heard(Silent):
    """Remembers the stages: how many units each was to have, and how many were done."""

    def __init__(self) -> None:
        self.stages: dict[str, list[int]] = {}
        self._now = ""

    def start(self, stage: str, total: int, unit: str) -> None:
        assert unit
        self._now = stage
        self.stages.setdefault(stage, [0, 0])[0] += total

    def advance(self, count: int = 1) -> None:
        self.stages[self._now][1] += count


@pytest.mark.parametrize("where", ["files", "database"])
def test_every_stage_of_a_build_is_told_of_to_its_end(
    library: Path, engine: Engine, where: str
) -> None:
    heard = Heard()
    address = engine.generations().address if where == "database" else None
    build_index(Home(library), BuildOptions(engine=address), heard)
    assert heard.stages["Encoding passages"] == [2, 2]
    assert heard.stages["Writing passages" if where == "files" else "Writing the index"] == [2, 2]
    assert all(total == done for total, done in heard.stages.values())


def test_an_unchanged_library_whose_vectors_lie_in_no_lists_yet_is_arranged_anew(
    library: Path, engine: Engine
) -> None:
    places = engine.generations()
    first = build_index(Home(library), BuildOptions(engine=places.address), QUIET)
    before = replace(first.manifest, dense=DenseInfo(kind="hnsw", recall=0.99))
    with psycopg.connect(places.address.dsn) as connection:
        told = json.dumps(asdict(before))
        connection.execute("UPDATE library.generation SET manifest = %s", [told])
    again = build_index(Home(library), BuildOptions(engine=places.address), QUIET)
    assert again.changed
    assert places.manifest().dense.kind == "flat"  # there are few
    assert not build_index(Home(library), BuildOptions(engine=places.address), QUIET).changed


@pytest.mark.parametrize("lists", [1, 40])
def test_a_library_that_needs_other_lists_is_brought_up_to_date_and_then_written_anew(
    library: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lists: int
) -> None:
    monkeypatch.setattr("search.index.postgres.opened.Routing.exact_up_to", 1)
    monkeypatch.setattr("indexer.engine.DRIFT", 1)  # for which it would be written anew, too
    options = BuildOptions(engine=engine.generations().address)
    first = build_index(Home(library), options, QUIET)
    assert first.manifest.dense.lists == 3
    dsn = options.engine.dsn if options.engine else ""
    other = replace(first.manifest, dense=replace(first.manifest.dense, lists=lists, probes=1))
    with psycopg.connect(dsn) as connection:
        told = json.dumps(asdict(other))
        connection.execute("UPDATE library.generation SET manifest = %s", [told])
    (tmp_path / "three.txt").write_text("Hot spots patrols reduce crime in small areas.")
    here(library, "add", str(tmp_path / "three.txt"))
    found = build_index(Home(library), options, QUIET).manifest
    assert (found.dense.lists, found.counts.ranked) == (3, 3)
    with psycopg.connect(dsn) as connection:
        states = connection.execute(
            "SELECT number, state FROM library.generation ORDER BY number"
        ).fetchall()
        assert states == [(1, "retired"), (2, "live")]
        for number, _ in states:  # what was added is in either, with its tokens
            for table in ("vector", "token"):
                query = sql.SQL("SELECT count(*) FROM {}.{}")
                names = (sql.Identifier(f"generation_{number}"), sql.Identifier(table))
                assert connection.execute(query.format(*names)).fetchall() == [(3,)]
    assert not build_index(Home(library), options, QUIET).changed


def _follows(live: LiveSearcher, places: EngineGenerations) -> str:
    """Wait until a server answers from the newest generation; its id."""
    newest = places.current_id()
    ends = time.monotonic() + 60
    while live.current().generation != newest and time.monotonic() < ends:
        time.sleep(0.1)
    return newest


def test_a_server_follows_the_database_without_a_dropped_question(
    library: Path, engine: Engine, tmp_path: Path
) -> None:
    places = engine.generations()
    address = places.address
    build_index(Home(library), BuildOptions(engine=address), QUIET)
    live = LiveSearcher(library, engine=address)
    failures: list[Exception] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(0.01):  # the builds need a processor too
            try:
                assert live.current().ask("mentoring", k=5).hits
            except Exception as error:  # noqa: BLE001 - any failure is one too many
                failures.append(error)

    asker = threading.Thread(target=ask)
    asker.start()
    (tmp_path / "three.txt").write_text("Programme three of mentoring helped three schools.")
    here(library, "add", str(tmp_path / "three.txt"))
    build_index(Home(library), BuildOptions(engine=address), QUIET)
    _follows(live, places)  # what is replaced twice meanwhile is gone
    build_index(Home(library), BuildOptions(engine=address, rebuild=True), QUIET)
    _follows(live, places)
    remove_report(Home(library), str(tmp_path / "two.txt"), QUIET, engine=address)
    newest = _follows(live, places)
    found = live.current().ask("street lighting").hits
    assert all("Street" not in hit.passage.text for hit in found)
    stop.set()
    asker.join()
    live.close()
    assert not failures
    assert live.current().generation == newest
