"""A server that can answer a question has imported no more than that takes."""

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

import cli.main
from api.app import create_app
from api.later import FIRST, Later, Whole
from api.settings import load_settings
from cli.app import app

ROOT = Path(__file__).resolve().parents[2]

#: What `evidence serve` has done once it can answer, but for opening an index.
READY = """
import sys
import cli.main
cli.main.register("serve")
from api.settings import load_settings
import search.loading, search.encoder.onnx_encoder, search.index.opening, search.searcher
from api.serving import create_app
create_app(load_settings())
print(*sys.modules)
"""
#: What `evidence ask` has imported when it prints an answer.
ASKED = """
import sys
import cli.main
cli.main.register("ask")
import cli.render, indexer.settings
import search.loading, search.encoder.onnx_encoder, search.index.opening, search.searcher
print(*sys.modules)
"""
#: What tells which encoder an index needs.
ENCODER = """
import sys
import search.loading
print(*sys.modules)
"""
LATER = {
    "api.desk.desk", "api.originals", "api.routes.desk", "api.routes.pages", "api.routes.rendering",
    "api.routes.rest", "babel", "charset_normalizer", "cli.asking", "corpus.assessment",
    "corpus.library.library", "corpus.references", "docx", "filelock", "jinja2", "lxml", "mcp",
    "onnx", "psycopg", "rich", "rispy", "sentence_transformers", "torch", "transformers",
}  # fmt: skip


def test_what_no_first_answer_needs_is_imported_afterwards(tmp_path: Path) -> None:
    imported = _imported(READY, tmp_path)

    assert {"api.routes.answers", "faiss", "onnxruntime"} <= imported
    assert not LATER & imported


def test_asking_imports_nothing_that_makes_or_serves_an_index(tmp_path: Path) -> None:
    imported = _imported(ASKED, tmp_path)

    assert {"faiss", "onnxruntime", "rich"} <= imported
    assert not {"indexer.build", "corpus.library", "api", "fastapi", "httpx", "pebble"} & imported


def test_the_encoder_can_be_opened_while_what_searches_is_imported(tmp_path: Path) -> None:
    imported = _imported(ENCODER, tmp_path)

    assert "search.encoder.load" in imported
    assert not {"faiss", "tantivy", "rapidfuzz", "search.searcher"} & imported


def test_a_command_alone_is_called_by_its_name() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import cli.main; cli.main.main()", "edit", "--help"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip

    assert "edit [OPTIONS]" in told.stdout


def test_every_command_is_where_it_is_looked_for() -> None:
    cli.main.register()

    modules = {
        command.name or command.callback.__name__: command.callback.__module__
        for command in app.registered_commands
        if command.callback
    }
    for group in app.registered_groups:
        found = group.typer_instance
        assert found
        (first, *_) = found.registered_commands
        assert first.callback
        modules[str(found.info.name)] = first.callback.__module__
    assert modules == {name: f"cli.{module}" for name, module in cli.main.COMMANDS.items()}


def _imported(code: str, home: Path) -> set[str]:
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=ROOT, env={"EVIDENCE_HOME": str(home)},
    )  # fmt: skip
    return set(told.stdout.split())


def test_what_is_there_first_is_what_is_answered_without_waiting() -> None:
    app = create_app(load_settings())

    assert {path for path in _paths(app) if not path.startswith("/static")} == FIRST


def test_the_description_tells_every_address() -> None:
    told = create_app(load_settings()).openapi()["paths"]

    assert {"/v1/search", "/v1/related", "/v1/export", "/readyz"} <= told.keys()


def test_the_first_do_not_wait_and_the_others_are_answered() -> None:
    asyncio.run(_asked_meanwhile())


async def _asked_meanwhile() -> None:
    went_on = threading.Event()
    later = Later(lambda: _wait(went_on))
    app = Whole(_path, later)
    later.begin()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://evidence") as client:
        others = [asyncio.create_task(client.get(path)) for path in ("/", "/v1/related")]
        for path in FIRST:
            assert (await asyncio.wait_for(client.get(path), 10)).text == path
        assert not any(other.done() for other in others)

        went_on.set()

        assert [(await other).text for other in others] == ["/", "/v1/related"]
    assert later.done


def test_the_rest_is_included_once_whoever_asks() -> None:
    times = list[int]()
    later = Later(lambda: times.append(1))
    askers = [threading.Thread(target=later.now) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert times == [1]


def test_what_cannot_be_included_is_tried_again() -> None:
    faults = [ImportError("half an installation")]

    def include() -> None:
        if faults:
            raise faults.pop()

    later = Later(include)
    with pytest.raises(ImportError):
        later.now()
    assert not later.done

    later.now()

    assert later.done


def test_a_service_whose_rest_cannot_be_included_is_not_ready(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults = [ImportError("half an installation") for _ in range(2)]

    def include() -> None:
        if faults:
            raise faults.pop()

    later = Later(include)
    later.begin()
    for thread in threading.enumerate():
        if thread.name == "include-the-rest":
            thread.join(10)
    assert later.failed
    assert "Not every address can be served" in caplog.text
    asyncio.run(_asked_after(later))
    assert later.done
    assert not later.failed


async def _asked_after(later: Later) -> None:
    transport = httpx.ASGITransport(Whole(_path, later))
    async with httpx.AsyncClient(transport=transport, base_url="http://evidence") as client:
        assert (await client.get("/v1/search")).text == "/v1/search"
        with pytest.raises(ImportError):
            await client.get("/readyz")
        assert (await client.get("/readyz")).text == "/readyz"  # mended, and tried again


def _wait(event: threading.Event) -> None:
    assert event.wait(60)


def _paths(app: FastAPI) -> set[str]:
    found = set[str]()
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, Route):
            found.add(route.path)
        waiting += getattr(getattr(route, "original_router", None), "routes", [])
    return found


async def _path(scope: Scope, _receive: Receive, send: Send) -> None:
    body = scope["path"].encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def test_the_description_can_be_asked_for_by_several_at_once(tmp_path: Path) -> None:
    app = create_app(load_settings(home=tmp_path))
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: app.openapi(), range(4)))
    assert all(each is told[0] for each in told)
    assert "Problem" in told[0]["components"]["schemas"]
