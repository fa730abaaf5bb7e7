"""Questions a second through HTTP, by the number of askers, beside the plain pipeline.

    python -m benchmarks.speed.askers HOME [--seconds 20] [--workers 2] [--port 9150]

HOME holds an index. `evidence serve` and the plain pipeline (`benchmarks.speed.plain`) run one
after the other over it, with as many workers each; askers send the policy questions without a
pause, each over a connection of its own, from this process, on the same cores. "New" questions
are never repeated (a mark at their end tells them apart); "repeated" ones are drawn as popular
things are (Zipf, exponent 1). Each answers ten passages. Before each kind 8 askers ask for 2 s,
which is not counted. `own` is the processor time that the asking itself takes, a question.
"""

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import quote
from urllib.request import urlopen

import numpy as np

from benchmarks.load.server import EVIDENCE
from benchmarks.relevance.policy.questions import load_questions
from benchmarks.speed.table import heading
from search.index.generations import Generations

ASKERS: Final = (1, 8, 64)
START_S: Final = 90.0
_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
Draw = Callable[[], str]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--port", type=int, default=9150)
    parser.add_argument("--only", choices=["evidence", "plain"])
    given = parser.parse_args()
    print(heading(), flush=True)
    manifest = Generations(given.home / "index").manifest()
    print(f"{manifest.counts}, {manifest.dense}; {given.workers} workers each")
    questions = [each.question for part in ("dev", "test") for each in load_questions(part)]
    home, workers, port = str(given.home), str(given.workers), str(given.port)
    os.environ["EVIDENCE_HOME"] = home
    if given.only != "plain":
        command = [*EVIDENCE, "serve", "--home", home, "--port", port, "--workers", workers]
        with _serving(command, f"http://127.0.0.1:{port}/readyz"):
            _measure("evidence, new", given, "/v1/search?q=", _new(questions))
            _measure("evidence, repeated", given, "/v1/search?q=", _repeated(questions))
    if given.only != "evidence":
        command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.speed.plain:app"]
        command += ["--port", port, "--workers", workers, "--log-level", "error"]
        with _serving(command, f"http://127.0.0.1:{port}/openapi.json"):
            _measure("plain, new", given, "/search?q=", _new(questions))


def _new(questions: Sequence[str]) -> Draw:
    numbers = count()

    def draw() -> str:
        turn, place = divmod(next(numbers), len(questions))
        return questions[place] + " ?" * turn

    return draw


def _repeated(questions: Sequence[str]) -> Draw:
    weights = [1 / rank for rank in range(1, len(questions) + 1)]
    chance = random.Random(0)  # noqa: S311 - a repeatable draw
    return lambda: chance.choices(questions, weights)[0]


@contextmanager
def _serving(command: Sequence[str], ready: str) -> Iterator[None]:
    start = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - start < START_S:
            try:
                with urlopen(ready):  # noqa: S310 - loopback
                    break
            except OSError:
                time.sleep(0.02)
        else:
            raise SystemExit(f"{ready} did not answer within {START_S:.0f} s.")
        print(f"ready after {time.perf_counter() - start:.2f} s", flush=True)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _measure(name: str, given: argparse.Namespace, path: str, draw: Draw) -> None:
    asyncio.run(_crowd(given.port, path, draw, 8, 2.0))  # every worker has answered something
    for askers in ASKERS:
        start = time.process_time()
        took = asyncio.run(_crowd(given.port, path, draw, askers, given.seconds))
        own = (time.process_time() - start) / len(took) * 1000
        p50, p95, p99 = np.percentile(np.array(took) * 1000, [50, 95, 99])
        rate = len(took) / given.seconds
        print(
            f"{name:<20} {askers:>3} askers: {rate:7.1f} a second; p50 {p50:6.0f}, p95 {p95:6.0f}, "
            f"p99 {p99:6.0f} ms; own {own:.2f} ms",
            flush=True,
        )


async def _crowd(port: int, path: str, draw: Draw, askers: int, seconds: float) -> list[float]:
    took: list[float] = []
    until = time.perf_counter() + seconds
    async with asyncio.TaskGroup() as tasks:
        for _ in range(askers):
            tasks.create_task(_ask(port, path, draw, until, took))
    return took


async def _ask(port: int, path: str, draw: Draw, until: float, took: list[float]) -> None:
    """One asker, with no more of HTTP than it needs, so that little of the cores is its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    while (start := time.perf_counter()) < until:
        asked = f"GET {path}{quote(draw())} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
        writer.write(asked.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise RuntimeError(head.decode())
        await reader.readexactly(int(length[1]))
        took.append(time.perf_counter() - start)
    writer.close()


if __name__ == "__main__":
    main()
