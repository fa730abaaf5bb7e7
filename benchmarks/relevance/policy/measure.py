"""What the policy questions say of a searcher: ranking, knowing of absence, latency."""

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.relevance.policy.questions import Question, load_questions
from benchmarks.relevance.rows import Row
from search.searcher import LOOKED_AT, Searcher
from search.types import ScoredPassage

KEPT: Final = 0.95  # of true answers
DEPTH: Final = 100
GOAL: Final = 3  # the page should stand among so many
TIMES: Final = 3  # each question is asked for its latency

Asked = tuple[Question, Sequence[ScoredPassage]]
Values = NDArray[np.float64]


def ask_all(searcher: Searcher, part: str) -> list[Asked]:
    """Every question of a part with its ranking."""
    return [(q, searcher.ask(q.question, k=DEPTH).hits) for q in load_questions(part)]


def ranking_rows(asked: Sequence[Asked], part: str) -> Iterator[Row]:
    """Where the right page and the right report stand."""
    answerable = [(q, hits) for q, hits in asked if q.answerable]
    pages, reports = (
        np.array([rank_of([right(q, hit) for hit in hits]) for q, hits in answerable])
        for right in (Question.answered_by, Question.in_report)
    )
    name = f"policy {part}, answerable"
    for k in (1, GOAL, 10, 50):
        yield Row(name, len(pages), f"right page in top {k}", float(np.mean(pages <= k)))
    yield Row(name, len(pages), f"right report in top {GOAL}", float(np.mean(reports <= GOAL)))
    yield Row(name, len(pages), "mean reciprocal rank of the page", float(np.mean(1 / pages)))


def absence_rows(
    asked: Sequence[Asked], part: str, foreign: Sequence[Sequence[ScoredPassage]] = ()
) -> Iterator[Row]:
    """How well answered questions are told from three kinds of unanswered ones.

    Args:
        asked: questions with their rankings.
        part: dev or test.
        foreign: rankings of questions from another field.
    """
    true = _confidence([hits for q, hits in asked if q.answerable])
    kinds: dict[str, list[Sequence[ScoredPassage]]] = {
        "judged unanswerable": [hits for q, hits in asked if not q.answerable],
        "report left out": [
            tuple(hit for hit in hits if not q.in_report(hit)) for q, hits in asked if q.answerable
        ],
        "foreign domain": list(foreign),
    }
    threshold = np.quantile(true, 1 - KEPT)
    for kind, rankings in kinds.items():
        if not rankings:
            continue
        false = _confidence(rankings)
        above, level = true[:, None] > false[None, :], true[:, None] == false[None, :]
        area = float(above.mean() + 0.5 * level.mean())
        name = f"policy {part}, {kind}"
        yield Row(name, len(false), "AUROC of confidence", area)
        wrong = float(np.mean(false >= threshold))
        yield Row(name, len(false), f"answered falsely, {KEPT:.0%} of answers kept", wrong)


def latency_rows(searcher: Searcher, part: str) -> Iterator[Row]:
    """Milliseconds of a full answer (statement, facets, highlights), warm, in process."""
    questions = load_questions(part)
    took = []
    for _ in range(TIMES):
        for question in questions:
            start = perf_counter()
            searcher.ask(question.question)
            took.append((perf_counter() - start) * 1000)
    for name, share in (("p50", 50), ("p95", 95)):
        value = float(np.percentile(took, share))
        yield Row(f"policy {part}, all", len(questions), f"full answer, {name}, ms", value)


def rank_of(right: Sequence[bool]) -> float:
    """The first right place, from 1; infinite where there is none."""
    return right.index(True) + 1 if True in right else float("inf")


def _confidence(rankings: Sequence[Sequence[ScoredPassage]]) -> Values:
    return np.array([max((h.confidence for h in hits[:LOOKED_AT]), default=0) for hits in rankings])
