"""Candidates of both halves of an embedded index, each scored by both.

Where there are many passages, their words are gone through while the question is encoded: both
take milliseconds, and neither is Python's.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from search.index.types import Allowed, Candidates, Ordinals, Proposed, Retriever, Scores
from search.stopwatch import Stopwatch

Q = TypeVar("Q")

MANY: Final = 100_000  # passages, from which on a thread for their words is worth its while
_ASIDE: Final = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="words")


def propose(
    question: str,
    vector: Callable[[], NDArray[np.float32]],
    depth: int,
    *,
    dense: Retriever[NDArray[np.float32]],
    lexical: Retriever[str],
    allowed: Allowed | None,
    watch: Stopwatch,
) -> Proposed:
    """The `depth` best of each half, and what each half makes of the other's."""
    aside = None
    if len(lexical) >= MANY:
        aside = _ASIDE.submit(lexical.search, question, depth, allowed)
    asked = vector()
    with watch.stage("dense"):
        by_dense = dense.search(asked, depth, allowed)
    with watch.stage("lexical"):
        by_lexical = aside.result() if aside else lexical.search(question, depth, allowed)
    with watch.stage("fuse"):
        ordinals = np.union1d(by_dense.ordinals, by_lexical.ordinals)
        return Proposed(
            ordinals=ordinals,
            dense=_completed(asked, by_dense, dense, ordinals),
            lexical=_completed(question, by_lexical, lexical, ordinals),
            dense_rank=ranks(by_dense.ordinals),
            lexical_rank=ranks(by_lexical.ordinals),
        )


def _completed(query: Q, found: Candidates, half: Retriever[Q], ordinals: Ordinals) -> Scores:
    """What a half makes of each of these: of those it found as it found them."""
    scores = np.zeros(len(ordinals), np.float32)
    missing = np.ones(len(ordinals), np.bool_)
    places = np.searchsorted(ordinals, found.ordinals)
    scores[places], missing[places] = found.scores, False
    scores[missing] = half.score(query, ordinals[missing])
    return scores


def ranks(best_first: Ordinals) -> dict[int, int]:
    """The rank, from 1, of each ordinal."""
    return {ordinal: rank for rank, ordinal in enumerate(best_first.tolist(), start=1)}
