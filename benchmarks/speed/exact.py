"""Exact search of a large index, for what an approximate one is held against."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Vectors
from search.index.dense import DenseHalf
from search.index.manifest import DenseInfo
from search.index.tuning import RETRIEVED
from search.index.types import Allowed, Candidates, Ordinals

ALL: Final = "all"  # the name of no filter
BLOCK: Final = 100_000


class Exact(DenseHalf):
    """The dense half by going through every vector, for many questions at once."""

    def __init__(self, index: Any, info: DenseInfo, vectors: Vectors) -> None:  # noqa: ANN401 - FAISS is untyped
        super().__init__(index, info, vectors)
        self._known: dict[bytes, Ordinals] = {}

    def remember(self, asked: Vectors, nearest: Sequence[Ordinals]) -> None:
        """Know the nearest of all passages to each question."""
        self._known |= {
            vector.tobytes(): found for vector, found in zip(asked, nearest, strict=True)
        }

    def search(
        self, query: NDArray[np.float32], k: int, allowed: Allowed | None = None
    ) -> Candidates:
        """See `DenseHalf`; at once where `nearest` found as many of all passages before."""
        if allowed is not None or len(self._known.get(query.tobytes(), ())) < min(k, len(self)):
            mask = None if allowed is None else allowed.mask
            ((ordinals,),) = self.nearest(query[None, :], {ALL: mask}, k).values()
        else:
            ordinals = self._known[query.tobytes()][:k]
        return Candidates(ordinals, self.score(query, ordinals))

    def nearest(
        self, asked: Vectors, masks: Mapping[str, NDArray[np.bool_] | None], k: int = RETRIEVED
    ) -> dict[str, list[Ordinals]]:
        """The k nearest that each mask leaves, of each question, in one pass."""
        best = {name: [Candidates(np.empty(0, np.int64), np.empty(0, np.float32))] * len(asked)
                for name in masks}  # fmt: skip
        for start in range(0, len(self), BLOCK):
            scores = asked @ self._vectors[start : start + BLOCK].T
            for name, mask in masks.items():
                left = None if mask is None else np.flatnonzero(mask[start : start + BLOCK])
                for row, found in enumerate(best[name]):
                    best[name][row] = _better(found, scores[row], left, start, k)
        return {name: [each.ordinals for each in found] for name, found in best.items()}


def _better(
    found: Candidates, scores: NDArray[np.float32], left: Ordinals | None, start: int, k: int
) -> Candidates:
    """The best of what was found and a block's, of which `left` counts."""
    places = np.arange(len(scores)) if left is None else left
    if len(places) > k:
        places = places[np.argpartition(-scores[places], k)[:k]]
    ordinals = np.concatenate([found.ordinals, np.sort(places) + start])
    together = np.concatenate([found.scores, scores[np.sort(places)]])
    order = np.argsort(-together, kind="stable")[:k]
    return Candidates(ordinals[order], together[order])
