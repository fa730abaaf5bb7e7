"""The dense half: FAISS over unit vectors, so that the inner product is the cosine.

Search is exact (flat) in a small library. In a large one candidates come from an inverted file
(IVF) of one bit a dimension (Gao and Long, 2024, "RaBitQ"), which is small enough to stay in
memory; the vectors themselves stay on the disk, and the candidates' are read to put them in
order by their true cosines. How many lists are gone through differs by question (ADR 0034). A
selective filter is answered exactly, any other from those lists alone that hold passages it
allows: a centre's, or a topic's, lie in few of them, and often far from the question (ADR 0030).
`search.index.dense_writing` makes it and tunes the lists. docs/performance.md has what was
measured and turned down.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Vectors
from search.errors import IndexUnusable
from search.index.likely import COVERED, NARROWED, UNTUNED, LikelyLists
from search.index.manifest import REBUILD, DenseInfo
from search.index.mapping import mapped
from search.index.types import Allowed, Candidates, Ordinals, Scores

FILE_NAME: Final = "dense.faiss"
VECTORS_NAME: Final = "vectors.bin"  # float32, (ranked, dimension); only where search is not flat
FLAT: Final = "flat"
LISTS: Final = "ivf-rabitq"
EXACT_UP_TO: Final = 20_000  # allowed passages scored one by one rather than through the lists
QUERY_BITS: Final = 8  # of each dimension of a question while lists are read
CANDIDATES: Final = 8  # brought from the lists for each passage wanted
NARROW: Final = 0.25  # of all passages: a filter that leaves fewer may leave what is far
SCATTERED: Final = 0.125  # of all lists: a question that takes more has its nearest scattered
HALF: Final = 0.5  # of all passages: a filter that leaves fewer may leave what is far
FARTHER: Final = 2  # times as many for either: far from a question, cosines lie close together
FEWEST: Final = 300  # candidates


class DenseHalf:
    """A `Retriever` of vectors: the query is one unit vector of shape (dimension,)."""

    def __init__(self, index: Any, info: DenseInfo, vectors: Vectors) -> None:  # noqa: ANN401 - FAISS is untyped
        """`vectors` (ranked, dimension), which may lie on the disk, are those of the index."""
        self._index = index
        self._info = info
        self._vectors = vectors

    def __len__(self) -> int:
        """How many vectors there are."""
        return int(self._index.ntotal)

    def search(
        self, query: NDArray[np.float32], k: int, allowed: Allowed | None = None
    ) -> Candidates:
        """The k nearest allowed passages, nearest first."""
        k = min(k, len(self))
        mask = None if allowed is None else allowed.mask[: len(self)]
        left = len(self) if mask is None else int(np.count_nonzero(mask))
        if mask is not None and left <= EXACT_UP_TO:
            ordinals = np.flatnonzero(mask)
            return _best(ordinals, self.score(query, ordinals), k)
        if k == 0:
            return Candidates(np.empty(0, np.int64), np.empty(0, np.float32))
        if self._info.kind == FLAT:
            given = None if mask is None else faiss.SearchParameters(sel=_selector(mask))
            return self._found(query, k, given)
        given = self._probing(query, k, mask, left)
        far = left < NARROW * len(self) or given.nprobe > SCATTERED * self._info.lists
        wanted = (FARTHER if far else 1) * max(k * CANDIDATES, FEWEST)
        ordinals = np.sort(self._found(query, min(len(self), wanted), given).ordinals)
        return _best(ordinals, self.score(query, ordinals), k)

    def _found(self, query: NDArray[np.float32], k: int, given: Any) -> Candidates:  # noqa: ANN401 - FAISS is untyped
        with _one_thread():
            scores, found = self._index.search(query[None, :], k, params=given)
        kept = found[0] >= 0
        return Candidates(found[0][kept], scores[0][kept])

    def _probing(
        self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None, left: int
    ) -> Any:  # noqa: ANN401 - FAISS is untyped
        """Which lists are gone through; behind a filter, of those that hold what it leaves."""
        if mask is None:
            probes = self.likely.count(query, self.sizes, k)
            return faiss.IVFRaBitQSearchParameters(
                nprobe=probes, qb=QUERY_BITS, quantizer_params=self._holding
            )
        held = np.bincount(self.list_of[mask], minlength=self._info.lists)
        covered = NARROWED if left < HALF * len(self) else COVERED
        return faiss.IVFRaBitQSearchParameters(
            sel=_selector(mask),
            nprobe=self.likely.count(query, held, k, covered),
            qb=QUERY_BITS,
            quantizer_params=faiss.SearchParameters(sel=_selector(held > 0)),
        )

    @cached_property
    def likely(self) -> LikelyLists:
        """How far its lists are gone through, where it has any."""
        return LikelyLists(self.middles, self._info.slope or UNTUNED, self._info.probes)

    @cached_property
    def _holding(self) -> Any:  # noqa: ANN401 - FAISS is untyped
        """Chooses lists that hold anything; None where all do."""
        return None if self.sizes.all() else faiss.SearchParameters(sel=_selector(self.sizes > 0))

    @property
    def middles(self) -> Vectors:
        """Of its lists, shape (lists, dimension)."""
        return _stored_in(faiss.downcast_index(self._index.quantizer))

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """How many vectors each list holds, shape (lists,)."""
        return np.array([self._index.get_list_size(each) for each in range(self._info.lists)])

    @cached_property
    def list_of(self) -> NDArray[np.int32]:
        """The list that each vector is in, shape (ranked,)."""
        found = np.empty(len(self), np.int32)
        for each, held in enumerate(self.sizes.tolist()):
            if held:
                ids = self._index.invlists.get_ids(each)
                found[faiss.rev_swig_ptr(ids, held)] = each
        return found

    def score(self, query: NDArray[np.float32], ordinals: Ordinals) -> Scores:
        """The cosine of each given passage, shape (len(ordinals),); `ordinals` are of this half."""
        query = np.ascontiguousarray(query, np.float32).reshape(self._vectors.shape[1])
        ordinals = np.ascontiguousarray(ordinals, np.int64)
        scores = np.empty(len(ordinals), np.float32)
        given = (scores, query, self._vectors, ordinals)  # read where they lie: none is copied
        pointers = map(faiss.swig_ptr, given)
        with _one_thread():
            faiss.fvec_inner_products_by_idx(*pointers, len(query), 1, len(ordinals))
        return scores

    def vectors(self, ordinals: Ordinals) -> Vectors:
        """The vectors of the given passages, shape (len(ordinals), dimension)."""
        return self._vectors[ordinals]


@contextmanager
def _one_thread() -> Iterator[None]:
    """FAISS finds what one question asks for no sooner with more, and those wait busily."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _selector(mask: NDArray[np.bool_]) -> Any:  # noqa: ANN401 - FAISS is untyped
    return faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))


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
        if info.kind == FLAT:
            vectors = _stored_in(index)
        else:
            held = mapped(folder / VECTORS_NAME, "<f4", scattered=True)
            vectors = held.reshape(-1, dimension)
    except (RuntimeError, OSError, ValueError) as error:
        raise IndexUnusable(f"The dense index {path} cannot be opened.", cure=REBUILD) from error
    if (index.ntotal, index.d, len(vectors)) != (ranked, dimension, ranked):
        raise IndexUnusable(
            f"The dense index {path} holds {index.ntotal} vectors of {index.d} numbers; "
            f"the manifest says {ranked} of {dimension}.",
            cure=REBUILD,
        )
    return DenseHalf(index, info, vectors)


def _stored_in(index: Any) -> Vectors:  # noqa: ANN401 - FAISS is untyped
    """The flat index's own storage as an array, without a copy; the index must stay alive."""
    if index.ntotal == 0:
        return np.empty((0, index.d), np.float32)
    data = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d)
    vectors: Vectors = data.reshape(index.ntotal, index.d)
    return vectors
