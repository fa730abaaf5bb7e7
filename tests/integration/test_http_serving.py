"""`evidence serve` as a process: it answers, says what is wrong, and stops when asked."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from corpus.home import Home
from corpus.library.library import Library
from corpus.types import Metadata
from indexer.build import BuildOptions, build_index
from indexer.progress import Silent
from search.encoder.models import DEFAULT_MODEL
from search.loading import encoder_folder

SERVE = [sys.executable, "-c", "from cli.main import main; main()", "serve"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, prepared_encoder: Path) -> Path:
    home = tmp_path_factory.mktemp("serving")
    shutil.copytree(prepared_encoder, encoder_folder(Home(home), DEFAULT_MODEL))
    with Library(Home(home).library) as library:
        text = b"Mentoring reduces reoffending among young people at risk."
        library.add(text, path="one.txt", name="one.txt", metadata=Metadata())
    build_index(Home(home), BuildOptions(), Silent())
    return home


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(built: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [*SERVE, "--home", str(built), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        _wait(port, process)
        yield process
    finally:
        process.kill()
        process.communicate()


def _wait(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("The server did not get ready.")


def _refused(*options: str) -> str:
    done = subprocess.run(
        [*SERVE, *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert not done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_answers_and_stops_in_order(server: subprocess.Popen[str], port: int) -> None:
    found = httpx.get(f"http://127.0.0.1:{port}/v1/search", params={"q": "Does mentoring work?"})
    assert found.json()["hits"][0]["report"]["file"] == "one.txt"
    assert "Mentoring" in httpx.get(f"http://127.0.0.1:{port}/", params={"q": "mentoring"}).text
    server.send_signal(signal.SIGTERM)
    out, told = server.communicate(timeout=20)
    assert not out
    assert "Traceback" not in told
    assert "mentoring" not in told.lower()
    assert server.returncode in {0, -signal.SIGTERM}


@pytest.mark.usefixtures("server")
def test_a_taken_port_is_told(built: Path, port: int) -> None:
    told = _refused("--home", str(built), "--port", str(port))
    assert str(port) in told
    assert "--port" in told


def test_without_an_index_it_says_how_to_make_one(tmp_path: Path, port: int) -> None:
    told = _refused("--home", str(tmp_path), "--port", str(port))
    assert "evidence index" in told


def test_a_wrong_setting_is_told(built: Path) -> None:
    told = _refused("--home", str(built), "--port", "0")
    assert "EVIDENCE_PORT" in told
