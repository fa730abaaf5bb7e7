"""How many of the nearest passages a large index finds, for questions that people asked.

    python -m benchmarks.speed.recall HOME [COLLECTION ...] [--slopes S ...] [--probes N ...]

HOME holds an index in lists, made whole. Its own questions are the policy ones; a COLLECTION is a
folder in BEIR layout, of whose queries some are drawn. Each is held against going through every
vector: recall of the nearest 1, 10, 100 and 200, the least of one question, and how far the nearest
lies. `--slopes` tries others than the manifest says, `--probes` so many lists for each question.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.relevance.policy.questions import load_questions
from benchmarks.speed.exact import ALL, Exact
from benchmarks.speed.table import heading
from corpus.home import Home
from search.encoder.load import load_encoder
from search.encoder.types import Vectors
from search.index.dense import DenseHalf
from search.index.generations import Generations
from search.index.manifest import DenseInfo
from search.index.tuning import RETRIEVED, at_least
from search.index.types import Ordinals
from search.loading import encoder_folder

DEPTHS: Final = (1, 10, 100, RETRIEVED)


def main() -> None:
    """Ask, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("collections", type=Path, nargs="*")
    parser.add_argument("--slopes", type=float, nargs="*", default=[])
    parser.add_argument("--probes", type=int, nargs="*", default=[])
    parser.add_argument("--questions", type=int, default=200, help="of each collection")
    given = parser.parse_args()
    home = Home(given.home)
    index = Generations(home.index).open_current()
    manifest, dense = index.manifest, index.dense
    if not isinstance(dense, DenseHalf) or not manifest.dense.lists:
        raise SystemExit("That index is not in lists, or not made whole.")
    print(f"{heading()}\n{manifest.counts}, {manifest.dense}", flush=True)
    encoder = load_encoder(encoder_folder(home, manifest.encoder.name))
    exact = Exact(dense._index, dense._info, dense._vectors)  # noqa: SLF001 - the same parts
    for name, questions in asked_of(given.collections, given.questions):
        vectors = encoder.encode_queries(questions)
        nearest = exact.nearest(vectors, {ALL: None})[ALL]
        cosines = [dense.score(v, best[:1])[0] for v, best in zip(vectors, nearest, strict=True)]
        print(f"{name}: {len(questions)} questions, the nearest at {np.median(cosines):.2f}")
        for info in _tried(manifest.dense, given.slopes, given.probes):
            half = DenseHalf(dense._index, info, dense._vectors)  # noqa: SLF001 - likewise
            print(f"  {_told(half, vectors, nearest)}; {_gone_through(half, vectors)}", flush=True)


def asked_of(collections: list[Path], most: int) -> Iterator[tuple[str, list[str]]]:
    """The policy questions, then at most so many of each collection."""
    parts = [load_questions(split) for split in ("dev", "test")]
    yield "policy", [each.question for part in parts for each in part]
    for folder in collections:
        lines = (folder / "queries.jsonl").read_text("utf-8").splitlines()
        drawn = np.random.default_rng(0).permutation(len(lines))[:most]
        yield folder.name, [json.loads(lines[place])["text"] for place in drawn]


def _tried(made: DenseInfo, slopes: list[float], probes: list[int]) -> Iterator[DenseInfo]:
    yield made
    yield from (replace(made, slope=each, probes=at_least(made.lists)) for each in slopes)
    yield from (replace(made, slope=1e4, probes=each) for each in probes)


def _gone_through(half: DenseHalf, asked: Vectors) -> str:
    counts = [half.likely.count(vector, half.sizes, RETRIEVED) for vector in asked]
    low, middle, high = np.percentile(counts, [5, 50, 95])
    return f"slope {half._info.slope}: {middle:.0f} lists ({low:.0f} to {high:.0f})"  # noqa: SLF001


def _told(half: DenseHalf, asked: Vectors, nearest: list[Ordinals]) -> str:
    found, took = [], []
    for vector in asked:
        start = time.perf_counter()
        found.append(half.search(vector, RETRIEVED).ordinals)
        took.append((time.perf_counter() - start) * 1000)
    told = []
    for depth in DEPTHS:
        pairs = zip(nearest, found, strict=True)
        shares = [len(np.intersect1d(best[:depth], got[:depth])) / depth for best, got in pairs]
        told.append(f"@{depth} {np.mean(shares):.4f} (least {min(shares):.2f})")
    return f"{', '.join(told)}; p50 {np.median(took):.1f} ms"


if __name__ == "__main__":
    main()
