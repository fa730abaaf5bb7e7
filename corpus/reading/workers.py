"""Reading in worker processes, each file within a limit of time and memory.

A file that hangs, eats memory or crashes its worker is that file's failure: the worker is
ended, another takes its place, and the rest goes on.
"""

import logging
import multiprocessing
import resource
import signal
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from itertools import islice
from math import ceil
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from corpus.errors import EvidenceError

T = TypeVar("T")
_DAY_S: Final = 86_400  # beyond which no time is kept
LATE_S: Final = 5  # after its time a process ends itself, if nobody has ended it
_AHEAD: Final = 4  # jobs in flight for each worker


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What reading one file may take."""

    seconds: float = 120.0
    memory_mib: int = 2048


@dataclass(frozen=True, slots=True)
class ReadJob:
    """A file to read: `key` comes back with its outcome, `name` is what it was added as."""

    key: str
    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class ReadOutcome(Generic[T]):
    """What reading gave, or why it gave nothing; and how long it took."""

    key: str
    found: T | None
    error: str | None
    seconds: float


def read_many(
    jobs: Iterable[ReadJob], *, workers: int, limits: ReadLimits, read: Callable[..., T]
) -> Iterator[ReadOutcome[T]]:
    """Read files, several at a time, in the order they are done.

    Args:
        jobs: what to read; taken as workers come free.
        workers: processes.
        limits: for each file.
        read: an importable function of a path, a name and the seconds it may take, run in the
            workers.
    """
    # A process without threads imports what reads, once, and every worker is a fork of it: none
    # after the first waits for imports, nor does the next call.
    apart = multiprocessing.get_context("forkserver")
    apart.set_forkserver_preload([read.__module__])
    pool = ProcessPool(
        max_workers=workers,
        max_tasks=100,  # a worker's memory does not grow without end
        context=apart,
        initializer=limit_memory,
        initargs=[limits.memory_mib],
    )
    waiting = iter(jobs)
    running: dict[Future[Any], ReadJob] = {}
    future: Future[Any]
    try:
        while True:
            for job in islice(waiting, workers * _AHEAD - len(running)):
                future = pool.schedule(
                    _read_one,
                    args=[read, job.path, job.name, limits.seconds],
                    timeout=limits.seconds,
                )
                running[future] = job
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield _outcome(running.pop(future), future, limits)
    finally:
        pool.stop()
        pool.join()


def limit_memory(memory_mib: int) -> None:
    """Bound this process's address space; keep libraries' warnings off the terminal."""
    size = memory_mib * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


def end_after(seconds: float) -> None:
    """Have the kernel end this process `LATE_S` after its time, whatever it hangs in.

    Whoever began it keeps that time, and may have been killed; it would read for ever.
    """
    signal.alarm(ceil(min(seconds, _DAY_S)) + LATE_S)


def _read_one(
    read: Callable[..., T], path: Path, name: str, seconds: float
) -> tuple[T | str, float]:
    """In the worker: what reading gave or the reason, and the seconds it took."""
    start = time.perf_counter()
    end_after(seconds)
    try:
        found: T | str = read(path, name=name, seconds=seconds)
    except EvidenceError as error:
        found = f"{error} {error.cure}" if error.cure else str(error)
    except MemoryError:
        found = "Reading it takes more memory than allowed. Allow more with --memory."
    except RecursionError:
        found = "The file is nested too deeply to be read."
    except Exception as error:  # noqa: BLE001 - parsers raise anything on damaged files
        found = f"The file is damaged: {type(error).__name__}: {str(error)[:300]}"
    finally:
        signal.alarm(0)
    return found, time.perf_counter() - start


def _outcome(job: ReadJob, future: Future[Any], limits: ReadLimits) -> ReadOutcome[Any]:
    try:
        found, seconds = future.result()
    except FutureTimeout:
        reason = (
            f"Reading it took more than {limits.seconds:g} seconds and was stopped. "
            "Allow more with --timeout."
        )
        return ReadOutcome(job.key, None, reason, limits.seconds)
    except ProcessExpired as error:
        reason = f"Reading it crashed its process (exit {error.exitcode}): the file is damaged."
        return ReadOutcome(job.key, None, reason, 0.0)
    if isinstance(found, str):
        return ReadOutcome(job.key, None, found, seconds)
    return ReadOutcome(job.key, found, None, seconds)
