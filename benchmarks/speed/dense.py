"""Exact against approximate search of vectors, by library size: time, build, recall.

    python -m benchmarks.speed.dense HOME [--sizes 10000,50000,100000,200000]

Vectors are those of the index in HOME, repeated with noise (normal, a third of their own
spread in each dimension) to the size wanted, and made unit length. Questions are other
vectors made the same way. Recall is recall@100 of the approximate index, against exact.
"""

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np

from search.encoder.types import Vectors
from search.index.dense import DenseHalf, open_dense, write_dense
from search.index.generations import Generations

QUESTIONS = 200
NOISE = 1 / 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--sizes", default="10000,50000,100000,200000")
    options = parser.parse_args()
    generation = Generations(options.home / "index").open_current()
    real = faiss.read_index(str(generation.folder / "dense.faiss"))
    vectors = real.reconstruct_n(0, real.ntotal)
    print(
        f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, faiss {faiss.__version__}; "
        f"{len(vectors):,} real vectors of {vectors.shape[1]}, {QUESTIONS} questions, k = 100"
    )
    print(f"{'vectors':>9}{'flat p50':>10}{'ivf p50':>9}{'build s':>9}{'lists':>7}{'probes':>8}"
          f"{'recall':>8}{'real q.':>9}")  # fmt: skip
    rng = np.random.default_rng(0)
    for size in map(int, options.sizes.split(",")):
        measure(grown(vectors, size, rng), grown(vectors, QUESTIONS, rng))


def grown(real: Vectors, size: int, rng: np.random.Generator) -> Vectors:
    """As many vectors as wanted: real ones drawn at random, with noise."""
    drawn = real[rng.integers(0, len(real), size)]
    noise = rng.normal(size=drawn.shape).astype(np.float32) * (NOISE * real.std(axis=0))
    made = drawn + noise
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def measure(vectors: Vectors, questions: Vectors) -> None:
    """Build both kinds over the vectors, and ask both the questions."""
    count, dimension = vectors.shape
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        flat = open_dense(
            Path(one), write_dense(vectors, Path(one), flat_up_to=count),
            dimension=dimension, ranked=count,
        )  # fmt: skip
        start = time.perf_counter()
        info = write_dense(vectors, Path(two), flat_up_to=0)
        built = time.perf_counter() - start
        lists = open_dense(Path(two), info, dimension=dimension, ranked=count)
        found = sum(
            len(np.intersect1d(flat.search(q, 100).ordinals, lists.search(q, 100).ordinals))
            for q in questions
        )
        print(
            f"{count:9,}{p50(flat, questions):7.2f} ms{p50(lists, questions):6.2f} ms{built:9.1f}"
            f"{info.lists:7,}{info.probes:8,}{info.recall:8.3f}{found / 100 / QUESTIONS:9.3f}",
            flush=True,
        )


def p50(half: DenseHalf, questions: Vectors) -> float:
    """Median milliseconds of a search."""
    took = []
    for question in questions:
        start = time.perf_counter()
        half.search(question, 100)
        took.append((time.perf_counter() - start) * 1000)
    return float(np.median(took))


if __name__ == "__main__":
    main()
