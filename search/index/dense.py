"""The dense half: FAISS over unit vectors, so that the inner product is the cosine.

Search is exact (flat) up to `FLAT_UP_TO` vectors. Above, candidates come from an inverted file
(IVF) of one bit a dimension (Gao and Long, 2024, "RaBitQ"), which is small enough to stay in
memory; the vectors themselves stay on the disk, and the candidates' are read to put them in
order by their true cosines. How many lists are probed is chosen at build, on made questions held
against exact search, as the fewest that reach `RECALL_WANTED`, and no fewer than about what policy
questions were found to need; the recall reached, of made questions, is stated in the manifest. A
selective filter is answered exactly, any other from those lists alone that hold passages it
allows: a centre's, or a topic's, lie in few of them, and often far from the question (ADR 0030).
docs/performance.md has what was measured and turned down.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from math import ceil, sqrt
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Vectors
from search.errors import IndexUnusable
from search.index.manifest import REBUILD, DenseInfo
from search.index.mapping import mapped
from search.index.types import Allowed, Candidates, Ordinals, Scores

FILE_NAME: Final = "dense.faiss"
VECTORS_NAME: Final = "vectors.bin"  # float32, (ranked, dimension); only where search is not flat
FLAT: Final = "flat"
LISTS: Final = "ivf-rabitq"
FLAT_UP_TO: Final = 50_000
RECALL_WANTED: Final = 0.99
RECALL_AT: Final = 100
RETRIEVED: Final = 200  # passages that a question asks for, as fusion does
SCATTERED: Final = 3.5  # times the root of the lists: about what policy questions need
NEAR: Final = 0.002  # recall that more probes are not worth
SAMPLE: Final = 200
LIKENESS: Final = 0.6  # cosine of a question and the passage nearest to it
EXACT_UP_TO: Final = 20_000  # allowed passages scored one by one rather than through the lists
TRAINED_ON: Final = 40  # vectors for each list
ROUNDS: Final = 10  # of k-means
ADDED_AT_ONCE: Final = 262_144  # vectors
QUERY_BITS: Final = 8  # of each dimension of a question while lists are read
CANDIDATES: Final = 8  # brought from the lists for each passage wanted
NARROW: Final = 0.25  # of all passages: a filter that leaves fewer may leave what is far
FARTHER: Final = 2  # times as many behind a filter: far from a question, cosines lie close together
FEWEST: Final = 300  # candidates


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
    """The fewest probes that reach the recall wanted, or come near the most there is."""
    asked = made_questions(vectors)
    k = min(RECALL_AT, len(vectors))
    exact = faiss.knn(asked, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)[1]
    tried = list[DenseInfo]()
    probes = fewest_probes(index.nlist)
    while True:
        info = DenseInfo(kind=LISTS, recall=0.0, lists=index.nlist, probes=probes)
        half = DenseHalf(index, info, vectors)
        found = [half.search(each, RETRIEVED).ordinals[:k] for each in asked]
        hits = sum(len(np.intersect1d(a, b)) for a, b in zip(exact, found, strict=True))
        tried.append(replace(info, recall=hits / exact.size))
        if tried[-1].recall >= RECALL_WANTED:
            return tried[-1]
        if probes == index.nlist:
            return next(each for each in tried if each.recall >= tried[-1].recall - NEAR)
        probes = min(index.nlist, ceil(probes * 1.25))


def fewest_probes(lists: int) -> int:
    """How many of so many lists are gone through at least.

    Real passages lie in clusters, and a made question's nearest in few of them: it finds them in
    fewer lists than the questions of people, whose nearest are scattered (docs/performance.md).
    """
    return min(lists, ceil(SCATTERED * sqrt(lists)))


def made_questions(vectors: Vectors) -> Vectors:
    """Vectors as far from a passage as questions are, off in directions passages differ by."""
    rng = np.random.default_rng(1)
    near, one, other = (vectors[rng.integers(0, len(vectors), SAMPLE)] for _ in range(3))
    aside = one - other
    aside -= (aside * near).sum(axis=1, keepdims=True) * near
    aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-9)
    return np.asarray(LIKENESS * near + np.sqrt(1 - LIKENESS**2) * aside, np.float32)


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
        farther = FARTHER if left < NARROW * len(self) else 1
        given, wanted = self._probing(mask, left), farther * max(k * CANDIDATES, FEWEST)
        ordinals = np.sort(self._found(query, min(len(self), wanted), given).ordinals)
        return _best(ordinals, self.score(query, ordinals), k)

    def _found(self, query: NDArray[np.float32], k: int, given: Any) -> Candidates:  # noqa: ANN401 - FAISS is untyped
        with _one_thread():
            scores, found = self._index.search(query[None, :], k, params=given)
        kept = found[0] >= 0
        return Candidates(found[0][kept], scores[0][kept])

    def _probing(self, mask: NDArray[np.bool_] | None, left: int) -> Any:  # noqa: ANN401 - FAISS is untyped
        """Which lists are gone through; behind a filter, of those that hold what it leaves."""
        if mask is None:
            return faiss.IVFRaBitQSearchParameters(nprobe=self._info.probes, qb=QUERY_BITS)
        held = np.zeros(self._info.lists, np.bool_)
        held[self._list_of[mask]] = True
        probes = ceil(self._info.probes * len(self) / left)
        return faiss.IVFRaBitQSearchParameters(
            sel=_selector(mask),
            nprobe=min(int(np.count_nonzero(held)), probes),
            qb=QUERY_BITS,
            quantizer_params=faiss.SearchParameters(sel=_selector(held)),
        )

    @cached_property
    def _list_of(self) -> NDArray[np.int32]:
        """The list that each vector is in, shape (ranked,)."""
        found = np.empty(len(self), np.int32)
        for each in range(self._info.lists):
            held = self._index.get_list_size(each)
            if held:
                ids = self._index.invlists.get_ids(each)
                found[faiss.rev_swig_ptr(ids, held)] = each
        return found

    def score(self, query: NDArray[np.float32], ordinals: Ordinals) -> Scores:
        """The cosine of each given passage, shape (len(ordinals),)."""
        query, ordinals = np.ascontiguousarray(query), np.ascontiguousarray(ordinals)
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
