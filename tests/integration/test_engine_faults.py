"""The database stopped, killed, hung and back: what somebody who asks sees, and for how long."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from psycopg import sql

from api.app import create_app
from api.settings import load_settings
from search.errors import EngineUnavailable, IndexChanged
from search.index.address import Address
from search.index.postgres.breaker import FAILURES, PAUSE_S
from search.index.postgres.connections import Connections, Patience
from search.index.postgres.rows import ReportRow
from search.index.postgres.writing import Writer
from search.searcher import Searcher
from tests.backends import Engine, write
from tests.builders import content
from tests.doors import ENCODER, REPORTS, TEXTS, Source
from tests.engines import Server

ASK = "/v1/search?q=tutoring"
PATIENCE = Patience(connect_s=2, answer_s=4, connections=4)
SOON_S = 60  # a busy machine starts a server slowly; the circuit alone takes 3 seconds


@pytest.fixture
def client(engine: Engine, tmp_path: Path) -> Iterator[TestClient]:
    places = engine.generations(patience=PATIENCE)
    write(content(REPORTS, TEXTS, ENCODER), ENCODER, places)
    app = create_app(load_settings(home=tmp_path), Source(Searcher(places.open_current(), ENCODER)))
    with TestClient(app) as client:
        assert client.get(ASK).status_code == 200
        yield client
    places.close()


def _unavailable(response: Response) -> None:
    assert response.status_code == 503, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) >= 1
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert body["title"] == "Service Unavailable"
    assert body["detail"] == "The index cannot be reached just now."
    for secret in ("postgres", "127.0.0.1", "not-told"):
        assert secret not in response.text


def _answers_again(client: TestClient) -> None:
    ends = time.monotonic() + SOON_S
    while client.get(ASK).status_code != 200:
        assert time.monotonic() < ends
        time.sleep(0.5)
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("fault", [Server.stop, Server.kill], ids=["stopped", "killed"])
def test_a_server_that_goes_is_told_of_and_comes_back(
    client: TestClient, postgres: Server, fault: Callable[[Server], None]
) -> None:
    fault(postgres)
    try:
        for _ in range(3):
            _unavailable(client.get(ASK))
        start = time.monotonic()
        _unavailable(client.get(ASK))
        assert time.monotonic() - start < 3  # the circuit is open: nobody waits any more
        _unavailable(client.get("/readyz"))
        assert client.get("/healthz").status_code == 200
        page = client.get("/", params={"q": "tutoring"}, headers={"accept": "text/html"})
        assert page.status_code == 503
        assert "cannot be reached" in page.text
        page = client.get("/?lang=cy", headers={"accept": "text/html"})
        assert "Ni ellir cyrraedd y mynegai" in page.text
    finally:
        postgres.start()
    _answers_again(client)


def test_a_hung_server_keeps_nobody_waiting_for_ever(client: TestClient, postgres: Server) -> None:
    postgres.hang()
    try:
        start = time.monotonic()
        _unavailable(client.get(ASK))
        assert time.monotonic() - start < 15
    finally:
        postgres.resume()
    _answers_again(client)


def test_searches_that_take_too_long_are_spared_and_the_rest_goes_on(
    engine: Engine, tmp_path: Path
) -> None:
    """Each asks something else, whose words are looked up first: those statements do not fail."""
    patience = replace(PATIENCE, answer_s=2)  # the server ends a search, before anybody gives up
    places = engine.generations(patience=patience)
    write(content(REPORTS, TEXTS, ENCODER), ENCODER, places)
    searcher = Searcher(places.open_current(), ENCODER)
    app = create_app(load_settings(home=tmp_path), Source(searcher))
    with TestClient(app) as client, psycopg.connect(places.address.dsn) as other:
        assert client.get(ASK).status_code == 200
        other.execute("LOCK TABLE generation_1.vector IN ACCESS EXCLUSIVE MODE")
        for number in range(3):
            start = time.monotonic()
            _unavailable(client.get(f"{ASK} question{number}"))
            assert time.monotonic() - start >= 2
        start = time.monotonic()
        _unavailable(client.get(f"{ASK} another"))
        assert time.monotonic() - start < 1.9  # the circuit of searches is open
        assert client.get("/readyz").status_code == 200
        other.rollback()
        _answers_again(client)
    places.close()


def test_a_server_that_says_no_in_time_is_asked_further(engine: Engine) -> None:
    places = engine.generations()
    connections = Connections(places.address, replace(PATIENCE, answer_s=2))
    slow, gone, well = (
        sql.SQL(text) for text in ("SELECT pg_sleep(9)", "SELECT 1 FROM nothing", "SELECT 1")
    )
    for _ in range(FAILURES):
        with pytest.raises(EngineUnavailable):
            connections.found(slow.format(), {})
    with pytest.raises(EngineUnavailable):
        connections.found(well.format(), {})
    time.sleep(PAUSE_S)
    with pytest.raises(IndexChanged):
        connections.found(gone.format(), {})
    assert connections.found(well.format(), {}) == [(1,)]
    connections.close()


def test_a_limit_of_the_role_on_transactions_is_a_server_too_slow(engine: Engine) -> None:
    dsn = engine.generations().address.dsn + "?options=-c%20transaction_timeout%3D300ms"
    connections = Connections(Address(dsn), PATIENCE)
    with pytest.raises(EngineUnavailable, match="in time"):
        connections.found(sql.SQL("SELECT pg_sleep(3)").format(), {})
    assert connections.rows("SELECT 1") == [(1,)]  # over another connection: the server ended that
    connections.close()


def test_an_index_swapped_twice_while_it_is_asked_is_to_be_asked_again(
    engine: Engine, client: TestClient
) -> None:
    """The generation that is open was removed by the second swap."""
    places = engine.opened[-1]  # of the client
    for name in ("x", "y"):
        write(content(REPORTS, TEXTS, ENCODER), ENCODER, places, name, anew=True)
    response = client.get(f"{ASK} anew")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert "changed" in response.json()["detail"]


def test_a_write_whose_server_is_killed_goes_on_and_doubles_nothing(
    engine: Engine, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed when the rows of the second batch have been sent, and are not yet committed."""
    monkeypatch.setattr("indexer.content_rows.AT_ONCE", 1)
    places = engine.generations()
    made = content(REPORTS, TEXTS, ENCODER)
    whole = Writer._add  # noqa: SLF001 - between its rows and their commit
    sent: list[int] = []

    def killed(self: Writer, rows: Sequence[tuple[int, ReportRow]]) -> None:
        whole(self, rows)
        sent.append(len(rows))
        if len(sent) == 2:
            postgres.kill()

    monkeypatch.setattr(Writer, "_add", killed)
    try:
        with pytest.raises(EngineUnavailable):
            write(made, ENCODER, places)
    finally:
        postgres.start()
    sent += [0]  # nobody is killed any more
    write(made, ENCODER, places)
    assert sent == [1, 1, 0, 1]  # the first of two was there, the second was not
    afresh = engine.generations()
    write(made, ENCODER, afresh)
    found, right = places.open_current(), afresh.open_current()
    assert len(found.store.reports) == len(right.store.reports) == 2
    for term in ("tutor", "help", "crime", "patrol"):
        assert found.lexical.frequency(term) == right.lexical.frequency(term) > 0


def test_broken_connections_are_mended_without_anybody_seeing(
    client: TestClient, postgres: Server
) -> None:
    postgres.stop()
    postgres.start()
    assert client.get(ASK).status_code == 200
