"""Assistants search and cite the library through a real MCP client, in memory and over HTTP."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import uvicorn
from mcp import Client
from mcp.server import MCPServer

from api.assistants import build_server
from corpus.findings import Rating
from corpus.types import DocumentType
from search.searcher import Searcher
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
REPORTS = [
    report("a", "Class size", centre="eef", year=2015, rating=Rating("Very limited evidence")),
    report("b", "Hot spots policing", centre="college-of-policing", year=2020),
    replace(
        report("c", "Volunteering", centre="wellbeing", rating=Rating(None, None, "Small gain")),
        document_type=DocumentType.RECORD,
    ),
]
TEXTS = [
    ("a", "Smaller classes give two months of extra progress. The cost is very high."),
    ("a", "Teachers rarely change how they teach when the class gets smaller."),
    ("b", "Patrols in small hot spots of crime reduced offending without moving it elsewhere."),
    ("c", "Volunteering raises the wellbeing of older people a little."),
]


class _Fixed:
    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def current(self) -> Searcher:
        return self._searcher


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> MCPServer:
    home = tmp_path_factory.mktemp("home")
    made = generation(home, content(REPORTS, TEXTS, ENCODER), ENCODER)
    return build_server(_Fixed(Searcher(made, ENCODER)), site="https://evidence.example")


def _call(server: MCPServer | str, tool: str, **values: Any) -> Any:  # noqa: ANN401 - what the tool gives
    async def talk() -> Any:  # noqa: ANN401 - as above
        async with Client(server) as client:
            return await client.call_tool(tool, values)

    return asyncio.run(talk())


def test_the_tools_say_what_they_do(server: MCPServer) -> None:
    async def tools() -> dict[str, Any]:
        async with Client(server) as client:
            assert "verbatim" in (client.instructions or "")
            return {tool.name: tool for tool in (await client.list_tools()).tools}

    found = asyncio.run(tools())
    assert set(found) == {"search", "fetch", "related"}
    assert all(tool.annotations.read_only_hint for tool in found.values())
    assert "query" in found["search"].input_schema["required"]


def test_search_then_fetch(server: MCPServer) -> None:
    found = _call(server, "search", query="class size cost", k=2).structured_content
    first = found["results"][0]
    assert first["text"] == TEXTS[0][1]
    assert (first["rating"]["evidence"], first["centre"]) == ("Very limited evidence", "eef")
    assert first["permalink"].startswith(f"https://evidence.example/v1/passages/{first['id']}?")
    assert "text_sha256=" in first["permalink"]
    assert first["pages"] == [{"number": 1, "label": None}]
    assert first["is_summary"] is False
    assert found["statement"]["level"] in {"limited", "none"}
    fetched = _call(server, "fetch", id=first["id"]).structured_content
    assert [p["text"] for p in fetched["passages"]] == [TEXTS[0][1]]
    assert (fetched["report"]["report_id"], fetched["total"]) == ("a", 2)


def test_a_report_is_fetched_whole(server: MCPServer) -> None:
    fetched = _call(server, "fetch", id="a").structured_content
    assert [p["text"] for p in fetched["passages"]] == [text for _, text in TEXTS[:2]]


def test_a_long_report_is_fetched_in_parts(server: MCPServer) -> None:
    fetched = _call(server, "fetch", id="a", offset=1).structured_content
    assert ([p["text"] for p in fetched["passages"]], fetched["total"]) == ([TEXTS[1][1]], 2)


def test_a_summary_is_told_from_a_quotation_and_has_no_page(server: MCPServer) -> None:
    found = _call(server, "search", query="volunteering raises wellbeing", k=1).structured_content
    [first] = found["results"]
    assert (first["is_summary"], first["pages"]) == (True, [])
    assert first["rating"]["impact"] == "Small gain"


def test_what_was_searched_for_is_told(server: MCPServer) -> None:
    found = _call(server, "search", query="RCT of class size", k=1).structured_content
    [written_out] = found["reading"]["written_out"]
    assert written_out == {"typed": "RCT", "means": "randomised controlled trial"}


def test_filters_hold(server: MCPServer) -> None:
    chosen = {"centre": ["college-of-policing"]}
    found = _call(server, "search", query="classes", filters=chosen).structured_content
    assert {each["centre"] for each in found["results"]} == {"college-of-policing"}


@pytest.mark.parametrize(
    ("tool", "values", "told"),
    [
        ("search", {"query": ""}, "must not be empty"),
        ("search", {"query": "x", "k": 1000}, "at most 100"),
        ("search", {"query": "x", "filters": {"year_from": 2020, "year_to": 2010}}, "2020"),
        ("fetch", {"id": "nope"}, "no passage or report 'nope'"),
    ],
)
def test_what_is_wrong_is_told(
    server: MCPServer, tool: str, values: dict[str, Any], told: str
) -> None:
    answer = _call(server, tool, **values)
    assert answer.is_error
    assert told in answer.content[0].text


@pytest.fixture
def address(server: MCPServer) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web = uvicorn.Server(
        uvicorn.Config(
            server.streamable_http_app(stateless_http=True), port=port, log_level="error"
        )
    )
    thread = threading.Thread(target=web.run, daemon=True)
    thread.start()
    for _ in range(100):
        if web.started:
            break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/mcp"
    web.should_exit = True
    thread.join(5)


def test_over_http(address: str) -> None:
    found = _call(address, "search", query="hot spots of crime", k=1).structured_content
    assert found["results"][0]["text"] == TEXTS[2][1]
