"""Hybrid retrieval: candidates of both halves, completed, fused and put in order."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Encoded
from search.fusion import SMALLEST_GAP, FusionRules, fuse, refine
from search.index.tokens import TokenHalf
from search.index.types import Allowed, Candidates, Ordinals, Retriever, Scores


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds by stage."""

    took_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside and file it under `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            took = (time.perf_counter() - start) * 1000
            self.took_ms[name] = round(self.took_ms.get(name, 0.0) + took, 3)


@dataclass(frozen=True, slots=True)
class Fused:
    """All candidates of a question, best first, and what each half made of them.

    `dense` and `lexical` are scores of every candidate, shape (candidates,), `halves` what both
    come to, and `tokens` the late interaction, not a number where it was not looked at.
    `dense_rank` and `lexical_rank` give an ordinal's rank (from 1) where that half proposed it.
    """

    ordinals: Ordinals
    scores: Scores
    dense: Scores
    lexical: Scores
    halves: Scores
    tokens: Scores
    dense_rank: dict[int, int]
    lexical_rank: dict[int, int]


def retrieve(
    question: str,
    asked: Encoded,
    *,
    dense: Retriever[NDArray[np.float32]],
    lexical: Retriever[str],
    tokens: TokenHalf | None,
    rules: FusionRules,
    allowed: Allowed | None = None,
    watch: Stopwatch | None = None,
) -> Fused:
    """Ask both halves, score every candidate by both, fuse; then compare the best by tokens.

    Ties go to the lower ordinal.
    """
    watch = watch or Stopwatch()
    with watch.stage("dense"):
        by_dense = dense.search(asked.vector, rules.depth, allowed)
    with watch.stage("lexical"):
        by_lexical = lexical.search(question, rules.depth, allowed)
    with watch.stage("fuse"):
        ordinals = np.union1d(by_dense.ordinals, by_lexical.ordinals)
        dense_scores = dense.score(asked.vector, ordinals)
        lexical_scores = _completed(question, by_lexical, lexical, ordinals)
        halves = fuse(dense_scores, lexical_scores, rules)
    with watch.stage("tokens"):
        order = np.lexsort((ordinals, -halves))
        looked_at = order[: rules.compared] if tokens and asked.tokens else order[:0]
        token_scores = np.full(len(ordinals), np.nan, np.float32)
        if tokens and asked.tokens:
            token_scores[looked_at] = tokens.score(asked.tokens, ordinals[looked_at])
        scores = np.empty_like(halves)
        scores[order] = refine(halves[order], token_scores[looked_at], rules)
        order = np.lexsort((ordinals, -scores))
    return Fused(
        ordinals=ordinals[order],
        scores=scores[order],
        dense=dense_scores[order],
        lexical=lexical_scores[order],
        halves=halves[order],
        tokens=token_scores[order],
        dense_rank=_ranks(by_dense),
        lexical_rank=_ranks(by_lexical),
    )


def deeper(before: Fused, proposed: Fused) -> Fused:
    """Candidates of a search, and after them those that only a deeper one proposed.

    The scores of the latter are lowered to lie below all of the former.
    """
    new = ~np.isin(proposed.ordinals, before.ordinals)
    scores = proposed.scores[new]
    if len(scores) and len(before.scores):
        scores = scores - max(0.0, scores[0] - before.scores[-1] + SMALLEST_GAP)
    return Fused(
        ordinals=np.concatenate([before.ordinals, proposed.ordinals[new]]),
        scores=np.concatenate([before.scores, scores]).astype(np.float32),
        dense=np.concatenate([before.dense, proposed.dense[new]]),
        lexical=np.concatenate([before.lexical, proposed.lexical[new]]),
        halves=np.concatenate([before.halves, proposed.halves[new]]),
        tokens=np.concatenate([before.tokens, proposed.tokens[new]]),
        dense_rank=proposed.dense_rank,
        lexical_rank=proposed.lexical_rank,
    )


def _completed(
    question: str, found: Candidates, lexical: Retriever[str], ordinals: Ordinals
) -> Scores:
    scores = np.zeros(len(ordinals), np.float32)
    scores[np.searchsorted(ordinals, found.ordinals)] = found.scores
    missing = np.setdiff1d(ordinals, found.ordinals)
    scores[np.searchsorted(ordinals, missing)] = lexical.score(question, missing)
    return scores


def _ranks(found: Candidates) -> dict[int, int]:
    return {int(ordinal): rank for rank, ordinal in enumerate(found.ordinals, start=1)}
