"""Hybrid retrieval: candidates of both halves, completed, fused and put in order."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from search.encoder.types import Encoded
from search.fusion import SMALLEST_GAP, FusionRules, fuse, refine
from search.index.protocol import TokenScores
from search.index.types import Ordinals, Proposed, Scores
from search.stopwatch import Stopwatch

#: Encodes the question, once, when it is first asked for.
Encoding = Callable[[], Encoded]
#: Brings so many candidates of each half for a question.
Propose = Callable[[str, Encoding, int, Stopwatch], Proposed]


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
    encoding: Encoding,
    *,
    propose: Propose,
    tokens: TokenScores | None,
    rules: FusionRules,
    watch: Stopwatch | None = None,
) -> Fused:
    """Ask both halves, fuse their scores; then compare the best candidates by tokens.

    Ties go to the lower ordinal.
    """
    watch = watch or Stopwatch()
    found = propose(question, encoding, rules.depth, watch)
    asked = encoding()
    ordinals = found.ordinals
    with watch.stage("fuse"):
        halves = fuse(found.dense, found.lexical, rules)
    with watch.stage("tokens"):
        order = np.lexsort((ordinals, -halves))
        looked_at = order[: rules.compared] if tokens and asked.tokens else order[:0]
        token_scores = np.full(len(ordinals), np.nan, np.float32)
        weight = 0.0
        if tokens and asked.tokens:
            token_scores[looked_at] = tokens.score(asked.tokens, ordinals[looked_at])
            weight = rules.weight_of(len(asked.tokens.ids))
        scores = np.empty_like(halves)
        scores[order] = refine(halves[order], token_scores[looked_at], weight)
        order = np.lexsort((ordinals, -scores))
    return Fused(
        ordinals=ordinals[order],
        scores=scores[order],
        dense=found.dense[order],
        lexical=found.lexical[order],
        halves=halves[order],
        tokens=token_scores[order],
        dense_rank=found.dense_rank,
        lexical_rank=found.lexical_rank,
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
