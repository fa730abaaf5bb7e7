"""Many askers at once against a real server, with a new index and a new report in the middle.

    python -m benchmarks.load HOME [--workers 2] [--askers 50] [--seconds 60] [--questions FILE]

HOME holds an index and is changed: take a copy. The server runs on loopback. After an eighth of the
time a report is added and indexed, so that the server moves to a new index; then the index is
rebuilt from what was read, and it moves again. Everybody asks until both have happened, for as long
as was said at least, and five minutes at most. Prints errors, p50, p95 and p99, questions a second,
and the server's memory before and after. Exits with 1 where anything failed.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.load.server import EVIDENCE, Server
from client import AsyncEvidenceClient, ClientError, Retries

QUESTIONS: Final = Path(__file__).parents[1] / "relevance" / "policy" / "questions_a.jsonl"
LONGEST_S: Final = 300.0
SETTLED_S: Final = 5.0  # after which every worker has moved to a new index
REPORT: Final = (
    "Allotments for older people living alone\n\n"
    "A trial gave allotment plots to older people who lived alone. Loneliness fell by a fifth "
    "within a year, and the plots cost little."
)


@dataclass(slots=True)
class Tally:
    """What the askers saw: milliseconds of each answer, errors by kind, generations."""

    took_ms: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    generations: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--askers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--port", type=int, default=8149)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in options.questions.open(encoding="utf-8")]
    with Server(options.home, options.port, options.workers) as server:
        asyncio.run(_warm(server, questions))
        before = server.memory()
        tally = Tally()
        start = time.monotonic()
        asyncio.run(_run(server, questions, options, tally))
        lasted = time.monotonic() - start
        time.sleep(3)  # the last of the old indexes are let go
        after = server.memory()
    load = os.getloadavg()[0]
    print(f"{len(os.sched_getaffinity(0))} cores, load {load:.1f}, {options.workers} workers, "
          f"{options.askers} askers, {lasted:.0f} s, {len(questions)} questions")  # fmt: skip
    p50, p95, p99 = np.percentile(tally.took_ms, [50, 95, 99])
    print(f"{len(tally.took_ms):,} answers, {len(tally.took_ms) / lasted:.1f} a second: "
          f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms")  # fmt: skip
    print(f"errors: {sum(tally.errors.values())} {dict(tally.errors) or ''}")
    print(f"answers by generation: {dict(tally.generations)}")
    print(f"memory of the server before: {before}; after: {after}")
    if tally.errors or len(tally.generations) < 2:  # noqa: PLR2004 - before and after the swap
        sys.exit(1)


async def _warm(server: Server, questions: list[str]) -> None:
    """Every thread of every worker has answered something."""
    async with AsyncEvidenceClient(server.address) as client:
        await asyncio.gather(*(client.search(question) for question in questions * 2))


async def _run(
    server: Server, questions: list[str], options: argparse.Namespace, tally: Tally
) -> None:
    start = time.monotonic()
    numbers = count()
    async with asyncio.TaskGroup() as tasks:
        change = tasks.create_task(_change(server.home, options.seconds))

        def going_on() -> bool:
            lasted = time.monotonic() - start
            return lasted < options.seconds or (not change.done() and lasted < LONGEST_S)

        for _ in range(options.askers):
            tasks.create_task(_ask(server, questions, numbers, going_on, tally))


async def _ask(
    server: Server,
    questions: list[str],
    numbers: "count[int]",
    going_on: Callable[[], bool],
    tally: Tally,
) -> None:
    """One asker: a question after the other, over one connection, without a pause or a retry."""
    async with AsyncEvidenceClient(server.address, retries=Retries(most=0)) as client:
        while going_on():
            number = next(numbers)
            question = questions[number % len(questions)]
            start = time.perf_counter()
            try:
                answer = await client.search(question)
            except ClientError as error:
                tally.errors[f"{type(error).__name__}: {error}"[:80]] += 1
                continue
            tally.took_ms.append((time.perf_counter() - start) * 1000)
            tally.generations[answer["generation"]] += 1


async def _change(home: Path, seconds: float) -> None:
    """Add and index a report, then rebuild the index, while everybody asks."""
    report = home.parent / f"{home.name}-allotments.txt"
    report.write_text(REPORT, encoding="utf-8")
    await asyncio.sleep(seconds / 8)
    await _evidence("add", str(report), "--home", str(home))
    await _evidence("index", "--workers", "1", "--home", str(home))
    await _evidence("index", "--rebuild", "--workers", "1", "--home", str(home))
    await asyncio.sleep(SETTLED_S)
    report.unlink()


async def _evidence(*words: str) -> None:
    start = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *EVIDENCE, *words, stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"evidence {words[0]} failed: {told.decode()}")
    print(f"evidence {words[0]} took {time.monotonic() - start:.0f} s beside the askers")


if __name__ == "__main__":
    main()
