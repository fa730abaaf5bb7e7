"""How many lists of a large index a question's nearest lie in, by how likely each holds any.

That differs by question: where a library is full of a subject they lie together, and where it has
little of one they are scattered over most lists. Lists are taken in order of the cosine `s` of the
question and their middles, and the cosine of the question and a vector of a list as logistic:

    P(cosine > t) = 1 / (1 + exp(slope * (t - s) / sqrt(1 - s * s)))

where cosines are so many times as large as vectors lie far from their middles, on average, which
drops out: `t` is found by how many are wanted. It was fitted to real questions and real passages,
whose tails are heavier than a normal distribution's (ADR 0034).
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Vectors
from search.index.types import Scores

COVERED: Final = 0.95  # of the nearest expected in any list, those in the lists gone through
NARROWED: Final = 0.995  # the same behind a filter, which leaves what lies far from many questions
UNTUNED: Final = 30.0  # slope of lists that were made before it was tuned
_STEP: Final = 0.01
_NEAR: Final = np.arange(-1 + _STEP / 2, 1, _STEP)  # middles of steps of s
_ABOVE: Final = np.arange(-0.2, 1.5, _STEP)  # steps of t


class LikelyLists:
    """Tells how far to go through the lists of one index. Safe to share by threads."""

    def __init__(self, middles: Vectors, slope: float, fewest: int) -> None:
        """`middles` of the lists, of unit length, (lists, dimension); of `fewest` at least."""
        # numpy is slow where FAISS has them, in no order of its liking.
        self._middles = np.require(middles, np.float32, ["C", "A"])
        self._fewest = fewest
        self._chances = _chances(slope)

    def count(
        self, query: NDArray[np.float32], held: NDArray[np.int64], k: int, covered: float = COVERED
    ) -> int:
        """In how many of the lists that hold any, nearest first, the k nearest are expected.

        Args:
            query: one unit vector, shape (dimension,).
            held: how many vectors of each list count, shape (lists,).
            k: how many of them are wanted.
            covered: the share of them to expect in those lists.
        """
        steps = ((self.cosines(query) + 1) / _STEP).astype(np.intp)  # which of s each list is in
        steps = np.clip(steps, 0, len(_NEAR) - 1)
        vectors = np.bincount(steps, held, len(_NEAR)).astype(np.float32)
        above = int(np.argmax(self._chances @ vectors <= k))
        expected = np.cumsum((self._chances[above] * vectors)[::-1])
        farthest = len(_NEAR) - 1 - int(np.searchsorted(expected, covered * expected[-1]))
        holding = held > 0
        likely = int(np.count_nonzero(holding & (steps >= farthest)))
        return min(int(np.count_nonzero(holding)), max(self._fewest, likely))

    def cosines(self, query: NDArray[np.float32]) -> Scores:
        """Of the question and the middle of each list, shape (lists,)."""
        cosines: Scores = self._middles @ query
        return cosines


@lru_cache(maxsize=4)
def _chances(slope: float) -> NDArray[np.float32]:
    """P(cosine > t), shape (steps of t, steps of s)."""
    exponents = slope * (_ABOVE[:, None] - _NEAR) / np.sqrt(1 - _NEAR**2)
    with np.errstate(over="ignore"):  # beyond all chance
        return np.asarray(1 / (1 + np.exp(exponents)), np.float32)
