"""One report more, in libraries of several sizes: how long until it is found, and where time goes.

    python -m benchmarks.speed.growth make HOME SOURCE --passages 100000
    python -m benchmarks.speed.growth measure HOME SOURCE

`make` fills HOME up to that many ranked passages, about, and indexes it: reports of passages of
SOURCE's index whose halves were put together anew, so that no two are near-duplicates. Nothing is
encoded: a text's vector is that of a real passage, drawn by the text, with noise, and so are its
tokens; they are counted by letters. `measure` adds a report of 40 passages, changes a title,
takes the report out, and builds the index after each as `evidence index` does.
"""

import argparse
import hashlib
import os
import random
import resource
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest.mock import patch

import numpy as np

import indexer.build
from benchmarks.speed.table import heading
from corpus.home import Home
from corpus.library.arrivals import Reading
from corpus.library.library import Library
from corpus.metadata.claims import Claim, ClaimSource
from corpus.types import Block, BlockKind, Document, DocumentType, Metadata, Page
from indexer.build import BuildOptions, Built, build_index, remove_report
from search.encoder.load import load_encoder
from search.encoder.types import Encoded, EncoderSpec, Tokens, Vectors
from search.index.generations import Generations

A_REPORT: Final = 40  # paragraphs, of which most become one passage
NOISE: Final = 0.02  # standard deviation of each number of a vector
LETTERS: Final = 4  # of a token, about


@dataclass(frozen=True, slots=True)
class Real:
    """Passages of a real index: texts and vectors."""

    texts: Sequence[str]
    vectors: Vectors

    @classmethod
    def of(cls, home: Path) -> "Real":
        """Those of a home."""
        index = Generations(home / "index").open_current()
        count = index.manifest.counts.ranked
        stored = index.store.fetch(range(count))
        texts = [stored[ordinal].passage.text for ordinal in range(count)]
        return cls(texts, index.vectors(np.arange(count)))

    def paragraphs(self, draw: random.Random) -> list[str]:
        """Those of a new report: the beginning of one passage and the end of another."""
        made = []
        for _ in range(A_REPORT):
            one, other = draw.choice(self.texts).split(), draw.choice(self.texts).split()
            made.append(" ".join([*one[: len(one) // 2], *other[len(other) // 2 :]]))
        return made


class Drawn:
    """An `Encoder` that draws instead of reckoning."""

    def __init__(self, spec: EncoderSpec, real: Real) -> None:
        self.spec = spec
        self._real = real
        rng = np.random.default_rng(0)
        tokens = rng.normal(size=(1000, spec.token_dimension)).astype(np.float32)
        self._tokens = tokens / np.linalg.norm(tokens, axis=1, keepdims=True)

    def encode_with_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        """A real vector with noise, and as many tokens as the text has letters for."""
        return [self._encoded(text) for text in texts]

    def _encoded(self, text: str) -> Encoded:
        rng = np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]))
        vector = self._real.vectors[rng.integers(len(self._real.vectors))]
        vector = vector + rng.normal(scale=NOISE, size=len(vector)).astype(np.float32)
        count = min(self.spec.max_tokens, max(1, len(text) // LETTERS))
        start = int(rng.integers(len(self._tokens) - count))
        ids = rng.integers(0, 30_000, count).astype(np.int32)
        starts = np.arange(count, dtype=np.int32) * LETTERS
        tokens = Tokens(ids, self._tokens[start : start + count], starts)
        return Encoded(vector / np.linalg.norm(vector), tokens)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """By letters."""
        return [len(text) // LETTERS for text in texts]


class Timed:
    """Progress that says how long each stage took."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self.began = time.process_time()
        self._stage, self._since = "the library looked through", time.perf_counter()

    def start(self, stage: str, total: int, unit: str) -> None:
        """A stage begins."""
        del total, unit
        self.end()
        self._stage = stage

    def end(self) -> None:
        """The last stage is over."""
        now = time.perf_counter()
        self.took[self._stage] = self.took.get(self._stage, 0) + now - self._since
        self._since = now

    def advance(self, count: int = 1) -> None:
        """Nothing."""

    def say(self, message: str) -> None:
        """Nothing."""


def main() -> None:
    """Make or measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["make", "measure"])
    parser.add_argument("home", type=Path)
    parser.add_argument("source", type=Path)
    parser.add_argument("--passages", type=int, default=10_000)
    given = parser.parse_args()
    print(heading(), flush=True)
    real = Real.of(given.source)
    _stand_in(real)
    if given.what == "make":
        _make(given.home, given.source, real, given.passages)
    else:
        _measure(Home(given.home), real)


def _stand_in(real: Real) -> None:
    """Have builds draw vectors."""

    def load(folder: Path) -> Drawn:
        return Drawn(load_encoder(folder).spec, real)

    indexer.build.load_encoder = load  # type: ignore[assignment,attr-defined]


def _make(home: Path, source: Path, real: Real, passages: int) -> None:
    if not (home / "models").exists():
        shutil.copytree(source / "models", home / "models")
    with patch.object(os, "fsync"), Library(home / "library") as library:
        _hurry(library)
        have = len(library.entries())
        start = time.perf_counter()
        for number in range(have, passages // A_REPORT):
            _add(library, number, real)
        print(f"{passages // A_REPORT:,} reports made in {time.perf_counter() - start:.0f} s")
    _told("from what is there", Home(home), BuildOptions())


def _hurry(library: Library) -> None:
    """Have the catalogue not wait for the disk: what is made here may be made again."""
    library._catalogue._database.execute("PRAGMA synchronous=OFF")  # noqa: SLF001


def _add(library: Library, number: int, real: Real) -> str:
    paragraphs = real.paragraphs(random.Random(number))  # noqa: S311 - no secret
    text = "\n\n".join(paragraphs)
    blocks, at = [], 0
    for paragraph in paragraphs:
        blocks.append(Block(at, at + len(paragraph), BlockKind.PARAGRAPH))
        at += len(paragraph) + 2
    known = Metadata(title=f"Study {number} of what works", year=1990 + number % 35)
    name = f"study-{number}.txt"
    report_id, _ = library.add(text.encode(), path=name, name=name, metadata=known)
    document = Document(DocumentType.TEXT, (Page(1, None, text, tuple(blocks)),))
    library.readings.record(library.find(report_id), Reading(document))
    return report_id


def _measure(home: Home, real: Real) -> None:
    with Library(home.library) as library:
        report_id = _add(library, int(time.time()) + 10_000_000, real)
    _told("one report more", home, BuildOptions())
    with Library(home.library) as library:
        title = Claim("title", f"A new title {time.time()}", ClaimSource.PERSON)
        library.correct(report_id, [title], forget=())
    _told("its title changed", home, BuildOptions())
    timed = Timed()
    _, built = remove_report(home, report_id, timed)
    _tell("the report removed", timed, built)


def _told(what: str, home: Home, options: BuildOptions) -> None:
    timed = Timed()
    _tell(what, timed, build_index(home, options, timed))


def _tell(what: str, timed: Timed, built: Built | None) -> None:
    timed.end()
    if built is None:
        raise SystemExit("There is no index.")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{what}: {sum(timed.took.values()):.1f} s, of which the processor worked "
        f"{time.process_time() - timed.began:.1f} s; {built.manifest.counts.ranked:,} ranked "
        f"passages, {built.encoded} encoded, at most {memory:.1f} GiB in memory"
    )
    print("   " + ", ".join(f"{stage} {took:.1f} s" for stage, took in timed.took.items()))


if __name__ == "__main__":
    main()
