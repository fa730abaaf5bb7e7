"""The top of a ranking put in a new order by a reranker.

A passage's new score is the mean of two z-scores over the passages read: the reranker's logit and
the score of fusion, so that the reranker does not overrule retrieval where it is unsure.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from corpus.passages import embedded_text
from search.fusion import standardise
from search.reranker import Reranker
from search.types import ScoredPassage, Standing

RERANKER_WEIGHT: Final = 0.5


def rerank(
    question: str, ranking: Sequence[ScoredPassage], reranker: Reranker
) -> tuple[ScoredPassage, ...]:
    """A ranking whose best, as many as the reranker reads, are in a new order.

    Each is told where the reranker put it. Their scores are raised together where they would fall
    below those of the rest.
    """
    hits, rest = ranking[: reranker.passages], ranking[reranker.passages :]
    if not hits:
        return ()
    texts = [embedded_text(hit.report.title, hit.passage) for hit in hits]
    logits = reranker.score(question, texts)
    before = standardise(np.array([hit.score for hit in hits], np.float32))
    scores = RERANKER_WEIGHT * standardise(logits) + (1 - RERANKER_WEIGHT) * before
    if rest:
        scores += max(0.0, rest[0].score - float(scores.min()))
    places = np.argsort(np.argsort(-logits, kind="stable"), kind="stable")
    order = np.argsort(-scores, kind="stable")
    read = (
        replace(
            hits[place],
            rank=rank,
            score=float(scores[place]),
            reranked=Standing(int(places[place]) + 1, float(logits[place])),
        )
        for rank, place in enumerate(order.tolist(), start=1)
    )
    return (*read, *rest)
