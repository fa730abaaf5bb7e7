"""The examples of docs/clients.md, run against a real server by the tools they are for."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.settings import load_settings
from search.searcher import Searcher
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder
from tests.serving import served

ROOT = Path(__file__).resolve().parents[2]
ENCODER = HashingEncoder()
TEXTS = [("a", f"Mentoring keeps young people out of crime, study {n}.") for n in range(9)]


class _Fixed:
    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def current(self) -> Searcher:
        return self._searcher


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    made = content([report("a", "Mentoring", centre="eef", year=2020)], TEXTS, ENCODER)
    home = tmp_path_factory.mktemp("home")
    source = _Fixed(Searcher(generation(home, made, ENCODER), ENCODER))
    with served(create_app(load_settings(home=home), source)) as port:
        yield port


def _example(language: str, port: int) -> str:
    told = (ROOT / "docs" / "clients.md").read_text("utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```", told, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0]).replace("127.0.0.1:8000", f"127.0.0.1:{port}")


def _run(command: list[str], example: str, folder: Path) -> str:
    done = subprocess.run(
        command, input=example, capture_output=True, text=True, timeout=60, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python(port: int, tmp_path: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{_example('python', port)}"
    told = _run([sys.executable, "-"], code, tmp_path)
    assert "1 Mentoring" in told
    assert "1 reports of one centre" in told
    assert "no report 'none'" in told


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_curl(port: int, tmp_path: Path) -> None:
    told = _run(["sh", "-e"], _example("sh", port).replace("curl ", "curl --fail -sS "), tmp_path)
    assert '{"hits":[{"text":"Mentoring' in told
    assert '"next_cursor":null' in told
    assert '"results":[{"number":1,"answer":{' in told
    assert "TY  - " in told
    assert (tmp_path / "library.csv").read_text("utf-8-sig").count("Mentoring keeps") == 9


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not on this machine")
def test_javascript(port: int, tmp_path: Path) -> None:
    told = _run(["node", "--input-type=module", "-"], _example("js", port), tmp_path)
    lines = told.splitlines()
    assert lines[0].startswith("1 Mentoring ")
    assert lines[3] == "4"
    assert "q must not be empty" in lines[4]


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not on this machine")
def test_r(port: int, tmp_path: Path) -> None:
    code = f"{_example('r', port)}\ncat(nrow(passages), 'rows of', ncol(passages), 'columns')\n"
    told = _run(["Rscript", "--vanilla", "-"], code, tmp_path).splitlines()
    assert told[0].startswith("1 Mentoring")
    assert any("q must not be empty" in line for line in told)
    assert told[-1].startswith("9 rows of ")
