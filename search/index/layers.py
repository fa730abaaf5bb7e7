"""The dense half of a library that changed since it was built whole.

Vectors of a large library take minutes to arrange and seconds to copy. Those that came since are
searched apart, exactly or in an arrangement of their own; those whose passages went are left out
of every answer. The next whole build has them all in one.
"""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Vectors
from search.errors import IndexUnusable
from search.index.dense import LISTS, DenseHalf, open_dense
from search.index.lists import is_outgrown
from search.index.manifest import REBUILD, Layers, Manifest
from search.index.types import Allowed, Candidates, Ordinals, Scores

FOLDER_NAME: Final = "dense"
RECENT_NAME: Final = "recent"
KEYS_NAME: Final = "keys.npy"  # of each vector, as `parts.COLUMNS` has them
ROWS_NAME: Final = "dense_rows.npy"  # the ordinal of each vector, -1 where its passage went
BEFORE_LISTS: Final = "hnsw"  # how a database searched until it had lists (ADR 0033)
MOST_RECENT: Final = 20_000  # passages searched apart before all are put in one
MOST_GONE: Final = 0.05  # of the vectors, likewise
_SPARE: Final = 64  # asked for besides, lest some are gone


def is_overdue(manifest: Manifest) -> bool:
    """Whether the dense half of a generation should be built whole again."""
    untuned = manifest.dense.kind == LISTS and manifest.dense.slope is None  # of before ADR 0034
    if untuned or manifest.dense.kind == BEFORE_LISTS or is_outgrown(manifest):
        return True
    layers = manifest.layers
    if layers is None:
        return False
    built = manifest.counts.ranked - layers.recent + layers.gone
    return layers.recent > MOST_RECENT or layers.gone > MOST_GONE * built


def place_vectors(keys: NDArray[np.uint64], built: NDArray[np.uint64]) -> Ordinals:
    """The place among `keys` of each of the keys a dense half was built of; -1: it went."""
    order = np.argsort(keys)
    at = np.minimum(np.searchsorted(keys, built, sorter=order), max(0, len(keys) - 1))
    found = order[at] if len(keys) else np.zeros(len(built), np.int64)
    same = keys[found] == built if len(keys) else np.zeros(len(built), np.bool_)
    return np.where(same, found, -1).astype(np.int64)


class LayeredDense:
    """A dense half and a recent one, addressed as one: the interface of `DenseHalf`."""

    def __init__(
        self, built: DenseHalf, rows: Ordinals, recent: DenseHalf, *, dimension: int
    ) -> None:
        """`rows` gives the ordinal of each of the built vectors, -1 where its passage went."""
        self._dimension = dimension
        kept = np.flatnonzero(rows >= 0)
        self._count = len(kept) + len(recent)
        self._halves = (built, recent)
        self._row = np.full(self._count, -1, np.int64)  # of each ordinal, in its half
        self._row[rows[kept]] = kept
        came = np.flatnonzero(self._row < 0)
        if len(came) != len(recent):
            raise ValueError(f"{len(recent)} recent vectors for {len(came)} passages")
        self._is_recent = self._row < 0
        self._row[came] = np.arange(len(came))
        self._ordinals = (rows, came)
        self._kept = rows >= 0

    def __len__(self) -> int:
        """How many vectors there are."""
        return self._count

    def search(
        self, query: NDArray[np.float32], k: int, allowed: Allowed | None = None
    ) -> Candidates:
        """The k nearest allowed passages, nearest first."""
        found = [self._built(query, k, allowed), self._recent(query, k, allowed)]
        ordinals = np.concatenate([each.ordinals for each in found])
        scores = np.concatenate([each.scores for each in found])
        order = np.lexsort((ordinals, -scores))[:k]
        return Candidates(ordinals[order], scores[order])

    def _built(self, query: NDArray[np.float32], k: int, allowed: Allowed | None) -> Candidates:
        half, rows = self._halves[0], self._ordinals[0]
        if allowed is None:
            found = half.search(query, k + _SPARE)
            kept = self._kept[found.ordinals]
            if kept.sum() >= min(k, int(self._kept.sum())):
                return Candidates(rows[found.ordinals[kept]], found.scores[kept])
        mask = self._kept.copy()
        if allowed is not None:
            mask[mask] = allowed.mask[rows[mask]]
        found = half.search(query, k, Allowed(mask, np.empty(0, np.int64)))
        return Candidates(rows[found.ordinals], found.scores)

    def _recent(self, query: NDArray[np.float32], k: int, allowed: Allowed | None) -> Candidates:
        half, ordinals = self._halves[1], self._ordinals[1]
        within = allowed and Allowed(allowed.mask[ordinals], allowed.report_rows)
        found = half.search(query, k, within)
        return Candidates(ordinals[found.ordinals], found.scores)

    def score(self, query: NDArray[np.float32], ordinals: Ordinals) -> Scores:
        """The cosine of each given passage, shape (len(ordinals),)."""
        scores = np.empty(len(ordinals), np.float32)
        for half, chosen in self._by_half(ordinals):
            scores[chosen] = half.score(query, self._row[ordinals[chosen]])
        return scores

    def vectors(self, ordinals: Ordinals) -> Vectors:
        """The vectors of the given passages, shape (len(ordinals), dimension)."""
        vectors = np.empty((len(ordinals), self._dimension), np.float32)
        for half, chosen in self._by_half(ordinals):
            vectors[chosen] = half.vectors(self._row[ordinals[chosen]])
        return vectors

    def _by_half(self, ordinals: Ordinals) -> list[tuple[DenseHalf, Ordinals]]:
        recent = self._is_recent[ordinals]
        pairs = zip(self._halves, (np.flatnonzero(~recent), np.flatnonzero(recent)), strict=True)
        return [(half, chosen) for half, chosen in pairs if len(chosen)]


def open_layers(folder: Path, manifest: Manifest) -> DenseHalf | LayeredDense:
    """Open the dense half of a generation, with what came since where anything did.

    Raises:
        IndexUnusable: unreadable, or not of the shape the manifest names.
    """
    dimension, ranked = manifest.encoder.dimension, manifest.counts.ranked
    layers = manifest.layers or Layers(manifest.dense, 0, 0)
    count = ranked - layers.recent + layers.gone
    built = open_dense(folder / FOLDER_NAME, manifest.dense, dimension=dimension, ranked=count)
    if manifest.layers is None:
        return built
    recent = open_dense(
        folder / RECENT_NAME, layers.info, dimension=dimension, ranked=layers.recent
    )
    try:
        return LayeredDense(built, np.load(folder / ROWS_NAME), recent, dimension=dimension)
    except (OSError, ValueError, IndexError) as error:
        raise IndexUnusable(
            f"The layers of the dense index in {folder} do not fit: {error}", cure=REBUILD
        ) from error
