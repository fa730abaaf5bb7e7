"""Why a database is away, as whoever runs the service is told; and what is no fault of it."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from search.errors import EngineUnavailable, IndexChanged, NoIndex
from search.index.address import Address
from search.index.postgres.connections import Connection, Connections, Patience
from search.index.postgres.generations import EngineGenerations
from search.live import LiveSearcher
from search.loading import load_searcher
from tests.backends import Engine, write
from tests.builders import content
from tests.doors import ENCODER, REPORTS, TEXTS
from tests.engines import Server

HASTY = Patience(connect_s=2, answer_s=4, connections=2)
SOON_S = 60


def _told(dsn: str) -> EngineUnavailable:
    """What somebody who asks is told of a database that is away; the same when looked into."""
    connections = Connections(Address(dsn), HASTY)
    try:
        with pytest.raises(EngineUnavailable) as asked:
            connections.rows("SELECT 1")
        with pytest.raises(EngineUnavailable) as looked:
            connections.reach()
    finally:
        connections.close()
    assert str(asked.value) == str(looked.value)
    assert asked.value.cure == looked.value.cure
    assert "not-told" not in f"{asked.value} {asked.value.cure}"
    return asked.value


@pytest.fixture
def port() -> Iterator[int]:
    """A port at which somebody listens and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_refused_connection_is_no_slow_one() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        port = unused.getsockname()[1]
        told = _told(f"postgresql://a:not-told@127.0.0.1:{port}/library")
    assert "connections are refused" in str(told)
    assert "listen_addresses" in (told.cure or "")


def test_a_host_that_is_none_is_named_so() -> None:
    told = _told("postgresql://a:not-told@nowhere.invalid/library")
    assert "no host of that name" in str(told)
    assert "EVIDENCE_ENGINE" in (told.cure or "")


def test_a_server_that_says_nothing_is_slow(port: int) -> None:
    told = _told(f"postgresql://a:not-told@127.0.0.1:{port}/library")
    assert "does not answer in time" in str(told)
    assert "firewall" in (told.cure or "")


def test_a_wrong_password_is_named_so(postgres: Server) -> None:
    rules = postgres.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    dsn = postgres.new_database()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'another'")
        try:
            rules.write_text(f"host all guarded all scram-sha-256\n{before}")
            connection.execute("SELECT pg_reload_conf()")
            time.sleep(1)
            told = _told(dsn.replace("postgres:not-told", "guarded:not-told"))
        finally:
            rules.write_text(before)
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("DROP ROLE guarded")
    assert "does not let this user in" in str(told)
    assert ".pgpass" in (told.cure or "")


def _kept(engine: Engine) -> EngineGenerations:
    places = engine.generations(patience=HASTY)
    write(content(REPORTS, TEXTS, ENCODER), ENCODER, places)
    return places


def test_an_index_that_changed_is_no_fault_of_the_database(
    engine: Engine, postgres: Server
) -> None:
    places = _kept(engine)
    index = places.open_current()
    with psycopg.connect(places.address.dsn, autocommit=True) as connection:
        connection.execute("DROP SCHEMA generation_1 CASCADE")
    postgres.stop()
    try:
        for _ in range(3):
            with pytest.raises(EngineUnavailable):
                places.current_id()
    finally:
        postgres.start()
    ends = time.monotonic() + SOON_S
    while True:  # until the circuit lets a question through, which finds the index replaced
        try:
            index.store.report("a")
        except IndexChanged:
            break
        except EngineUnavailable:
            assert time.monotonic() < ends
            time.sleep(0.1)
    assert places.current_id()  # the circuit is closed again: the database answered


def test_a_database_that_goes_before_anything_is_written_is_told_of(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = _kept(engine)
    begin = Connections.writing

    def ended(connections: Connections) -> Connection:
        made = begin(connections)
        with psycopg.connect(places.address.dsn) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (made.info.backend_pid,))
        return made

    monkeypatch.setattr(Connections, "writing", ended)
    with pytest.raises(EngineUnavailable, match="went away") as caught, places.writing():
        pytest.fail("nothing can be written")
    assert "evidence index" in (caught.value.cure or "")


def test_connections_are_closed_where_there_is_no_index(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Address] = []
    close = Connections.close

    def counted(connections: Connections) -> None:
        closed.append(connections.address)
        close(connections)

    monkeypatch.setattr(Connections, "close", counted)
    address = Address(postgres.new_database())
    for load in (load_searcher, LiveSearcher):
        with pytest.raises(NoIndex):
            load(tmp_path, engine=address)
    assert closed == [address, address]
