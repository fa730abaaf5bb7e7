"""How far lists of vectors are gone through: told by made questions, held against exact search.

A passage as a question finds itself and its likes however few lists are gone through. Made
questions lie as far from passages as people's do.
"""

from math import ceil, sqrt
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Vectors
from search.index.likely import LikelyLists
from search.index.types import Ordinals

RETRIEVED: Final = 200  # passages that a question asks for, as fusion does
RECALL_AT: Final = 100
HELD: Final = 0.996  # of the nearest, that are to be in the lists gone through
SHARPEST: Final = 50.0  # slope tried first
GENTLER: Final = 0.95  # times the last, until it covers them
GENTLEST: Final = 5.0  # the last tried
ROOTS: Final = 2.0  # times the root of the lists
SAMPLE: Final = 200
LIKENESS: Final = 0.6  # cosine of a question and the passage nearest to it


def made_questions(vectors: Vectors) -> Vectors:
    """Vectors as far from a passage as questions are, off in directions passages differ by."""
    rng = np.random.default_rng(1)
    near, one, other = (vectors[rng.integers(0, len(vectors), SAMPLE)] for _ in range(3))
    aside = one - other
    aside -= (aside * near).sum(axis=1, keepdims=True) * near
    aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-9)
    return np.asarray(LIKENESS * near + np.sqrt(1 - LIKENESS**2) * aside, np.float32)


def nearest_of(asked: Vectors, vectors: Vectors) -> tuple[Ordinals, Vectors]:
    """The `RECALL_AT` nearest to each question and their cosines, nearest first."""
    k = min(RECALL_AT, len(vectors))
    cosines, found = faiss.knn(asked, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
    return found, cosines


def at_least(lists: int) -> int:
    """How many of so many lists are gone through at least."""
    return min(lists, ceil(ROOTS * sqrt(lists)))


def covering_slope(
    middles: Vectors, sizes: NDArray[np.int64], asked: Vectors, wanted: NDArray[np.integer[Any]]
) -> float | None:
    """The sharpest slope whose lists hold nearly all of the nearest; None where none does.

    Args:
        middles: of the lists, (lists, dimension).
        sizes: how many vectors each holds, (lists,).
        asked: questions, (questions, dimension).
        wanted: the list that each of their nearest is in, (questions, nearest).
    """
    slope = SHARPEST
    while slope > GENTLEST:
        likely = LikelyLists(middles, slope, at_least(len(middles)))
        if _covered(likely, sizes, asked, wanted) >= HELD:
            return slope
        slope *= GENTLER
    return None


def _covered(
    likely: LikelyLists, sizes: NDArray[np.int64], asked: Vectors, wanted: NDArray[np.integer[Any]]
) -> float:
    """The share of what is wanted that is in the lists gone through."""
    covered = 0
    for query, lists in zip(asked, wanted, strict=True):
        count = likely.count(query, sizes, RETRIEVED)
        cosines = np.where(sizes > 0, likely.cosines(query), -np.inf)
        nearest = np.argsort(-cosines)[:count]
        covered += int(np.count_nonzero(np.isin(lists, nearest)))
    return covered / wanted.size
