"""How long an answer takes, in a warm process and in a fresh one, stage by stage.

    python -m benchmarks.speed.asking HOME [--questions FILE] [--rounds 3]

HOME holds an index; FILE has a question a line (a BEIR queries.jsonl will do). Prints the
index, the machine, p50, p95 and p99 of the whole and each stage's share, and the time of
`evidence ask` from start to end.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.speed.table import heading
from search.index.generations import Generations
from search.loading import load_searcher

FRESH = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(heading(), flush=True)
    questions = read_questions(options.questions)
    manifest = Generations(options.home / "index").manifest()
    print(f"{manifest.counts}, {manifest.dense}, {manifest.encoder.runtime}")
    warm(options.home, questions, options.rounds)
    fresh(options.home, questions[0])


def read_questions(file: Path) -> list[str]:
    """Questions, from plain lines or BEIR lines."""
    lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [json.loads(line)["text"] if line.startswith("{") else line for line in lines]


def warm(home: Path, questions: list[str], rounds: int) -> None:
    """Every question, several times, in one process."""
    searcher = load_searcher(home)
    for question in questions[:20]:
        searcher.ask(question)
    totals: list[float] = []
    stages: dict[str, float] = {}
    for _ in range(rounds):
        for question in questions:
            start = time.perf_counter()
            answer = searcher.ask(question)
            totals.append((time.perf_counter() - start) * 1000)
            for stage, took in answer.took_ms.items():
                stages[stage] = stages.get(stage, 0.0) + took
    p50, p95, p99 = np.percentile(totals, [50, 95, 99])
    print(f"warm, {len(totals):,} answers: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms")
    whole = stages.pop("total")
    shares = ", ".join(f"{stage} {took / whole:.0%}" for stage, took in stages.items())
    print(f"share of each stage: {shares}")


def fresh(home: Path, question: str) -> None:
    """`evidence ask` from start to end, each time a new process."""
    command = [sys.executable, "-c", "from cli.main import main; main()", "ask", question]
    took = []
    for _ in range(FRESH):
        start = time.perf_counter()
        subprocess.run([*command, "--home", str(home)], check=True, capture_output=True)
        took.append(time.perf_counter() - start)
    print(f"fresh process, {FRESH} times: median {statistics.median(took):.2f} s, "
          f"most {max(took):.2f} s")  # fmt: skip


if __name__ == "__main__":
    main()
