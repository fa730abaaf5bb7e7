"""kill -9 at many moments of `add`, `index` and `remove`: nothing is lost, nothing differs."""

import os
import random
import signal
import time
from pathlib import Path

from corpus.home import Home
from search.index.generations import Generations
from search.loading import load_searcher
from tests.terminal import begin, here, run

KILLS = 8
STARTED_S = 0.1  # a process that is there already has begun by then
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


def _kill_after(seconds: float, home: Path, *words: str) -> bool:
    """Begin a command and kill its whole process group; whether it was still running."""
    process = begin(home, *words)
    process.join(seconds)
    running = process.is_alive()
    if running:
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.join(30)
    return running


def _seconds(home: Path, *words: str) -> float:
    """What a command takes that is not killed."""
    start = time.monotonic()
    process = begin(home, *words)
    process.join(120)
    assert process.exitcode == 0
    return time.monotonic() - start


def _digest(home: Path) -> str:
    return Generations(Home(home).index).open_current().manifest.content_digest


def test_a_library_killed_over_and_over_is_the_one_never_killed(home: Path, tmp_path: Path) -> None:
    reports = _library(tmp_path / "reports")
    whole = {
        name: _seconds(home, name, *more) for name, *more in (("add", str(reports)), ("index",))
    }

    killed = tmp_path / "killed"
    models = Home(killed).models
    models.mkdir(parents=True)
    for folder in Home(home).models.iterdir():
        (models / folder.name).symlink_to(folder)
    moments = random.Random(7)
    interrupted, done = 0, False
    for attempt in range(5 * KILLS):
        words = ["add", str(reports)] if attempt < KILLS // 3 else ["index"]
        if done:
            words += ["--rebuild"]  # else there is nothing left to do, and to be killed at
        was_killed = _kill_after(moments.uniform(STARTED_S, whole[words[0]]), killed, *words)
        interrupted += was_killed
        done = done or (words == ["index"] and not was_killed)
        if attempt >= KILLS and interrupted >= KILLS // 2:
            break
    run(killed, "add", str(reports))
    run(killed, "index")
    assert interrupted >= KILLS // 2
    assert _digest(killed) == _digest(home)


def test_a_killed_change_leaves_the_index_answering(home: Path, tmp_path: Path) -> None:
    reports = _library(tmp_path / "reports")
    here(home, "add", str(reports))
    here(home, "index")
    moments = random.Random(11)
    removed = str(reports / "report3.md")
    for _ in range(5):
        _kill_after(moments.uniform(STARTED_S, 0.8), home, "remove", removed)
        searcher = load_searcher(home)
        hits = searcher.ask("what is known of tutoring?", k=3).hits
        assert hits[0].report.title == "What is known of tutoring"
    here(home, "remove", removed, check=False)
    here(home, "index")
    searcher = load_searcher(home)
    answer = searcher.ask("hot spots policing", k=100)
    assert removed not in {hit.report.file for hit in answer.hits}
    assert len({hit.report.file for hit in answer.hits}) == len(SUBJECTS) - 1
