"""Whether policy questions find their page, and whether the service knows when nothing answers.

    EVIDENCE_HOME=HOME evidence add ../shared/reports && EVIDENCE_HOME=HOME evidence index
    python -m benchmarks.relevance.policy HOME [--part dev] [--misses]

Answerability is measured on two kinds of questions without an answer: judged unanswerable,
and answerable ones whose report is left out of the ranking.
"""

import argparse
import platform
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.relevance.policy.questions import Question, load_questions
from search.loading import load_searcher
from search.searcher import LOOKED_AT, Searcher
from search.types import ScoredPassage

KEPT = 0.95  # of true answers
DEPTH = 100
GOAL = 3  # the page should stand among so many

Values = NDArray[np.float64]


def main() -> None:
    """Ask, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--part", choices=["dev", "test"], default="dev")
    parser.add_argument("--misses", action="store_true", help="print what dev questions missed")
    given = parser.parse_args()
    searcher = load_searcher(given.home)
    questions = load_questions(given.part)
    counts = searcher.counts
    print(
        f"Python {platform.python_version()}, {searcher.spec.name} ({searcher.spec.runtime}), "
        f"{counts.reports} reports, {counts.passages} passages; part {given.part}"
    )
    rankings = [_ask(searcher, question) for question in questions]
    asked = list(zip(questions, rankings, strict=True))
    _ranking([(q, hits) for q, hits in asked if q.answerable])
    true = _confidence([hits for q, hits in asked if q.answerable])
    false = {
        "judged unanswerable": [hits for q, hits in asked if not q.answerable],
        "report left out": [
            tuple(hit for hit in hits if not q.in_report(hit)) for q, hits in asked if q.answerable
        ],
    }
    for kind, some in false.items():
        _absence(kind, true, _confidence(some))
    if given.misses and given.part == "dev":
        _misses(asked)


def _ask(searcher: Searcher, question: Question) -> tuple[ScoredPassage, ...]:
    return searcher.ask(question.question, k=DEPTH).hits


def _ranking(asked: Sequence[tuple[Question, Sequence[ScoredPassage]]]) -> None:
    pages, reports = (
        np.array([_rank([right(q, hit) for hit in hits]) for q, hits in asked])
        for right in (Question.answered_by, Question.in_report)
    )
    told = [f"page in top {k}: {np.mean(pages <= k):.1%}" for k in (1, GOAL, 10, 50)]
    told.append(f"report in top {GOAL}: {np.mean(reports <= GOAL):.1%}")
    print(f"{len(asked)} answerable: {', '.join(told)}; MRR of the page {np.mean(1 / pages):.3f}")


def _rank(right: Sequence[bool]) -> float:
    return right.index(True) + 1 if True in right else float("inf")


def _confidence(rankings: Sequence[Sequence[ScoredPassage]]) -> Values:
    return np.array([max((h.confidence for h in hits[:LOOKED_AT]), default=0) for hits in rankings])


def _absence(kind: str, true: Values, false: Values) -> None:
    above, level = true[:, None] > false[None, :], true[:, None] == false[None, :]
    wins = above.mean() + 0.5 * level.mean()
    threshold = np.quantile(true, 1 - KEPT)
    print(
        f"{kind} ({len(false)}): AUROC {wins:.3f}; with {KEPT:.0%} of true answers kept, "
        f"{np.mean(false >= threshold):.1%} answered falsely (threshold {threshold:.2f})"
    )


def _misses(asked: Sequence[tuple[Question, Sequence[ScoredPassage]]]) -> None:
    for question, hits in asked:
        rank = _rank([question.answered_by(hit) for hit in hits])
        if question.answerable and rank > GOAL:
            first = hits[0]
            print(f"{question.id} rank {rank:g}: {question.question}")
            print(f"    {first.report.file}: {' '.join(first.passage.text.split())[:100]}")


if __name__ == "__main__":
    start = perf_counter()
    main()
    print(f"{perf_counter() - start:.0f} s")
