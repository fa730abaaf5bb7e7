"""A lean install in an environment of its own: does it start, answer and serve a prepared home?

    python -m benchmarks.lean HOME [--port 8148] [--keep FOLDER]

Installs requirements-serve.txt into a new virtual environment (from wherever pip finds packages),
asks in the terminal, serves, asks over HTTP for every kind of answer, backs the home up, and prints
the size of the environment, the time to start and the memory, beside what is not installed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Final

import httpx

from benchmarks.load.server import Server
from client import EvidenceClient

ROOT: Final = Path(__file__).parents[1]
ABSENT: Final = ("torch", "sentence_transformers", "transformers", "pypdf", "pypdfium2", "onnx")
QUESTION: Final = "Does mentoring keep young people out of crime?"


def main() -> None:
    """Install, try, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--port", type=int, default=8148)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    os.environ.pop("PYTHONPATH", None)  # nothing but what is installed
    with tempfile.TemporaryDirectory(prefix="evidence-lean-") as scratch:
        folder = options.keep or Path(scratch) / "venv"
        python = install(folder)
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 2**20
        print(f"the environment takes {size:,.0f} MiB; not there: {', '.join(absent(python))}")
        evidence = [str(folder / "bin" / "evidence")]
        told = run([*evidence, "ask", QUESTION, "--json", "--home", str(options.home)])
        print(f"`ask` found {len(json.loads(told)['hits'])} passages")
        run([*evidence, "backup", str(Path(scratch) / "b.tar"), "--home", str(options.home)])
        run([*evidence, "restore", str(Path(scratch) / "b.tar"), "--home", f"{scratch}/home"])
        serve(evidence, Path(scratch) / "home", options.port)


def install(folder: Path) -> str:
    """Make the environment; the path of its Python."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run([*pip, "-r", str(ROOT / "requirements-serve.txt")])
    run([*pip, "--no-build-isolation", "--editable", str(ROOT)])
    return python


def absent(python: str) -> list[str]:
    """Names of `ABSENT`, once it is sure that none can be imported."""
    code = f"import importlib.util as u; assert not [n for n in {ABSENT!r} if u.find_spec(n)]"
    run([python, "-c", code])
    return list(ABSENT)


def serve(evidence: list[str], home: Path, port: int) -> None:
    """Serve and ask for every kind of answer."""
    start = time.monotonic()
    with Server(home, port, 1, evidence) as server, EvidenceClient(server.address) as client:
        print(f"ready after {time.monotonic() - start:.1f} s, {server.memory()}")
        answer = client.search(QUESTION, k=3)
        report = answer["hits"][0]["report"]["report_id"]
        client.report(report)
        client.related({"report": report})
        client.centres()
        for to in ("ris", "bibtex", "csl-json", "csv", "jsonl", "markdown", "docx"):
            client.export(QUESTION, to)
        lines = sum(1 for _ in client.passages())
        print(f"served an answer, a report, related studies, 7 formats and {lines:,} passages")
        no_readers(server)


def no_readers(server: Server) -> None:
    """A file that somebody sends is refused in words."""
    sent = {"file": ("abstract.txt", b"An abstract of a study of mentoring young people.")}
    told = httpx.post(f"{server.address}/v1/related", files=sent)
    print(f"a file that is sent: {told.status_code}, {told.json()['detail']}")


def run(command: list[str]) -> str:
    """What a command prints; stops everything where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
