"""What a job of the desk is: what it is for, its steps, how far it is."""

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """What a job is for."""

    ADD = "add"
    SYNC = "sync"
    INDEX = "index"
    REMOVE = "remove"
    CHECK = "check"


class State(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    BROKEN = "broken"  # whatever ran it died

    @property
    def open(self) -> bool:
        """Whether it is still to end."""
        return self in {State.WAITING, State.RUNNING}


@dataclass(frozen=True, slots=True)
class Step:
    """The words after `evidence`; `inside`: run where the job's files are."""

    words: tuple[str, ...]
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A job. `about` is what it was asked with, `who` a key's id; times are ISO 8601."""

    number: int
    folder: str
    task: Task
    about: str
    who: str
    steps: tuple[Step, ...]
    state: State
    asked: str
    begun: str | None
    ended: str | None
    stopping: bool
