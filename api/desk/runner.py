"""The process that runs the desk's jobs, one after another, until none waits.

Each step is a process of its own group, so that stopping it stops all it started; it gives way to
the service that answers. Told to end (SIGTERM), it stops what runs and says so.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import IO, Final

from filelock import Timeout

from api.desk.database import DeskDatabase
from api.desk.jobs import INSIDE, OUTPUT, Jobs
from api.desk.types import Job, State, Step
from corpus.home import Home

LOCK_WAIT_S: Final = 5.0  # another runner may be about to end
LOOK_EVERY_S: Final = 0.5
GRACE_S: Final = 15.0  # seconds a step has to end when it is interrupted
NICE: Final = 5
_ROOT: Final = Path(__file__).resolve().parents[2]
_COMMAND: Final = "import sys; sys.path.append(sys.argv.pop(1)); from cli.main import main; main()"


class Runner:
    """Runs jobs of a home."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._ending = False

    def end(self, _signal: int, _frame: FrameType | None) -> None:
        """Stop what runs and begin nothing new."""
        self._ending = True

    def run(self) -> None:
        """Run what waits, unless another process does already."""
        try:
            with self._jobs.lock(wait_s=LOCK_WAIT_S):
                self._jobs.break_off()
                while not self._ending and (job := self._jobs.begin()):
                    self._jobs.end(job, self._run(job))
        except Timeout:
            return

    def _run(self, job: Job) -> State:
        folder = self._jobs.folder / job.folder
        with (folder / OUTPUT).open("ab") as output:
            for step in job.steps:
                state = self._take(step, job, folder, output)
                if state is not State.DONE:
                    return state
        return State.DONE

    def _take(self, step: Step, job: Job, folder: Path, output: IO[bytes]) -> State:
        output.write(f"> evidence {step.words[0]}\n".encode())
        output.flush()
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _COMMAND, str(_ROOT), *step.words],
            cwd=folder / INSIDE if step.inside else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(),
            start_new_session=True,
        )
        while True:
            try:
                return State.FAILED if process.wait(LOOK_EVERY_S) else State.DONE
            except subprocess.TimeoutExpired:
                if self._ending or self._jobs.is_stopping(job):
                    _stop(process)
                    return State.STOPPED


def _environment() -> dict[str, str]:
    """Of a command: that of the service, but that it may work with every core."""
    kept = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    return {**kept, "PYTHONUNBUFFERED": "1", "COLUMNS": "100", "NO_COLOR": "1"}


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a step as Ctrl-C does; end it where that is not heard."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main(home: str) -> None:
    """Run the jobs of a home."""
    place = Home(Path(home))
    runner = Runner(Jobs(place, DeskDatabase(place.desk)))
    signal.signal(signal.SIGTERM, runner.end)
    os.nice(NICE)
    runner.run()
