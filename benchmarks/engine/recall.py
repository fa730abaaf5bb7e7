"""How many of the nearest passages a database finds, for questions that people asked.

    python -m benchmarks.engine.recall HOME postgresql://… [COLLECTION ...] [--probes N ...]

The database holds the index of HOME's library (`evidence index`), in lists. Its own questions are
the policy ones; a COLLECTION is a folder in BEIR layout, of whose queries some are drawn. Each is
held against comparing every vector: recall of the nearest 1, 10 and 100 when 200 are asked for, the
least of one question, and how long it took. `--probes` goes through so many lists for each.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.speed.recall import asked_of
from benchmarks.speed.table import heading
from corpus.home import Home
from search.encoder.load import load_encoder
from search.encoder.types import Vectors
from search.index.address import parse_address
from search.index.manifest import DenseInfo
from search.index.postgres.generations import EngineGenerations
from search.index.postgres.opened import EngineIndex
from search.index.tuning import RETRIEVED
from search.index.types import Ordinals, Within
from search.loading import encoder_folder

DEPTHS: Final = (1, 10, 100)


def main() -> None:
    """Ask, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("engine", type=parse_address)
    parser.add_argument("collections", type=Path, nargs="*")
    parser.add_argument("--probes", type=int, nargs="*", default=[])
    parser.add_argument("--questions", type=int, default=200, help="of each collection")
    given = parser.parse_args()
    places = EngineGenerations(given.engine)
    number, manifest = places._live()  # noqa: SLF001 - to open it in other ways
    if not manifest.dense.lists:
        raise SystemExit("That index is not in lists.")
    print(f"{heading()}\n{places.version()}: {manifest.counts}, {manifest.dense}", flush=True)
    encoder = load_encoder(encoder_folder(Home(given.home), manifest.encoder.name))

    def opened(dense: DenseInfo) -> EngineIndex:
        return places.open(number, replace(manifest, dense=dense))

    exact = opened(DenseInfo(kind=manifest.dense.kind, recall=1.0))
    for name, questions in asked_of(given.collections, given.questions):
        vectors = encoder.encode_queries(questions)
        nearest, took = _asked(exact, vectors)
        print(f"{name}: {len(questions)} questions; every vector: p50 {np.median(took):.1f} ms")
        for dense in _tried(manifest.dense, given.probes):
            index = opened(dense)
            found, took = _asked(index, vectors)
            counts = [index._probes(each, RETRIEVED) for each in vectors]  # noqa: SLF001
            low, middle, high = np.percentile(counts, [5, 50, 95])
            lists = f"{middle:.0f} lists ({low:.0f} to {high:.0f})"
            print(f"  {_told(nearest, found)}; {_times(took)}; {lists}", flush=True)


def _tried(made: DenseInfo, probes: list[int]) -> Iterator[DenseInfo]:
    yield made
    yield from (replace(made, probes=each, slope=None) for each in probes)


def _asked(index: EngineIndex, vectors: Vectors) -> tuple[list[Ordinals], list[float]]:
    found, took = [], []
    for vector in vectors:
        start = time.perf_counter()
        found.append(next(index.near(vector[None], RETRIEVED, Within())).ordinals)
        took.append((time.perf_counter() - start) * 1000)
    return found, took


def _told(nearest: list[Ordinals], found: list[Ordinals]) -> str:
    told = []
    for depth in DEPTHS:
        pairs = zip(nearest, found, strict=True)
        shares = [len(np.intersect1d(best[:depth], got)) / depth for best, got in pairs]
        told.append(f"@{depth} {np.mean(shares):.4f} (least {min(shares):.2f})")
    return ", ".join(told)


def _times(took: list[float]) -> str:
    return f"p50 {np.median(took):.1f}, p95 {np.percentile(took, 95):.1f} ms"


if __name__ == "__main__":
    main()
