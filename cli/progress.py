"""Progress bars on standard error, with rate and time left; plain lines where it is no terminal."""

import time
from collections import Counter
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

TELL_EVERY_S: Final = 10.0  # in a log, of a stage that takes long


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Units a second."""
        speed = task.finished_speed or task.speed
        unit = task.fields["unit"]
        return Text(f"{speed:,.1f} {unit}/s" if speed else unit, style="dim")


class TerminalProgress:
    """A `Progress` for people: a bar a stage, however often it comes. A context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(compact=True),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._totals = Counter[str]()
        self._task: TaskID | None = None
        self._stage: tuple[str, int, str] | None = None
        self._done = 0
        self._since = self._told = 0.0

    def __enter__(self) -> Self:
        """Start drawing."""
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing; the last stage's line stays."""
        if kind is None:
            self._finish()
        self._bars.stop()

    def start(self, stage: str, total: int, unit: str) -> None:
        """Begin a stage's bar, or go on with it: parts of an index all go through the same."""
        self._finish()
        self._stage, self._done = (stage, total, unit), 0
        self._since = self._told = time.monotonic()
        self._totals[stage] += total
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, unit=unit)
        self._task = self._tasks[stage]
        self._bars.update(self._task, total=self._totals[stage])

    def advance(self, count: int = 1) -> None:
        """Move the bar on."""
        self._done += count
        if self._task is not None:
            self._bars.advance(self._task, count)
        if self._stage and not self._console.is_terminal:
            now = time.monotonic()
            if now - self._told >= TELL_EVERY_S:
                stage, total, unit = self._stage
                self.say(f"{stage}: {self._done:,} of {total:,} {unit} so far")
                self._told = now

    def say(self, message: str) -> None:
        """Print a line above the bars."""
        self._bars.console.print(message, highlight=False, markup=False, soft_wrap=True)

    def _finish(self) -> None:
        if self._stage and not self._console.is_terminal:
            stage, total, unit = self._stage
            seconds = time.monotonic() - self._since
            self.say(f"{stage}: {self._done:,} of {total:,} {unit} in {seconds:.1f} s")
        self._stage = None
