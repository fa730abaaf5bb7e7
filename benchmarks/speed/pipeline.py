"""The part `indexing` of the bench: by stage, and against the plain pipeline on the same PDFs.

The plain pipeline is what a notebook has: pypdf's text of each page, passages of 150 words,
sentence-transformers in float32 in batches of 32, a flat FAISS index on the disk. This program
does what `evidence add` and `evidence index` do, the encoder prepared beforehand. The two take
turns in one process; loading a model is in neither's time.
"""

import argparse
import logging
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import faiss
from pypdf import PdfReader

from benchmarks.speed.table import Row, show
from corpus.home import Home
from corpus.library.library import Library
from indexer.adding import add_all
from indexer.build import BuildOptions, build_index
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.encoder.reference import load_sentence_transformer
from search.loading import encoder_folder

WORDS: Final = 150
STAGES: Final = ("add", "read", "split", "encode", "write")
_NAMES: Final = {
    "Adding": "add",
    "Reading reports": "read",
    "Splitting into passages": "split",
    "Encoding passages": "encode",
    "Writing passages": "write",
    "Arranging vectors anew": "write",
}
_COUNTS: Final = 0.01  # the part of the plain pipeline below which a stage has no ratio
_COLUMNS: Final = ("seconds", "share", "pages/s", "passages/s", "ratio")


@dataclass(slots=True)
class Stages:
    """Seconds by stage. Listens to a build as a `Progress`, and may be told by hand."""

    took: dict[str, float] = field(default_factory=dict)
    _now: str = ""
    _since: float = 0.0

    def start(self, stage: str, total: int, unit: str) -> None:
        """A stage begins, and ends the one before."""
        del total, unit
        self.end()
        self._now, self._since = _NAMES.get(stage, stage), time.perf_counter()

    def end(self) -> None:
        """The stage under way is over."""
        if self._now:
            spent = time.perf_counter() - self._since
            self.took[self._now] = self.took.get(self._now, 0.0) + spent
        self._now = ""

    def advance(self, count: int = 1) -> None:
        """Nothing."""

    def say(self, message: str) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What one pipeline came to."""

    stages: dict[str, float]
    passages: int
    manifest: str

    @property
    def seconds(self) -> float:
        """All stages."""
        return sum(self.stages.values())


def by_stage(options: argparse.Namespace) -> None:
    """Measure and print."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    files = spread(sorted(options.reports.glob("*.pdf")), options.files)
    pages = sum(len(PdfReader(file).pages) for file in files)
    model = load_sentence_transformer(resolve_model(DEFAULT_MODEL).folder)
    model.encode(["warm"])
    rounds: list[tuple[Indexed, Indexed]] = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="evidence-bench-") as place:
            folder = Path(place)
            kept = encoder_folder(Home(folder / "home"), DEFAULT_MODEL)
            shutil.copytree(options.encoder, kept)
            rounds.append((plainly(files, model, folder), as_used(files, folder)))
    settings = (
        f"settings  {len(files)} PDFs of {pages:,} pages, rounds in turns: {options.rounds}, "
        f"of which the middle one is shown; plain: passages of {WORDS} words; "
        f"here: {rounds[0][1].manifest}"
    )
    plain, ours = sorted(rounds, key=lambda pair: pair[0].seconds / pair[1].seconds)[
        len(rounds) // 2
    ]
    rows = [*_rows("plain", plain, plain, pages), *_rows("this program", ours, plain, pages)]
    show("indexing", settings, _COLUMNS, rows)


def spread(files: Sequence[Path], count: int) -> list[Path]:
    """That many, at equal steps over the list."""
    if count >= len(files):
        return list(files)
    return [files[place * len(files) // count] for place in range(count)]


def plainly(files: Sequence[Path], model: Any, folder: Path) -> Indexed:  # noqa: ANN401 - untyped
    """The plain pipeline."""
    stages = Stages()
    stages.start("read", 0, "")
    texts = [[page.extract_text() for page in PdfReader(file).pages] for file in files]
    stages.start("split", 0, "")
    words = [[word for page in pages for word in page.split()] for pages in texts]
    passages = [
        " ".join(each[start : start + WORDS])
        for each in words
        for start in range(0, len(each), WORDS)
    ]
    stages.start("encode", 0, "")
    vectors = model.encode(passages, normalize_embeddings=True, show_progress_bar=False)
    stages.start("write", 0, "")
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / "flat.faiss"))
    stages.end()
    return Indexed(stages.took, len(passages), "")


def as_used(files: Sequence[Path], folder: Path) -> Indexed:
    """`evidence add` and `evidence index`."""
    stages = Stages()
    home = Home(folder / "home")
    with Library(home.library) as library:
        add_all(library, [str(file) for file in files], metadata=None, progress=stages)
    built = build_index(home, BuildOptions(), stages)
    stages.end()
    manifest = built.manifest
    told = f"{manifest.counts}, {manifest.passage_rules}, content {manifest.content_digest[:12]}"
    took = {name: stages.took.get(name, 0.0) for name in STAGES}
    return Indexed(took, built.encoded, told)


def _rows(who: str, indexed: Indexed, plain: Indexed, pages: int) -> list[Row]:
    whole = (*indexed.stages.items(), ("all", indexed.seconds))
    return [
        Row(
            f"{who}: {stage}",
            (
                f"{took:.2f}",
                f"{took / indexed.seconds:.0%}",
                f"{pages / took:,.1f}" if took else "",
                f"{indexed.passages / took:,.1f}" if took else "",
                _ratio(stage, took, plain),
            ),
        )
        for stage, took in whole
    ]


def _ratio(stage: str, took: float, plain: Indexed) -> str:
    other = plain.seconds if stage == "all" else plain.stages.get(stage, 0.0)
    counts = other > _COUNTS * plain.seconds and took
    return f"{other / took:.2f}" if counts else ""
