"""The dense half: FAISS over unit vectors, so that the inner product is the cosine.

Search is exact (flat) up to `FLAT_UP_TO` vectors. Above, an inverted file (IVF) is used, and
the number of lists probed is chosen at build, on a sample of the vectors held against exact
search, as the smallest that reaches `RECALL_WANTED`; the recall reached is stated in the
manifest. A selective filter is always answered exactly.
"""

from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Vectors
from search.errors import IndexUnusable
from search.index.manifest import REBUILD, DenseInfo
from search.index.types import Allowed, Candidates, Ordinals, Scores

FILE_NAME: Final = "dense.faiss"
FLAT_UP_TO: Final = 50_000
RECALL_WANTED: Final = 0.99
RECALL_AT: Final = 100
SAMPLE: Final = 200
EXACT_UP_TO: Final = 20_000  # allowed passages scored one by one rather than through the lists


def write_dense(vectors: Vectors, folder: Path, *, flat_up_to: int = FLAT_UP_TO) -> DenseInfo:
    """Build and write the dense half of a generation; `vectors` has shape (ranked, dimension)."""
    count, dimension = vectors.shape
    if count <= flat_up_to:
        index: Any = faiss.IndexFlatIP(dimension)
        index.add(vectors)
        info = DenseInfo(kind="flat", recall=1.0)
    else:
        index, info = _build_lists(vectors)
    faiss.write_index(index, str(folder / FILE_NAME))
    return info


def _build_lists(vectors: Vectors) -> tuple[Any, DenseInfo]:
    count, dimension = vectors.shape
    lists = max(16, int(4 * np.sqrt(count)))
    index = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT
    )
    rng = np.random.default_rng(0)
    index.train(vectors[np.sort(rng.permutation(count)[: lists * 64])])
    index.add(vectors)
    index.make_direct_map()
    sample = vectors[np.sort(rng.permutation(count)[:SAMPLE])]
    k = min(RECALL_AT, count)
    exact = faiss.knn(sample, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)[1]
    probes, recall = 4, 0.0
    while recall < RECALL_WANTED and probes < lists:
        probes = min(lists, probes * 2)
        index.nprobe = probes
        found = index.search(sample, k)[1]
        hits = sum(len(np.intersect1d(a, b)) for a, b in zip(exact, found, strict=True))
        recall = hits / exact.size
    return index, DenseInfo(kind="ivf", recall=recall, lists=lists, probes=probes)


class DenseHalf:
    """A `Retriever` of vectors: the query is one unit vector of shape (dimension,)."""

    def __init__(self, index: Any, info: DenseInfo) -> None:  # noqa: ANN401 - FAISS is untyped
        self._index = index
        self._info = info
        self._flat = _vectors_of(index) if info.kind == "flat" else None

    def __len__(self) -> int:
        """How many vectors there are."""
        return int(self._index.ntotal)

    def search(
        self, query: NDArray[np.float32], k: int, allowed: Allowed | None = None
    ) -> Candidates:
        """The k nearest allowed passages, nearest first."""
        k = min(k, len(self))
        if allowed is not None:
            ordinals = np.flatnonzero(allowed.mask[: len(self)])
            if len(ordinals) <= EXACT_UP_TO:
                return _best(ordinals, self.score(query, ordinals), k)
        if k == 0:
            return Candidates(np.empty(0, np.int64), np.empty(0, np.float32))
        scores, found = self._index.search(query[None, :], k, params=self._parameters(allowed))
        kept = found[0] >= 0
        return Candidates(found[0][kept], scores[0][kept])

    def _parameters(self, allowed: Allowed | None) -> Any:  # noqa: ANN401 - FAISS is untyped
        selector = None
        if allowed is not None:
            selector = faiss.IDSelectorBitmap(
                np.packbits(allowed.mask[: len(self)], bitorder="little")
            )
        if self._info.kind == "flat":
            return faiss.SearchParameters(sel=selector) if selector else None
        return faiss.SearchParametersIVF(sel=selector, nprobe=self._info.probes)

    def score(self, query: NDArray[np.float32], ordinals: Ordinals) -> Scores:
        """The cosine of each given passage, shape (len(ordinals),)."""
        return np.asarray(self.vectors(ordinals) @ query, np.float32)

    def vectors(self, ordinals: Ordinals) -> Vectors:
        """The vectors of the given passages, shape (len(ordinals), dimension)."""
        if self._flat is not None:
            return self._flat[ordinals]
        return np.asarray(self._index.reconstruct_batch(ordinals), np.float32)


def _vectors_of(index: Any) -> Vectors:  # noqa: ANN401 - FAISS is untyped
    """The flat index's own storage as an array, without a copy; the index must stay alive."""
    if index.ntotal == 0:
        return np.empty((0, index.d), np.float32)
    data = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d)
    vectors: Vectors = data.reshape(index.ntotal, index.d)
    return vectors


def _best(ordinals: Ordinals, scores: Scores, k: int) -> Candidates:
    order = np.argsort(-scores, kind="stable")[:k]
    return Candidates(ordinals[order], scores[order])


def open_dense(folder: Path, info: DenseInfo, *, dimension: int, ranked: int) -> DenseHalf:
    """Open the dense half of a generation.

    Raises:
        IndexUnusable: unreadable, or not of the shape the manifest names.
    """
    path = folder / FILE_NAME
    try:
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise IndexUnusable(f"The dense index {path} cannot be opened.", cure=REBUILD) from error
    if (index.ntotal, index.d) != (ranked, dimension):
        raise IndexUnusable(
            f"The dense index {path} holds {index.ntotal} vectors of {index.d} numbers; "
            f"the manifest says {ranked} of {dimension}.",
            cure=REBUILD,
        )
    return DenseHalf(index, info)
