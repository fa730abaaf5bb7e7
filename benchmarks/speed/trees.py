"""Whole answers of several checkouts of this program, question by question in turns.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.speed.trees HOME now=. before=../older [--rounds 5]

A machine whose speed changes from minute to minute makes one run of each tell nothing. Here each
tree has a process of its own with the same index open; eight policy questions (dev) are asked of
one, then of the other, and another is first the next time. `now=.:1` encodes questions by
so many threads, `now=.@OTHER` asks another home. Prints the medians of all stages, of processor
time, and each tree's ratio to the first: of time the median over questions, of processor time that
of the sums.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.relevance.policy.questions import load_questions
from corpus.home import Home
from search.encoder.load import for_questions, load_encoder
from search.index.generations import Generations
from search.loading import encoder_folder
from search.searcher import Searcher

AT_A_TIME: Final = 8  # questions
READY: Final = "ready"
CPU: Final = "cpu"
TOTAL: Final = "total"
SHOWN_FROM: Final = 0.05  # ms

Took = dict[str, float]


def main() -> None:
    """Measure and print; or be the process of one tree, which is told which questions to ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("trees", nargs="*", metavar="NAME=FOLDER[:THREADS][@HOME]")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.trees:
        measure(given.home.resolve(), given.trees, given.rounds)
    else:
        answer(given.home, given.threads or for_questions())


def answer(home: Path, threads: int) -> None:
    """Ask the questions from each place that comes in, until none comes."""
    index = Generations(Home(home).index).open_current()
    folder = encoder_folder(Home(home), index.manifest.encoder.name)
    searcher = Searcher(index, load_encoder(folder, together=threads))
    questions = [each.question for each in load_questions("dev")]
    for question in questions:
        searcher.ask(question)
    gc.collect()
    gc.freeze()
    print(READY, flush=True)
    for line in sys.stdin:
        took = [_timed(searcher, each) for each in questions[int(line) :][:AT_A_TIME]]
        print(json.dumps(took), flush=True)


def _timed(searcher: Searcher, question: str) -> Took:
    start = time.process_time()
    took = dict(searcher.ask(question).took_ms)
    return took | {CPU: (time.process_time() - start) * 1000}


class Tree:
    """The process of one tree."""

    def __init__(self, home: Path, told: str) -> None:
        self.name, _, where = told.partition("=")
        where, _, other = where.partition("@")
        folder, _, threads = where.partition(":")
        self.folder = Path(folder).resolve()
        given = [] if not threads else ["--threads", threads]
        asked = str(Path(other or home).resolve())
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).resolve()), asked, *given],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.took: list[Took] = []

    def heard(self) -> str:
        """The next line it says."""
        if not self._process.stdout or not (line := self._process.stdout.readline()):
            raise SystemExit(f"{self.name} ended; above is why.")
        return line.strip()

    def ask(self, first: int) -> None:
        """Have it ask some questions."""
        print(first, file=self._process.stdin, flush=True)
        self.took += json.loads(self.heard())

    def of(self, stage: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """Milliseconds of a stage, by question asked."""
        return np.array([each.get(stage, 0.0) for each in self.took])


def measure(home: Path, told: list[str], rounds: int) -> None:
    """Ask all trees in turns, and print."""
    from benchmarks.speed.table import commit, heading  # noqa: PLC0415 - of this tree alone

    print(heading(), flush=True)
    trees = [Tree(home, each) for each in told]
    for tree in trees:
        while tree.heard() != READY:
            pass
    batches = range(0, len(load_questions("dev")), AT_A_TIME)
    for turn in range(rounds):
        for place, batch in enumerate(batches):
            first = (turn + place) % len(trees)
            for tree in (*trees[first:], *trees[:first]):
                tree.ask(batch)
    base = trees[0]
    for tree in trees:
        stages = {stage: float(np.median(tree.of(stage))) for stage in tree.took[0]}
        shown = ", ".join(f"{s} {ms:.2f}" for s, ms in stages.items() if ms >= SHOWN_FROM)
        ratio = np.median(tree.of(TOTAL) / base.of(TOTAL))
        used = tree.of(CPU).sum() / base.of(CPU).sum()
        p95 = np.percentile(tree.of(TOTAL), 95)
        name = f"{tree.name} ({commit(tree.folder)})"
        print(f"{name}: {shown} ms; p95 {p95:.1f}; ratio {ratio:.3f}, processor {used:.3f}")


if __name__ == "__main__":
    main()
