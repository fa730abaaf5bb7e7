"""Files that hang, eat memory or crash their worker fail alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from corpus.reading.workers import ReadJob, ReadLimits, ReadOutcome, end_after, read_many
from corpus.types import Document
from indexer.workforce import Processes
from tests.readers import by_name

LIMITS = ReadLimits(seconds=8, memory_mib=800)  # a busy machine takes some to begin


@pytest.fixture(scope="module")
def outcomes() -> dict[str, ReadOutcome[Document]]:
    names = ["fine", "hang", "eat", "crash", "refuse", "raise", "fine again"]
    jobs = [ReadJob(name, Path(name), name) for name in names]
    return {o.key: o for o in read_many(jobs, workers=2, limits=LIMITS, read=by_name)}


def test_the_rest_goes_on(outcomes: dict[str, ReadOutcome[Document]]) -> None:
    assert len(outcomes) == 7
    assert outcomes["fine"].found is not None
    assert outcomes["fine again"].found is not None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("hang", "more than 8 seconds"),
        ("eat", "more memory"),
        ("crash", "crashed its process"),
        ("refuse", "It is a picture. Save it as PDF."),
        ("raise", "AttributeError"),
    ],
)
def test_each_failure_has_its_reason(
    outcomes: dict[str, ReadOutcome[Document]], name: str, told: str
) -> None:
    assert outcomes[name].found is None
    assert told in (outcomes[name].error or "")
    assert "Traceback" not in (outcomes[name].error or "")


def test_stopping_early_stops_the_workers() -> None:
    jobs = (ReadJob(str(n), Path("x"), "fine") for n in range(10_000))
    outcomes = read_many(jobs, workers=1, limits=LIMITS, read=by_name)
    assert next(outcomes).found is not None
    outcomes.close()  # type: ignore[attr-defined]


def test_no_more_processes_begin_than_there_are_files(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []

    def read(_: object, *, workers: int, **__: object) -> Iterator[ReadOutcome[Document]]:
        begun.append(workers)
        return iter(())

    monkeypatch.setattr("indexer.workforce.read_many", read)
    for count in (0, 1, 9):
        list(Processes(4).read([ReadJob("a", Path("a"), "a")] * count, LIMITS))
    assert begun == [1, 1, 4]


_READ = """
from pathlib import Path
from corpus.reading.workers import ReadJob, ReadLimits, read_many
from tests.readers import by_name
jobs = [ReadJob(name, Path(name), name) for name in ("fine", "hang")]
for outcome in read_many(jobs, workers=2, limits=ReadLimits(seconds=10), read=by_name):
    print(outcome.key, flush=True)
"""


def test_whoever_is_killed_leaves_no_process_behind() -> None:
    command = [sys.executable, "-c", _READ]
    reading = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert reading.stdout is not None
    assert reading.stdout.readline() == "fine\n"
    time.sleep(1)  # the other hangs
    reading.kill()
    reading.communicate()
    ends = time.monotonic() + 60
    with suppress(ProcessLookupError):
        while time.monotonic() < ends:
            os.killpg(reading.pid, 0)
            time.sleep(0.2)
        pytest.fail("Readers, or what forked them, outlived who was killed.")


_ALONE = """
import runpy, sys
from corpus import drawing
drawing.SECONDS = 0.5
runpy.run_module(sys.argv.pop(1), run_name="__main__")
"""


@pytest.mark.parametrize(
    ("module", "given"), [("corpus.uploaded", ["a.pdf", "800", "0.5"]), ("corpus.drawn", ["800"])]
)
def test_a_process_that_nobody_ends_ends_itself(
    tmp_path: Path, module: str, given: list[str]
) -> None:
    hangs = tmp_path / "hangs.pdf"
    os.mkfifo(hangs)  # nobody ever writes to it
    command = [sys.executable, "-c", _ALONE, module, str(hangs), *given]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as hanging:  # nor is an order given
        assert hanging.wait(60) == -signal.SIGALRM


def test_a_time_beyond_any_clock_is_taken() -> None:
    before = signal.getitimer(signal.ITIMER_REAL)  # the limit of this very test, perhaps
    try:
        for seconds in (float("inf"), 3e9):
            end_after(seconds)
            assert signal.getitimer(signal.ITIMER_REAL)[0] > 86_000
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
