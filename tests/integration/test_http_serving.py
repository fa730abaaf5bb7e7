"""`evidence serve` as a process: it answers, says what is wrong, and stops when asked."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
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
from tests.serving import gets_ready

TOKEN = "0123456789abcdef"  # noqa: S105 - of nothing real
SEVERAL = pytest.mark.parametrize(
    "server", [(), ("--workers", "2")], ids=["one", "two"], indirect=True
)
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
def server(
    built: Path, port: int, request: pytest.FixtureRequest
) -> Iterator[subprocess.Popen[str]]:
    command = [*SERVE, "--home", str(built), "--port", str(port), *getattr(request, "param", ())]
    environment = {**os.environ, "EVIDENCE_LOG_FORMAT": "json", "EVIDENCE_METRICS_TOKEN": TOKEN}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert gets_ready(f"http://127.0.0.1:{port}", process, 60), "The server did not get ready."
        yield process
    finally:
        process.terminate()  # not killed: workers would outlive it
        process.communicate(timeout=20)


def _refused(*options: str) -> str:
    done = subprocess.run(
        [*SERVE, *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert not done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_answers_keeps_its_port_and_stops_in_order(
    server: subprocess.Popen[str], built: Path, port: int
) -> None:
    found = httpx.get(f"http://127.0.0.1:{port}/v1/search", params={"q": "Does mentoring work?"})
    assert found.json()["hits"][0]["report"]["file"] == "one.txt"
    assert "Mentoring" in httpx.get(f"http://127.0.0.1:{port}/", params={"q": "mentoring"}).text
    taken = _refused("--home", str(built), "--port", str(port))
    assert str(port) in taken
    assert "--port" in taken
    server.send_signal(signal.SIGTERM)
    out, told = server.communicate(timeout=20)
    assert not out
    assert "Traceback" not in told
    assert "mentoring" not in told.lower()
    assert server.returncode in {0, -signal.SIGTERM}


def test_without_an_index_it_says_how_to_make_one(tmp_path: Path, port: int) -> None:
    told = _refused("--home", str(tmp_path), "--port", str(port))
    assert "evidence index" in told


def test_a_wrong_setting_is_told(built: Path) -> None:
    told = _refused("--home", str(built), "--port", "0")
    assert "EVIDENCE_PORT" in told


@SEVERAL
def test_any_worker_tells_the_sum_of_all_and_stopped_ends_what_is_under_way(
    server: subprocess.Popen[str], port: int
) -> None:
    for number in range(20):  # a connection each, so that every worker gets some
        params = {"q": f"Does mentoring work {number}?"}
        httpx.get(f"http://127.0.0.1:{port}/v1/search", params=params)
    for _ in range(4):
        assert "evidence_answer_passages_count 20.0" in _metrics(port)

    questions = [{"q": f"Does mentoring work, number {number}?", "k": 20} for number in range(50)]
    answers: list[httpx.Response] = []

    def ask() -> None:
        address = f"http://127.0.0.1:{port}/v1/search/batch"
        answers.append(httpx.post(address, json={"questions": questions}, timeout=30))

    asking = threading.Thread(target=ask)
    asking.start()
    _wait_for(port, lambda told: "evidence_questions_under_way 1.0" in told)
    server.send_signal(signal.SIGTERM)
    asking.join()
    _, told = server.communicate(timeout=20)
    assert len(answers[0].json()["results"]) == 50
    assert server.returncode in {0, -signal.SIGTERM}
    lines = [json.loads(line) for line in told.splitlines()]
    assert any(line.get("endpoint") == "/v1/search/batch" for line in lines)
    assert "mentoring" not in told.lower()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/healthz")


def test_a_file_that_was_sent_leaves_no_process(server: subprocess.Popen[str], port: int) -> None:
    text = {"file": ("a.txt", b"Mentoring reduces reoffending among young people at risk.")}
    found = httpx.post(f"http://127.0.0.1:{port}/v1/related", files=text, timeout=60)
    assert found.json()["same"]
    told = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(server.pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout == ""


@pytest.mark.parametrize("server", [("--workers", "2")], ids=["two"], indirect=True)
def test_workers_end_with_a_first_process_that_is_killed(
    server: subprocess.Popen[str], port: int
) -> None:
    server.kill()
    _, told = server.communicate(timeout=30)  # ends with the last of those that have its pipes
    assert "Traceback" not in told
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/healthz")


def _metrics(port: int) -> str:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.get(f"http://127.0.0.1:{port}/metrics", headers=headers).text


def _wait_for(port: int, seen: Callable[[str], bool]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if seen(_metrics(port)):
            return
        time.sleep(0.02)
    pytest.fail("It was never seen.")
