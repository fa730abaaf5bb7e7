"""Scores of two retrievers into one, and then those of tokens: weighted sums of z-scores.

Each half's scores are standardised over the same candidates before they are added, so that
cosines and BM25 scores can be weighed against each other (Lee, 1997, "Analyses of multiple
evidence combination"; the z-score form is from Renda and Straccia, 2003). A candidate only
one half proposed is scored by the other half too, so nothing has to be guessed.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

SMALLEST_SPREAD: Final = 1e-9
SMALLEST_GAP: Final = 1e-3  # between those that were compared and the others


@dataclass(frozen=True, slots=True)
class FusionRules:
    """`depth`: candidates taken from each half. `dense_weight`: from 0 (lexical only) to 1.

    The best `compared` of them are put in order anew by their tokens too, whose weight beside
    that of both halves together is `token_weight`: less by the square where the question has more
    than `many_tokens` (docs/relevance.md, Tokens).
    """

    depth: int = 200
    dense_weight: float = 0.6
    compared: int = 50
    token_weight: float = 2.5
    many_tokens: int = 16

    def weight_of(self, tokens: int) -> float:
        """What the tokens of a question that has so many weigh beside both halves."""
        return self.token_weight * min(1.0, (self.many_tokens / max(tokens, 1)) ** 2)


def fuse(dense: Values, lexical: Values, rules: FusionRules) -> Values:
    """One score for each candidate: arrays of one length in, one array out; higher is better."""
    weight = rules.dense_weight
    halves = weight * standardise(dense) + (1 - weight) * standardise(lexical)
    return np.asarray(halves, np.float32)


def refine(fused: Values, tokens: Values, weight: float) -> Values:
    """Fused scores with those of tokens added; what has none keeps its place below the others.

    Args:
        fused: of all candidates, best first.
        tokens: of the first of them, as many as were compared.
        weight: of tokens beside both halves.
    """
    compared = len(tokens)
    if not compared:
        return fused
    best = standardise(fused[:compared]) + weight * standardise(tokens)
    rest = fused[compared:]
    lowered = rest - (rest[0] - best.min()) - SMALLEST_GAP if len(rest) else rest
    return np.concatenate([best, lowered]).astype(np.float32)


def standardise(scores: Values) -> Values:
    """Scores with mean 0 and standard deviation 1; all zero where they do not differ."""
    spread = scores.std() if len(scores) else 0.0
    if spread < SMALLEST_SPREAD:
        return np.zeros_like(scores)
    return np.asarray((scores - scores.mean()) / spread, np.float32)
