"""kill -9 at many moments of `add`, `index` and `remove`: nothing is lost, nothing differs."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from corpus.home import Home
from search.index.generations import Generations
from search.loading import load_searcher

KILLS = 8
SUBJECTS = (
    "mentoring", "tutoring", "street lighting", "hot spots policing", "class size",
    "breakfast clubs", "housing first", "apprenticeships", "parenting programmes",
    "falls prevention",
)  # fmt: skip


def _library(folder: Path) -> Path:
    folder.mkdir()
    for number, subject in enumerate(SUBJECTS):
        paragraphs = [
            f"Study {place} of {subject} followed {place + 40} places for {number + 2} years. "
            f"It found that {subject} changed outcome {place * 7 % 11} by {place} per cent, "
            f"at a cost of £{place * 13} for each person who took part."
            for place in range(12)
        ]
        title = f"What is known of {subject}"
        (folder / f"report{number}.md").write_text(f"# {title}\n\n" + "\n\n".join(paragraphs))
    return folder


def _command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", "from cli.main import main; main()", *words, "--home", str(home)]


def _run(home: Path, *words: str) -> None:
    subprocess.run(_command(home, *words), check=True, capture_output=True, timeout=120)


def _kill_after(seconds: float, home: Path, *words: str) -> bool:
    """Start a command and kill its whole process group; whether it was still running."""
    process = subprocess.Popen(
        _command(home, *words),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    return running


def _digest(home: Path) -> str:
    return Generations(Home(home).index).open_current().manifest.content_digest


def test_a_library_killed_over_and_over_is_the_one_never_killed(home: Path, tmp_path: Path) -> None:
    reports = _library(tmp_path / "reports")
    _run(home, "add", str(reports))
    start = time.monotonic()
    _run(home, "index")
    whole = time.monotonic() - start

    killed = tmp_path / "killed"
    models = Home(killed).models
    models.mkdir(parents=True)
    for folder in Home(home).models.iterdir():
        (models / folder.name).symlink_to(folder)
    moments = random.Random(7)
    interrupted = 0
    for attempt in range(5 * KILLS):  # those that find the work done are not counted
        words = ("add", str(reports)) if attempt < KILLS // 3 else ("index",)
        interrupted += _kill_after(moments.uniform(0.2, whole), killed, *words)
        if attempt >= KILLS and interrupted >= KILLS // 2:
            break
    _run(killed, "add", str(reports))
    _run(killed, "index")
    assert interrupted >= KILLS // 2
    assert _digest(killed) == _digest(home)


def test_a_killed_change_leaves_the_index_answering(home: Path, tmp_path: Path) -> None:
    reports = _library(tmp_path / "reports")
    _run(home, "add", str(reports))
    _run(home, "index")
    moments = random.Random(11)
    removed = str(reports / "report3.md")
    for _ in range(5):
        _kill_after(moments.uniform(0.3, 1.5), home, "remove", removed)
        searcher = load_searcher(home)
        hits = searcher.ask("what is known of tutoring?", k=3).hits
        assert hits[0].report.title == "What is known of tutoring"
    subprocess.run(_command(home, "remove", removed), check=False, capture_output=True, timeout=120)
    _run(home, "index")
    searcher = load_searcher(home)
    answer = searcher.ask("hot spots policing", k=100)
    assert removed not in {hit.report.file for hit in answer.hits}
    assert len({hit.report.file for hit in answer.hits}) == len(SUBJECTS) - 1
