"""How many lists of vectors a database goes through: as many as the recall wanted takes.

As for the files (`search.index.dense_writing`): made questions, as far from passages as real ones
are, held against every vector. A passage as a question finds itself and its likes however few
lists are gone through, and tells nothing of that.
"""

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import Final

import faiss
import numpy as np

from indexer.progress import Progress
from search.encoder.types import Vectors
from search.index.dense_writing import RECALL_AT, made_questions
from search.index.lists import fewest_probes
from search.index.manifest import DenseInfo, Manifest
from search.index.postgres.opened import EngineIndex
from search.index.types import Scores, Within

FLAT: Final = DenseInfo(kind="flat", recall=1.0)
RECALL_WANTED: Final = 0.99
_ASKED: Final = 100  # questions
_MORE: Final = 1.25  # times as many lists, until they do
_SAME: Final = 2e-4  # between a cosine reckoned here and there, of 16 bits a number


def tuned(
    manifest: Manifest,
    vectors: Vectors,
    opened: Callable[[Manifest], EngineIndex],
    progress: Progress,
    *,
    exact_up_to: int,
) -> Manifest:
    """The manifest with the fewest probes that reach the recall wanted, and that recall.

    Where going through all of them does not, which should find everything, none are: vectors are
    compared one by one, and the lists are not made again before the index is built anew.

    Args:
        manifest: of a generation that is written, with its lists.
        vectors: of all its ranked passages, shape (ranked, dimension).
        opened: opens it by a manifest.
        progress: told of that.
        exact_up_to: passages up to which vectors are compared one by one.
    """
    asked = made_questions(vectors)[:_ASKED]
    wanted = min(RECALL_AT, len(vectors))
    least = faiss.knn(asked, vectors, wanted, metric=faiss.METRIC_INNER_PRODUCT)[0][:, -1]
    lists = manifest.dense.lists
    probes = fewest_probes(lists, len(vectors), exact_up_to)
    while True:
        tried = replace(manifest, dense=replace(manifest.dense, probes=probes))
        recall = _recall(opened(tried), asked, least)
        if recall >= RECALL_WANTED:
            return replace(tried, dense=replace(tried.dense, recall=recall))
        if probes == lists:
            progress.say(
                f"All lists of vectors together find {recall:.2f} of the nearest: a pooler or "
                "Citus may not pass `ivfflat.probes` on (docs/scale.md). Vectors are compared one "
                "by one; once that is mended, run `evidence index --rebuild`."
            )
            return replace(manifest, dense=replace(manifest.dense, lists=0, probes=0, recall=1.0))
        probes = min(lists, ceil(probes * _MORE))


def _recall(index: EngineIndex, asked: Vectors, least: Scores) -> float:
    """The share of the nearest passages that are found; `least` is the cosine of the last."""
    wanted = min(RECALL_AT, index.manifest.counts.ranked)
    found = 0
    for vector, cosine in zip(asked, least, strict=True):
        near = next(index.near(vector[None], wanted, Within()))
        found += int(np.count_nonzero(near.scores >= cosine - _SAME))
    return found / (wanted * len(asked))
