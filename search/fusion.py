"""Scores of two retrievers and of sentences into one: the weighted sum of z-scores.

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


@dataclass(frozen=True, slots=True)
class FusionRules:
    """`depth`: candidates taken from each half. `dense_weight`: from 0 (lexical only) to 1.

    `sentence_weight` is what a candidate's best sentence adds.
    """

    depth: int = 200
    dense_weight: float = 0.6
    sentence_weight: float = 0.2


def fuse(dense: Values, lexical: Values, sentence: Values, rules: FusionRules) -> Values:
    """One score for each candidate: arrays of one length in, one array out; higher is better."""
    halves = rules.dense_weight * standardise(dense) + (1 - rules.dense_weight) * standardise(
        lexical
    )
    return np.asarray(halves + rules.sentence_weight * standardise(sentence), np.float32)


def standardise(scores: Values) -> Values:
    """Scores with mean 0 and standard deviation 1; all zero where they do not differ."""
    spread = scores.std() if len(scores) else 0.0
    if spread < SMALLEST_SPREAD:
        return np.zeros_like(scores)
    return np.asarray((scores - scores.mean()) / spread, np.float32)
