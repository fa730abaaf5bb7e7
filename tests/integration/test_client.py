"""The client against the service itself: over a socket, and in one process."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.keys.making import make_key
from api.keys.store import KeyStore
from api.keys.types import KeyKind, utc_now
from api.settings import load_settings
from client import (
    AsyncEvidenceClient,
    EvidenceClient,
    NotFound,
    Refused,
    Rejected,
    StaleCursor,
    shapes,
)
from corpus.home import Home
from search.searcher import Searcher
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder
from tests.serving import served

ENCODER = HashingEncoder()
REPORTS = [report(f"r{place}", f"Report {place}", centre="eef") for place in range(5)]
TEXTS = [
    (f"r{place % 5}", f"Tutoring number {place} helped {place * 7} pupils to read well.")
    for place in range(40)
]
QUESTION = "Does tutoring help pupils to read?"
#: What the client calls some of the service's shapes; the others lose the "Out" at their end.
NAMES = {
    "SearchResponse": "Answer",
    "BatchResponse": "Batch",
    "ReportsResponse": "ReportList",
    "CentresResponse": "Centres",
    "RelatedResponse": "Related",
    "MapOut": "EvidenceMap",
    "FiltersOut": "FiltersUsed",
}


class _Source:
    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher

    def current(self) -> Searcher:
        return self.searcher


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    made = generation(tmp_path_factory.mktemp("home"), content(REPORTS, TEXTS, ENCODER), ENCODER)
    home = tmp_path_factory.mktemp("service")
    return create_app(load_settings(home=home), _Source(Searcher(made, ENCODER)))


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def client(address: str) -> Iterator[EvidenceClient]:
    with EvidenceClient(address) as client:
        yield client


def test_a_question(client: EvidenceClient) -> None:
    answer = client.search(QUESTION, k=3, centre=["eef"], exact=True)
    assert len(answer["hits"]) == 3
    assert answer["hits"][0]["report"]["centre"] == "eef"
    assert answer["filters"]["centre"] == ["eef"]
    again = client.search(QUESTION, k=3, cursor=answer["next_cursor"], centre=["eef"], exact=True)
    assert again["hits"][0]["rank"] == 4
    few = client.search(QUESTION, fields=["generation", "hits.text"])
    assert few.keys() == {"generation", "hits"}


def test_a_whole_ranking_and_a_whole_list(client: EvidenceClient) -> None:
    hits = list(client.hits(QUESTION, k=7))
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert len(hits) > 30
    assert [each["report_id"] for each in client.reports(limit=2)] == [r.report_id for r in REPORTS]
    assert list(client.reports(centre=["nice"])) == []


def test_everything_else(client: EvidenceClient) -> None:
    batch = client.batch([{"q": QUESTION, "k": 1}, {"q": ""}])
    assert [each["problem"] is None for each in batch["results"]] == [True, False]
    found = client.report("r1", limit=2)
    assert (found["report"]["title"], len(found["passages"])) == ("Report 1", 2)
    passage = found["passages"][0]
    proof = client.passage(passage["passage_id"], text_sha256=passage["text_sha256"])
    assert proof["unchanged"] is True
    related = client.related({"report": "r1"}, k=2)
    assert related["asked"]["report_id"] == "r1"
    assert client.evidence_map(QUESTION, rows="topic", columns="centre")["rows_by"] == "topic"
    assert len(client.centres()["centres"]) > 10
    assert client.ready()["reports"] == 5
    kept = client.feedback(QUESTION, "useful", passage_id=passage["passage_id"], rank=1)
    assert (kept["report_id"], kept["text_sha256"]) == ("r1", passage["text_sha256"])
    assert client.feedback(QUESTION, "not_useful", reason="elsewhere")["passage_id"] is None
    assert client.export(QUESTION, "ris", k=1).startswith(b"TY  - ")
    assert b"Report 1" in client.citation("r1", "bibtex")
    assert len(list(client.passages())) == len(TEXTS)
    assert len(list(client.passages(QUESTION, centre=["nice"]))) == 0


def test_keys(app: FastAPI, tmp_path: Path) -> None:
    store = KeyStore(Home(tmp_path).keys)
    _, api = make_key(store, KeyKind.API, name="x", who="ann", now=utc_now())
    closed = create_app(load_settings(home=tmp_path, anonymous=False), app.state.source)
    with served(closed) as port:
        address = f"http://127.0.0.1:{port}"
        with EvidenceClient(address, key=str(api)) as client:
            assert client.search(QUESTION, k=1)["hits"]
        with EvidenceClient(address) as client, pytest.raises(Rejected, match="show a key") as told:
            client.search(QUESTION)
        assert told.value.status == 401
    for kind in (EvidenceClient, AsyncEvidenceClient):
        with pytest.raises(ValueError, match="pages of its sites only"):
            kind("http://evidence.test", key="ev_site_0123456789_" + "0" * 48)


def test_errors(client: EvidenceClient) -> None:
    with pytest.raises(NotFound, match="no report 'none'"):
        client.report("none")
    with pytest.raises(Refused, match="k must be at most 100"):
        client.search("x", k=101)
    with pytest.raises(Refused, match="year"):
        list(client.passages(year_from=2020, year_to=2010))


def test_a_list_tells_when_the_index_moved_on(app: FastAPI, address: str, tmp_path: Path) -> None:
    source = app.state.source
    before = source.searcher
    newer = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER, "e")
    with EvidenceClient(address) as client:
        listed = client.reports(limit=2)
        next(listed)
        source.searcher = Searcher(newer, ENCODER)
        with pytest.raises(StaleCursor, match="Begin again"):
            list(listed)
    source.searcher = before


def test_the_same_for_asyncio(app: FastAPI, address: str) -> None:
    async def ask(client: AsyncEvidenceClient) -> None:
        async with client:
            answer = await client.search(QUESTION, k=2)
            assert len(answer["hits"]) == 2
            assert len([hit async for hit in client.hits(QUESTION, k=9)]) > 30
            assert len([each async for each in client.reports(limit=2)]) == 5
            assert len([line async for line in client.passages()]) == len(TEXTS)
            assert (await client.batch([{"q": QUESTION}]))["results"][0]["answer"] is not None
            assert (await client.report("r1"))["total"] == 8
            assert (await client.passage("p1"))["unchanged"] is None
            assert (await client.related({"text": "Tutoring for pupils who read badly"}))["reports"]
            assert (await client.feedback(QUESTION, "useful"))["verdict"] == "useful"
            assert (await client.ready())["reports"] == 5
            assert (await client.centres())["centres"]
            assert await client.export(QUESTION, "csv")
            assert await client.citation("r1", "ris")
            assert await client.evidence_map(QUESTION, rows="centre", columns="topic")
            with pytest.raises(NotFound):
                await client.report("none")
            with pytest.raises(Refused):
                [line async for line in client.passages("x" * 3000)]

    asyncio.run(ask(AsyncEvidenceClient(address)))
    inside = httpx.ASGITransport(app)
    asyncio.run(ask(AsyncEvidenceClient("http://evidence.test", transport=inside)))


def test_the_clients_have_the_same_methods() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert public(EvidenceClient) == public(AsyncEvidenceClient)


def test_the_shapes_are_those_of_the_service(app: FastAPI) -> None:
    described = app.openapi()["components"]["schemas"]
    compared = set()
    for name, schema in described.items():
        shape = getattr(shapes, NAMES.get(name, name.removesuffix("Out")), None)
        if shape is not None:
            assert get_type_hints(shape).keys() == schema["properties"].keys(), name
            compared.add(shape.__name__)
    assert compared == set(shapes.__all__)
