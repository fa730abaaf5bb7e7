"""A database that is stopped: what every address says of it, cold, warm and half-way."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from mcp import Client

from api.app import create_app
from api.assistants import build_server
from api.settings import load_settings
from corpus.types import Passage
from search.index.postgres.connections import Patience
from search.index.postgres.vectors import EngineVectors
from search.searcher import Searcher
from tests.backends import Engine, write
from tests.builders import content
from tests.doors import ENCODER, REPORTS, TEXTS, Source
from tests.engines import Server
from tests.serving import served

PATIENCE = Patience(connect_s=2, answer_s=4, connections=4)
ABSTRACT = "Tutoring helps pupils catch up, said a trial in forty schools."
LIST = {"file": ("a.csv", f"title,abstract\nTutoring,{ABSTRACT}\n".encode())}
SITE = "http://library.test"
#: Every address that asks the database, but for what it holds in memory once it was asked.
ASKING = (
    "/",
    "/?q=tutoring",
    "/centres",
    "/centres/eef",
    "/compare?report=a&report=b",
    "/embed?q=tutoring",
    "/files/a",
    "/readyz",
    "/related?doi=10.1/a",
    "/related?passage=p0",
    "/related?report=a",
    f"/related?text={ABSTRACT}",
    "/reports/a",
    "/reports/a/pages/1",
    "/reports/a/pages/1/image",
    "/reports/a?q=tutoring",
    "/sitemap-1.xml",
    "/sitemap.xml",
    "/status",
    "/v1/centres",
    "/v1/evidence-map?q=tutoring",
    "/v1/evidence-map?q=tutoring&format=html",
    "/v1/export/passages?format=jsonl",
    "/v1/export/passages?q=tutoring&format=csv",
    "/v1/export?q=tutoring&format=docx",
    "/v1/export?q=tutoring&format=ris",
    "/v1/feeds/search.atom?q=tutoring",
    "/v1/passages/p0",
    "/v1/related?doi=10.1/a",
    "/v1/related?passage=p0",
    "/v1/related?report=a",
    f"/v1/related?text={ABSTRACT}",
    "/v1/reports",
    "/v1/reports/a",
    "/v1/reports/a/citation?format=ris",
    "/v1/reports/a/related",
    "/v1/search?q=tutoring",
)
#: Those of them that need nothing but what is in memory by then.
HELD = frozenset({"/", "/centres", "/centres/eef", "/related?doi=10.1/a", "/sitemap-1.xml",
    "/sitemap.xml", "/status", "/v1/centres", "/v1/related?doi=10.1/a", "/v1/reports",
})  # fmt: skip
SENDING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/feedback?q=tutoring", {"data": {"passage": "p0", "verdict": "useful"},
                              "headers": {"origin": SITE}}),
    ("/related", {"data": {"text": ABSTRACT}}),
    ("/related", {"files": {"file": ("a.txt", ABSTRACT.encode())}}),
    ("/related", {"files": {"references": LIST["file"]}}),
    ("/v1/feedback", {"json": {"question": "q", "verdict": "useful", "passage_id": "p0"}}),
    ("/v1/related", {"data": {"text": ABSTRACT}}),
    ("/v1/related", {"files": {"file": ("a.txt", ABSTRACT.encode())}}),
    ("/v1/related/references", {"files": LIST}),
    ("/v1/related/references?format=csv", {"files": LIST}),
    ("/v1/search/batch", {"json": {"questions": [{"q": "tutoring"}, {"q": "patrols"}]}}),
)  # fmt: skip
RESTING = ("/compare", "/docs", "/healthz", "/llms.txt", "/openapi.json", "/related", "/robots.txt")


@pytest.fixture
def searcher(engine: Engine) -> Iterator[Searcher]:
    places = engine.generations(patience=PATIENCE)
    write(content(REPORTS, TEXTS, ENCODER), ENCODER, places)
    yield Searcher(places.open_current(), ENCODER)
    places.close()


@pytest.fixture
def app(searcher: Searcher, tmp_path: Path) -> FastAPI:
    return create_app(load_settings(home=tmp_path, feedback=True), Source(searcher))


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False, base_url=SITE) as client:
        yield client


@pytest.fixture
def stopped(postgres: Server) -> Iterator[Callable[[], None]]:
    """Stops the server, which starts again when the test is over."""
    done = False

    def stop() -> None:
        nonlocal done
        if not done:
            postgres.stop()
            done = True

    yield stop
    if done:
        postgres.start()


def _unavailable(response: Response) -> bool:
    assert not [s for s in ("postgres", "127.0.0.1", "not-told") if s in response.text]
    return (
        response.status_code == 503
        and int(response.headers.get("retry-after", 0)) >= 1
        and response.headers.get("cache-control") == "no-store"
    )


def _wrong(client: TestClient, *, held: frozenset[str] = frozenset()) -> list[str]:
    """Addresses that say something else of a stopped database than they should."""
    wrong = []
    for address in ASKING:
        for accept in ("application/json", "text/html"):
            response = client.get(address, headers={"accept": accept})
            if address in held:
                assert response.status_code < 500, address
            elif not _unavailable(response):
                wrong.append(f"{response.status_code} {accept} {address}")
    for address, sent in SENDING:
        response = client.post(address, **sent)
        if not _unavailable(response):
            wrong.append(f"{response.status_code} POST {address} {sorted(sent)}")
    return wrong


def test_no_address_fails_otherwise_than_by_saying_so(
    client: TestClient, stopped: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    stopped()
    assert _wrong(client) == []
    for address in RESTING:
        assert client.get(address).status_code == 200, address
    assert not [record.getMessage() for record in caplog.records if record.exc_info]


def test_what_is_held_in_memory_is_shown_all_the_same(
    client: TestClient, stopped: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    for address in ASKING:
        assert client.get(address).status_code < 500, address
    stopped()
    assert _wrong(client, held=HELD) == []
    assert not [record.getMessage() for record in caplog.records if record.exc_info]


def test_related_studies_say_so_where_it_stops_half_way(
    client: TestClient, stopped: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = EngineVectors.at

    def stopping(self: EngineVectors, *asked: Any) -> Any:  # noqa: ANN401
        stopped()
        return at(self, *asked)

    monkeypatch.setattr(EngineVectors, "at", stopping)
    assert _unavailable(client.get("/v1/reports/a/related"))


@pytest.mark.parametrize("asked", ["format=jsonl", "format=csv"])
def test_a_file_half_sent_breaks_off(
    app: FastAPI,
    stopped: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    asked: str,
) -> None:
    passages = Searcher.report_passages
    read: list[str] = []

    def stopping(self: Searcher, report_id: str) -> tuple[Passage, ...]:
        if read:
            stopped()
        read.append(report_id)
        return passages(self, report_id)

    monkeypatch.setattr(Searcher, "report_passages", stopping)
    with (
        served(app) as port,
        httpx.stream("GET", f"http://127.0.0.1:{port}/v1/export/passages?{asked}") as response,
    ):
        assert response.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):  # nobody takes half for the whole
            response.read()
    assert read == ["a", "b"]
    assert not [record.getMessage() for record in caplog.records if record.exc_info]


def test_assistants_are_told_without_where_it_is(
    searcher: Searcher, stopped: Callable[[], None]
) -> None:
    server = build_server(Source(searcher), site=SITE)
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("search", {"query": "tutoring"}),
        ("fetch", {"id": "p0"}),
        ("related", {"report": "a"}),
    )

    async def told() -> list[str]:
        async with Client(server) as client:
            return [str((await client.call_tool(*each)).content) for each in asked]

    stopped()
    for words in asyncio.run(told()):
        assert "cannot be reached just now" in words
        assert "postgres" not in words
