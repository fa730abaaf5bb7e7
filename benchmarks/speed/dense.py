"""Kinds of dense index side by side, by size: recall, time, memory, time to build.

    python -m benchmarks.speed.dense HOME --size 100000 [--kinds Flat SQ8 …] [--made FOLDER]

Vectors are made from those of HOME's index (`benchmarks.speed.growing`), the questions are the
policy questions. Every kind but the flat one brings candidates, which are put in order by their
true cosines; with lists (IVF) all kinds share the same ones. Recall is against exact search.
`--made` keeps vectors, nearest and built indexes in a folder, so that building and asking can be
two runs.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.relevance.policy.questions import load_questions
from benchmarks.speed.growing import Source
from benchmarks.speed.table import heading
from corpus.home import Home
from search.encoder.load import load_encoder
from search.encoder.types import Vectors
from search.index.dense import QUERY_BITS
from search.index.dense_writing import ROUNDS, TRAINED_ON
from search.index.generations import Generations
from search.loading import encoder_folder

NEAREST: Final = 200
#: What a kind is called, and how it is asked: shares of the lists, candidates.
KINDS: Final = ("Flat", "SQ8", "PQ192x4fs", "RaBitQ", "RaBitQfs", "RaBitQ4", "HNSW32,SQ8")
SHARES: Final = (0.06, 0.12)
CANDIDATES: Final = (800, 1_600)
DEPTHS: Final = (256, 512)  # of HNSW (efSearch)


@dataclass(frozen=True, slots=True)
class Trial:
    """Vectors, questions, and the nearest `NEAREST` of each, best first."""

    vectors: Vectors
    questions: Vectors
    nearest: NDArray[np.int64]

    def recall(self, found: Sequence[NDArray[np.int64]], k: int) -> float:
        """Of the k nearest, how many are among the k best found."""
        pairs = zip(self.nearest, found, strict=True)
        return float(np.mean([len(np.intersect1d(a[:k], b[:k])) / k for a, b in pairs]))


def main() -> None:
    """Build, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--kinds", nargs="+", default=KINDS)
    parser.add_argument("--made", type=Path)
    given = parser.parse_args()
    print(heading(), flush=True)
    faiss.omp_set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "0")) or os.cpu_count())
    with tempfile.TemporaryDirectory() as passing:
        folder = given.made or Path(passing)
        folder.mkdir(exist_ok=True)
        trial = _trial(given.home, folder, given.size)
        print(f"{given.size:,} vectors, {len(trial.questions)} questions")
        for kind in given.kinds:
            _measure(kind, trial, folder)


def _trial(home: Path, folder: Path, size: int) -> Trial:
    made, file = folder / f"{size}.npy", folder / f"{size}-nearest.npz"
    if not file.exists():
        index = Generations(Home(home).index).open_current()
        source = Source.of(index.vectors(np.arange(index.manifest.counts.ranked)))
        shape = (size, source.vectors.shape[1])
        vectors = np.lib.format.open_memmap(made, "w+", np.float32, shape)
        source.fill(vectors)
        encoder = load_encoder(encoder_folder(Home(home), index.manifest.encoder.name))
        asked = encoder.encode_queries(
            [each.question for part in ("dev", "test") for each in load_questions(part)]
        )
        nearest = faiss.knn(asked, vectors, NEAREST, metric=faiss.METRIC_INNER_PRODUCT)[1]
        np.savez(file, questions=asked, nearest=nearest)
    with np.load(file) as kept:
        return Trial(np.load(made, mmap_mode="r"), kept["questions"], kept["nearest"])


def _measure(kind: str, trial: Trial, folder: Path) -> None:
    file = folder / f"{len(trial.vectors)}-{kind}.faiss"
    if not file.exists():
        start = time.perf_counter()
        faiss.write_index(_built(kind, trial.vectors, folder), str(file))
        print(f"{kind} built in {time.perf_counter() - start:.0f} s", flush=True)
    index = faiss.read_index(str(file))
    each = file.stat().st_size / len(trial.vectors)
    if kind.startswith("HNSW"):
        ways = [(f"depth {ef}", faiss.SearchParametersHNSW(efSearch=ef), NEAREST) for ef in DEPTHS]
    else:
        ways = [
            (f"{share:.0%} of lists, {many:,}", _probing(kind, int(share * index.nlist)), many)
            for share in SHARES
            for many in (CANDIDATES if kind not in {"Flat", "SQ8"} else (NEAREST,))
        ]
    for name, parameters, many in ways:
        found, took = [], []
        for question in trial.questions:
            start = time.perf_counter()
            brought = index.search(question[None], many, params=parameters)[1][0]
            brought = np.sort(brought[brought >= 0])
            cosines = trial.vectors[brought] @ question
            found.append(brought[np.argsort(-cosines, kind="stable")])
            took.append((time.perf_counter() - start) * 1000)
        p50, p95 = np.percentile(took, [50, 95])
        print(
            f"{kind:<12}{each:7.0f} bytes each  {name:<24} recall "
            + ", ".join(f"@{k} {trial.recall(found, k):.4f}" for k in (10, 100, NEAREST))
            + f"; p50 {p50:.1f}, p95 {p95:.1f} ms",
            flush=True,
        )


def _built(kind: str, vectors: Vectors, folder: Path) -> Any:  # noqa: ANN401 - FAISS is untyped
    count, dimension = vectors.shape
    lists = int(2 * np.sqrt(count))
    rows = np.sort(np.random.default_rng(0).permutation(count)[: lists * TRAINED_ON])
    if kind.startswith("HNSW"):
        index = faiss.index_factory(dimension, kind, faiss.METRIC_INNER_PRODUCT)
    else:
        index = faiss.index_factory(dimension, f"IVF{lists},{kind}", faiss.METRIC_INNER_PRODUCT)
        index.quantizer.add(_middles(vectors[rows], lists, folder / f"{count}-middles.npy"))
    index.train(vectors[rows])
    index.add(vectors)
    return index


def _middles(vectors: Vectors, lists: int, file: Path) -> Vectors:
    """The middles of the lists, which all kinds share."""
    if not file.exists():
        parameters = faiss.ClusteringParameters()
        parameters.niter, parameters.spherical = ROUNDS, True
        clustering = faiss.Clustering(vectors.shape[1], lists, parameters)
        clustering.train(vectors, faiss.IndexFlatIP(vectors.shape[1]))
        np.save(file, faiss.vector_to_array(clustering.centroids).reshape(lists, -1))
    middles: Vectors = np.load(file)
    return middles


def _probing(kind: str, probes: int) -> Any:  # noqa: ANN401 - FAISS is untyped
    if kind.startswith("RaBitQ"):
        return faiss.IVFRaBitQSearchParameters(nprobe=probes, qb=QUERY_BITS)
    return faiss.SearchParametersIVF(nprobe=probes)


if __name__ == "__main__":
    main()
