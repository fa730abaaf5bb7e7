"""Making the dense half: vectors as they are, or lists of them, tuned by made questions.

How far lists are gone through is chosen at build (`search.index.tuning`). The recall reached, of
made questions, is stated in the manifest.
"""

from collections.abc import Iterable
from dataclasses import replace
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
from search.index.tuning import (
    GENTLEST,
    RETRIEVED,
    at_least,
    covering_slope,
    made_questions,
    nearest_of,
)

FLAT_UP_TO: Final = 50_000  # vectors
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
    """How far its lists are gone through, and the recall that made questions have by that."""
    asked = made_questions(vectors)
    nearest, _ = nearest_of(asked, vectors)
    every = DenseInfo(LISTS, 0.0, index.nlist, index.nlist)
    half = DenseHalf(index, every, vectors)
    slope = covering_slope(half.middles, half.sizes, asked, half.list_of[nearest])
    if slope is None:  # no clusters to speak of
        info = replace(every, slope=GENTLEST)
    else:
        info = replace(every, probes=at_least(index.nlist), slope=slope)
    half = DenseHalf(index, info, vectors)
    found = [half.search(each, RETRIEVED).ordinals[: nearest.shape[1]] for each in asked]
    hits = sum(len(np.intersect1d(a, b)) for a, b in zip(nearest, found, strict=True))
    return replace(info, recall=hits / nearest.size)
