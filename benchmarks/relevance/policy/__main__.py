"""Whether policy questions find their page, and whether the service knows when nothing answers.

    EVIDENCE_HOME=HOME evidence add ../shared/reports && EVIDENCE_HOME=HOME evidence index
    python -m benchmarks.relevance.policy HOME [--part dev] [--misses]

Answerability is measured on two kinds of questions without an answer: judged unanswerable,
and answerable ones whose report is left out of the ranking.
"""

import argparse
import platform
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from benchmarks.relevance.policy.measure import (
    GOAL,
    Asked,
    absence_rows,
    ask_all,
    latency_rows,
    rank_of,
    ranking_rows,
)
from benchmarks.relevance.rows import HEAD
from search.loading import load_searcher


def main() -> None:
    """Ask, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--part", choices=["dev", "test"], default="dev")
    parser.add_argument("--misses", action="store_true", help="print what dev questions missed")
    given = parser.parse_args()
    searcher = load_searcher(given.home)
    counts = searcher.counts
    print(
        f"Python {platform.python_version()}, {searcher.spec.name} ({searcher.spec.runtime}), "
        f"{counts.reports} reports, {counts.passages} passages, generation {searcher.generation}"
    )
    asked = ask_all(searcher, given.part)
    print(HEAD)
    rows = chain(
        ranking_rows(asked, given.part),
        absence_rows(asked, given.part),
        latency_rows(searcher, given.part),
    )
    for row in rows:
        print(row)
    if given.misses and given.part == "dev":
        _misses(asked)


def _misses(asked: Sequence[Asked]) -> None:
    for question, hits in asked:
        rank = rank_of([question.answered_by(hit) for hit in hits])
        if question.answerable and rank > GOAL:
            first = hits[0]
            print(f"{question.id} rank {rank:g}: {question.question}")
            print(f"    {first.report.file}: {' '.join(first.passage.text.split())[:100]}")


if __name__ == "__main__":
    main()
