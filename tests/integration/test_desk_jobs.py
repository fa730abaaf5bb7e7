"""Jobs of the desk: one after another by a process of its own, stopped, and broken off."""

import io
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.desk.database import DeskDatabase
from api.desk.errors import WrongWork
from api.desk.jobs import KEPT, MOST_WAITING, Jobs, runner_command
from api.desk.types import Job, State, Step, Task
from corpus.home import Home

QUICK = Step(("keys", "list"))
WRONG = Step(("add", "--", "nowhere.pdf"), inside=True)


class Launcher:
    """Starts runners only when told, and remembers them."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def note(self, home: Path) -> None:
        self._home = home

    def go(self) -> subprocess.Popen[bytes]:
        self.started.append(subprocess.Popen(runner_command(self._home)))
        return self.started[-1]


@pytest.fixture
def launcher() -> Iterator[Launcher]:
    made = Launcher()
    yield made
    for process in made.started:
        process.kill()
        process.wait()


@pytest.fixture
def jobs(tmp_path: Path, launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    monkeypatch.setenv("EVIDENCE_HOME", str(tmp_path))
    home = Home(tmp_path)
    home.models.mkdir()
    return Jobs(home, DeskDatabase(home.desk), launch=launcher.note)


def _until(what: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def _found(jobs: Jobs, number: int) -> Job:
    found = jobs.find(number)
    assert found is not None
    return found


def test_jobs_run_in_order_and_say_what_they_did(jobs: Jobs, launcher: Launcher) -> None:
    first = jobs.ask(Task.CHECK, [QUICK, QUICK], who="k", about="one")
    second = jobs.ask(Task.ADD, [WRONG, QUICK], who="k", files={"in/a.txt": io.BytesIO(b"x")})
    assert [job.number for job in jobs.open()] == [first, second]
    launcher.go().wait(timeout=120)
    one, two = _found(jobs, first), _found(jobs, second)
    assert (one.state, two.state) == (State.DONE, State.FAILED)
    assert jobs.output(one).count("> evidence keys") == 2
    said = jobs.output(two)
    assert "There is no file or folder nowhere.pdf" in said
    assert "> evidence keys" not in said  # not after a step that failed
    assert one.ended
    assert two.begun
    assert one.ended <= two.begun
    assert not list(jobs.folder.rglob("a.txt"))
    assert not jobs.open()


def test_two_runners_do_not_run_the_same(jobs: Jobs, launcher: Launcher) -> None:
    numbers = [jobs.ask(Task.CHECK, [QUICK], who="k") for _ in range(3)]
    runners = [launcher.go(), launcher.go()]
    for runner in runners:
        runner.wait(timeout=120)
    for number in numbers:
        assert jobs.output(_found(jobs, number)).count("> evidence") == 1


def test_what_waits_is_stopped_at_once(jobs: Jobs, launcher: Launcher) -> None:
    number = jobs.ask(Task.CHECK, [QUICK], who="k")
    jobs.stop(number)
    launcher.go().wait(timeout=60)
    assert _found(jobs, number).state is State.STOPPED
    assert jobs.output(_found(jobs, number)) == ""


def test_what_runs_is_stopped(jobs: Jobs, launcher: Launcher) -> None:
    number = jobs.ask(Task.CHECK, [Step(("doctor",))], who="k")
    after = jobs.ask(Task.CHECK, [QUICK], who="k")
    runner = launcher.go()
    _until(lambda: _found(jobs, number).state is State.RUNNING)
    jobs.stop(number)
    runner.wait(timeout=120)
    assert _found(jobs, number).state is State.STOPPED
    assert _found(jobs, after).state is State.DONE


def test_a_runner_told_to_end_says_so(jobs: Jobs, launcher: Launcher) -> None:
    number = jobs.ask(Task.CHECK, [Step(("doctor",))], who="k")
    waiting = jobs.ask(Task.CHECK, [QUICK], who="k")
    runner = launcher.go()
    _until(lambda: _found(jobs, number).state is State.RUNNING)
    runner.send_signal(signal.SIGTERM)
    runner.wait(timeout=60)
    assert _found(jobs, number).state is State.STOPPED
    assert _found(jobs, waiting).state is State.WAITING


def test_what_a_dead_runner_left_is_broken_off(jobs: Jobs, launcher: Launcher) -> None:
    number = jobs.ask(Task.CHECK, [Step(("doctor",))], who="k")
    waiting = jobs.ask(Task.CHECK, [QUICK], who="k")
    runner = launcher.go()
    _until(lambda: _found(jobs, number).state is State.RUNNING)
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    # a step that was just being started holds its copy of the lock until it is a program of its own
    _until(lambda: _found(jobs, number).state is State.BROKEN)
    launcher.go().wait(timeout=120)
    assert _found(jobs, waiting).state is State.DONE


def test_few_may_wait_and_old_ones_are_forgotten(jobs: Jobs) -> None:
    for _ in range(MOST_WAITING):
        jobs.ask(Task.CHECK, [QUICK], who="k")
    with pytest.raises(WrongWork, match="wait already"):
        jobs.ask(Task.CHECK, [QUICK], who="k")
    for _ in range(KEPT + 5):
        for job in jobs.open():
            jobs.stop(job.number)
        jobs.ask(Task.CHECK, [QUICK], who="k")
    assert len(jobs.all(1000)) <= KEPT + 1
    assert len([path for path in jobs.folder.iterdir() if path.is_dir()]) <= KEPT + 1
