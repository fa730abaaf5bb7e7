"""Making the dense half: vectors as they are, or lists of them, tuned by made questions.

How far lists are gone through is chosen at build, on made questions held against exact search: the
least far that has `COVERED` of the nearest in them. The recall reached, of made questions, is
stated in the manifest.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import ceil, sqrt
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np

from search.encoder.types import Vectors
from search.index.dense import (
    FILE_NAME,
    FLAT,
    LISTS,
    QUERY_BITS,
    VECTORS_NAME,
    DenseHalf,
)
from search.index.manifest import DenseInfo
from search.index.types import Ordinals

FLAT_UP_TO: Final = 50_000  # vectors
RETRIEVED: Final = 200  # passages that a question asks for, as fusion does
RECALL_AT: Final = 100
COVERED: Final = 0.995  # of the nearest: in the lists that are gone through
SHARPEST: Final = 50.0  # slope tried first
GENTLER: Final = 0.95  # times the last, until it covers them
GENTLEST: Final = 5.0  # beyond which all lists are gone through
ROOTS: Final = 2.0  # times the root of the lists
SAMPLE: Final = 200
LIKENESS: Final = 0.6  # cosine of a question and the passage nearest to it
TRAINED_ON: Final = 40  # vectors for each list
ROUNDS: Final = 10  # of k-means
ADDED_AT_ONCE: Final = 262_144  # vectors


def write_dense(
    pieces: Iterable[Vectors], folder: Path, *, flat_up_to: int = FLAT_UP_TO
) -> DenseInfo:
    """Build and write the dense half of a generation; few of its vectors are held in memory.

    `pieces`, one at least, are the vectors in order, each of shape (any, dimension).
    """
    path = folder / VECTORS_NAME
    with path.open("wb") as file:
        for piece in pieces:
            np.ascontiguousarray(piece, "<f4").tofile(file)
    dimension = piece.shape[1]
    count = path.stat().st_size // (4 * dimension)
    if count <= flat_up_to:
        index: Any = faiss.IndexFlatIP(dimension)
        index.add(np.fromfile(path, "<f4").reshape(count, dimension))
        info = DenseInfo(kind=FLAT, recall=1.0)
        path.unlink()
    else:
        vectors = np.memmap(path, "<f4", "r", shape=(count, dimension))
        index = _lists_of(vectors)
        info = _tuned(index, vectors)
    faiss.write_index(index, str(folder / FILE_NAME))
    return info


def _lists_of(vectors: Vectors) -> Any:  # noqa: ANN401 - FAISS is untyped
    count, dimension = vectors.shape
    lists = max(16, int(2 * np.sqrt(count)))
    middles = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFRaBitQFastScan(middles, dimension, lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter, index.cp.spherical = ROUNDS, True
    index.qb = QUERY_BITS
    rng = np.random.default_rng(0)
    index.train(vectors[np.sort(rng.permutation(count)[: lists * TRAINED_ON])])
    for start in range(0, count, ADDED_AT_ONCE):
        index.add(vectors[start : start + ADDED_AT_ONCE])
    return index


def _tuned(index: Any, vectors: Vectors) -> DenseInfo:  # noqa: ANN401 - FAISS is untyped
    """The sharpest slope that has nearly all of the nearest in the lists, and the recall by it."""
    asked = made_questions(vectors)
    k = min(RECALL_AT, len(vectors))
    exact = faiss.knn(asked, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)[1]
    info = DenseInfo(LISTS, 0.0, index.nlist, at_least(index.nlist), SHARPEST)
    slope = SHARPEST
    while _covered(half := DenseHalf(index, info, vectors), asked, exact) < COVERED:
        slope *= GENTLER
        if slope < GENTLEST:  # vectors that do not lie in clusters
            info = replace(info, probes=index.nlist)
        info = replace(info, slope=slope)
    found = [half.search(each, RETRIEVED).ordinals[:k] for each in asked]
    hits = sum(len(np.intersect1d(a, b)) for a, b in zip(exact, found, strict=True))
    return replace(info, recall=hits / exact.size)


def _covered(half: DenseHalf, asked: Vectors, exact: Ordinals) -> float:
    """The share of the passages nearest to each that are in the lists gone through."""
    covered = 0
    for query, nearest in zip(asked, exact, strict=True):
        count = half.likely.count(query, half.sizes, RETRIEVED)
        lists = np.argsort(-half.likely.cosines(query))[:count]
        covered += int(np.count_nonzero(np.isin(half.list_of[nearest], lists)))
    return covered / exact.size


def at_least(lists: int) -> int:
    """How many of so many lists are gone through at least."""
    return min(lists, ceil(ROOTS * sqrt(lists)))


def made_questions(vectors: Vectors) -> Vectors:
    """Vectors as far from a passage as questions are, off in directions passages differ by."""
    rng = np.random.default_rng(1)
    near, one, other = (vectors[rng.integers(0, len(vectors), SAMPLE)] for _ in range(3))
    aside = one - other
    aside -= (aside * near).sum(axis=1, keepdims=True) * near
    aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-9)
    return np.asarray(LIKENESS * near + np.sqrt(1 - LIKENESS**2) * aside, np.float32)
