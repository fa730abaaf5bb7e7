"""How far a database goes through its lists of vectors: by question, as the files do.

pgvector tells nothing of its lists. As many clusters made here lie about as those do, and tell how
scattered what is near a question is; that it does is seen by asking the database.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import faiss
import numpy as np

from indexer.progress import Progress
from search.encoder.types import Vectors
from search.index.dense_writing import ROUNDS, TRAINED_ON
from search.index.lists import IN_LISTS
from search.index.manifest import DenseInfo, Manifest
from search.index.postgres.opened import EngineIndex
from search.index.tuning import (
    GENTLER,
    GENTLEST,
    RECALL_AT,
    at_least,
    covering_slope,
    made_questions,
    nearest_of,
)
from search.index.types import Scores, Within

FLAT: Final = DenseInfo(kind="flat", recall=1.0)
RECALL_WANTED: Final = 0.99
_ASKED: Final = 100  # questions
_CHANGED: Final = 0.1  # of the passages: so many more or fewer, and lists are tuned anew
_STEPS: Final = 4  # of slopes at a time: each is asked of the database
_SAME: Final = 2e-4  # between a cosine reckoned here and there, of 16 bits a number

#: Middles, (clusters, dimension), and how many vectors each cluster has.
Clusters = tuple[Vectors, Sequence[int]]


def is_dated(manifest: Manifest) -> bool:
    """Whether the library is far from the one that lists were tuned for, while they still do.

    Lists of before questions told how many are left as they were tuned.
    """
    dense = manifest.dense
    changed = abs(manifest.counts.ranked - dense.tuned_for)
    return dense.slope is not None and changed > _CHANGED * dense.tuned_for


def clusters_of(vectors: Vectors, count: int) -> Clusters:
    """So many clusters of vectors, of a sample of them; each at least one."""
    draw = np.random.default_rng(0).permutation(len(vectors))[: count * TRAINED_ON]
    sample = np.ascontiguousarray(vectors[np.sort(draw)], np.float32)
    found = faiss.Kmeans(
        sample.shape[1],
        min(count, len(sample)),
        niter=ROUNDS,
        spherical=True,
        min_points_per_centroid=1,
    )
    found.train(sample)
    _, nearest = found.index.search(sample, 1)
    sizes = np.bincount(nearest[:, 0], minlength=len(found.centroids))
    every = np.maximum(1, np.rint(sizes * (len(vectors) / len(sample)))).astype(int)
    return found.centroids, every.tolist()


def tuned(
    manifest: Manifest,
    vectors: Vectors,
    clusters: Clusters,
    opened: Callable[[Manifest], EngineIndex],
    progress: Progress,
) -> Manifest:
    """The manifest with how far lists are gone through, and the recall made questions have by it.

    Where going through all of them does not find what is wanted, which should find everything,
    none are: vectors are compared one by one, and the lists are not made again before the index
    is built anew.

    Args:
        manifest: of a generation that is written, with its lists and clusters.
        vectors: of all its ranked passages, shape (ranked, dimension).
        clusters: of the vectors, as they were written.
        opened: opens it by a manifest.
        progress: told of that.
    """
    asked = made_questions(vectors)[:_ASKED]
    nearest, cosines = nearest_of(asked, vectors)
    lists = manifest.dense.lists
    for dense in _tried(manifest.dense, asked, vectors[nearest], clusters):
        made = replace(manifest, dense=dense)
        recall = _recall(opened(made), asked, cosines[:, -1])
        if recall >= RECALL_WANTED:
            return replace(made, dense=replace(dense, recall=recall, tuned_for=len(vectors)))
    progress.say(
        f"All {lists} lists of vectors together find {recall:.2f} of the nearest: a pooler or "
        "Citus may not pass `ivfflat.probes` on (docs/scale.md). Vectors are compared one "
        "by one; once that is mended, run `evidence index --rebuild`."
    )
    return replace(manifest, dense=DenseInfo(kind=IN_LISTS, recall=1.0))


def _tried(
    made: DenseInfo, asked: Vectors, nearest: Vectors, clusters: Clusters
) -> Iterator[DenseInfo]:
    """Slopes, the one first by which the clusters cover the nearest; in the end all lists.

    `nearest` are the vectors nearest to each question, (questions, nearest, dimension).
    """
    middles, sizes = clusters
    wanted = (nearest @ middles.T).argmax(axis=-1)
    slope = covering_slope(middles, np.array(sizes), asked, wanted)
    while slope and slope > GENTLEST:
        yield replace(made, probes=at_least(made.lists), slope=slope)
        slope *= GENTLER**_STEPS
    yield replace(made, probes=made.lists, slope=None)


def _recall(index: EngineIndex, asked: Vectors, least: Scores) -> float:
    """The share of the nearest passages that are found; `least` is the cosine of the last."""
    wanted = min(RECALL_AT, index.manifest.counts.ranked)
    found = 0
    for vector, cosine in zip(asked, least, strict=True):
        near = next(index.near(vector[None], wanted, Within()))
        found += int(np.count_nonzero(near.scores >= cosine - _SAME))
    return found / (wanted * len(asked))
