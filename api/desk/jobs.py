"""Long work: commands of `evidence`, run one after another by a process of their own.

    desk/jobs/lock            held by whoever runs jobs; free once that process is gone
    desk/jobs/<name>/         a job's folder: `output.txt`, and in `in/` files on their way in

A job is asked for here and run by `api.desk.runner`, whichever worker asked, and whether or not
that worker lives on. A job that is said to run while nobody holds the lock was broken off.
"""

import json
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from filelock import FileLock, Timeout

from api.desk.database import DeskDatabase
from api.desk.errors import DeskUnusable, WrongWork
from api.desk.types import Job, State, Step, Task
from corpus.home import Home

KEPT: Final = 50  # jobs whose output is kept
MOST_WAITING: Final = 10
SHOWN: Final = 64 * 1024  # bytes of output, the last ones
OUTPUT: Final = "output.txt"
INSIDE: Final = "in"
_COLUMNS: Final = "number, folder, task, about, who, steps, state, asked, begun, ended, stopping"


class Jobs:
    """Asks for jobs, tells of them, stops them. Safe to share by threads and workers."""

    def __init__(
        self, home: Home, database: DeskDatabase, *, launch: Callable[[Path], None] | None = None
    ) -> None:
        self.folder = home.jobs
        self._home = home
        self._database = database
        self._launch = launch or launch_runner

    def ask(
        self,
        task: Task,
        steps: Sequence[Step],
        *,
        who: str,
        about: str = "",
        files: Mapping[str, BinaryIO] | None = None,
    ) -> int:
        """Have something done as soon as what was asked before is done; the job's number.

        Args:
            task: what it is for.
            steps: done one after another, until one fails.
            who: the id of the key it is asked with.
            about: what it was asked with, for people.
            files: by where they go in the job's folder.

        Raises:
            WrongWork: too many wait already.
            DeskUnusable: it cannot be written down.
        """
        if sum(job.state is State.WAITING for job in self.all()) >= MOST_WAITING:
            raise WrongWork(
                "{most} jobs wait already.",
                cure="Wait for them, or stop some.",
                values={"most": MOST_WAITING},
            )
        name = self._laid_out(files or {})
        packed = json.dumps([[step.words, step.inside] for step in steps])
        with self._database.writing() as database:
            number = database.execute(
                "INSERT INTO job (folder, task, about, who, steps, state, asked) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (name, task.value, about, who, packed, State.WAITING.value, _now()),
            ).lastrowid
        self._forget_old()
        self._launch(self._home.path)
        return int(number or 0)

    def _laid_out(self, files: Mapping[str, BinaryIO]) -> str:
        """A new folder with these files in it; its name."""
        name = secrets.token_hex(8)
        try:
            (self.folder / name / INSIDE).mkdir(mode=0o700, parents=True)
            for place, content in files.items():
                with (self.folder / name / place).open("xb") as copy:
                    shutil.copyfileobj(content, copy)
        except OSError as error:
            shutil.rmtree(self.folder / name, ignore_errors=True)
            raise DeskUnusable(
                "What was sent cannot be kept: {why}.",
                cure="See that the disk has room and may be written.",
                values={"why": error.strerror or type(error).__name__},
            ) from error
        return name

    def all(self, most: int = KEPT) -> list[Job]:
        """The latest jobs, newest first; those that nobody runs any more are broken off."""
        self._settle()
        return self._jobs("1 ORDER BY number DESC LIMIT ?", most)

    def find(self, number: int) -> Job | None:
        """The job of that number."""
        self._settle()
        return next(iter(self._jobs("number = ?", number)), None)

    def open(self) -> list[Job]:
        """What runs and waits, in order."""
        return [job for job in reversed(self.all()) if job.state.open]

    def output(self, job: Job) -> str:
        """The last of what a job said."""
        try:
            with (self.folder / job.folder / OUTPUT).open("rb") as file:
                size = file.seek(0, 2)
                file.seek(max(0, size - SHOWN))
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def stop(self, number: int) -> None:
        """Have a job end: one that waits at once, one that runs in a moment."""
        with self._database.writing() as database:
            database.execute(
                "UPDATE job SET state = ?, ended = ? WHERE number = ? AND state = ?",
                (State.STOPPED.value, _now(), number, State.WAITING.value),
            )
            database.execute("UPDATE job SET stopping = 1 WHERE number = ?", (number,))

    # for the runner

    def lock(self, *, wait_s: float) -> FileLock:
        """Held by whoever runs jobs; the system frees it when that process is gone."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FileLock(self.folder / "lock", timeout=wait_s)

    def begin(self) -> Job | None:
        """The next job, now running; to be called with the lock held."""
        with self._database.writing() as database:
            database.execute(
                "UPDATE job SET state = ?, begun = ? WHERE number = "
                "(SELECT MIN(number) FROM job WHERE state = ?)",
                (State.RUNNING.value, _now(), State.WAITING.value),
            )
        return next(iter(self._jobs("state = ?", State.RUNNING.value)), None)

    def end(self, job: Job, state: State) -> None:
        """Enter what a job came to; its files on their way in are not needed any more."""
        with self._database.writing() as database:
            database.execute(
                "UPDATE job SET state = ?, ended = ? WHERE number = ?",
                (state.value, _now(), job.number),
            )
        shutil.rmtree(self.folder / job.folder / INSIDE, ignore_errors=True)

    def is_stopping(self, job: Job) -> bool:
        """Whether somebody wants it stopped."""
        return any(each.stopping for each in self._jobs("number = ?", job.number))

    def break_off(self) -> None:
        """Enter that what ran does not run any more; to be called with the lock held."""
        for job in self._jobs("state = ?", State.RUNNING.value):
            self.end(job, State.BROKEN)

    def _settle(self) -> None:
        """Where nobody runs jobs: say so of those that ran, and have the waiting ones run."""
        if not self._jobs("state IN (?, ?) LIMIT 1", State.WAITING.value, State.RUNNING.value):
            return
        try:
            with self.lock(wait_s=0):
                self.break_off()
        except Timeout:
            return
        if self._jobs("state = ? LIMIT 1", State.WAITING.value):
            self._launch(self._home.path)

    def _forget_old(self) -> None:
        old = self._jobs("number <= (SELECT MAX(number) FROM job) - ? AND ended IS NOT NULL", KEPT)
        with self._database.writing() as database:
            for job in old:
                database.execute("DELETE FROM job WHERE number = ?", (job.number,))
                shutil.rmtree(self.folder / job.folder, ignore_errors=True)

    def _jobs(self, where: str, *values: str | int) -> list[Job]:
        with self._database.open() as database:
            rows = database.execute(
                f"SELECT {_COLUMNS} FROM job WHERE {where}",  # noqa: S608 - written in this file
                values,
            )
            return [_job(*row) for row in rows]


def launch_runner(home: Path) -> None:
    """Start a process that runs what waits; it outlives this one."""
    process = subprocess.Popen(
        runner_command(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=process.wait, name="desk-runner", daemon=True).start()


def runner_command(home: Path) -> list[str]:
    """The command of that process; nothing is imported from the folder it runs in."""
    root = Path(__file__).resolve().parents[2]
    program = f"import sys; sys.path.append({str(root)!r}); from api.desk.runner import main"
    return [sys.executable, "-P", "-c", f"{program}; main(sys.argv[1])", str(home.resolve())]


def _job(
    number: int, folder: str, task: str, about: str, who: str, steps: str, *rest: str | None
) -> Job:
    state, asked, begun, ended, stopping = rest
    words: Iterable[tuple[list[str], bool]] = json.loads(steps)
    return Job(
        number,
        folder,
        Task(task),
        about,
        who,
        tuple(Step(tuple(each), inside) for each, inside in words),
        State(state or ""),
        asked or "",
        begun,
        ended,
        bool(stopping),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
