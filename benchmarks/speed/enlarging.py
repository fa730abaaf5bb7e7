"""A home of as many passages as wanted, made from another's (`benchmarks.speed.growing`)."""

import filecmp
import hashlib
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from math import ceil
from pathlib import Path

from benchmarks.speed.growing import Made, Parts, Source
from corpus.details import ReportDetails
from corpus.home import Home
from indexer.content import Content
from indexer.parts import write_part
from indexer.publish import Wanted, publish_parts
from search.index.generations import Generations, Held
from search.index.manifest import Part
from search.index.parts import FOLDER_NAME as PARTS
from search.index.tokens import RECORDS_NAME
from search.loading import encoder_folder


class Grown(Content):
    """Content without a digest, which would take as long as everything else."""

    def digest(self, reports: Sequence[bytes] | None = None) -> str:  # noqa: ARG002 - of `Content`
        """A name only."""
        return f"{len(self.entries):08d}"


def make(home: Path, large: Path, size: int, *, share: bool) -> None:
    """Write a home of `size` passages made from another's, a part for each time it comes.

    One process a core writes parts; the last is left to the publishing, which takes the others
    over. `share`: parts of the same tokens have one file of them, by hard links.
    """
    start = time.perf_counter()
    real = Generations(Home(home).index).open_current()
    parts, encoder = Parts.of(real), real.manifest.encoder
    source, most = Source.of(parts.vectors), len(parts.entries)
    models = encoder_folder(Home(large), encoder.name)
    shutil.copytree(encoder_folder(Home(home), encoder.name), models, dirs_exist_ok=True)

    def content(turn: int) -> Content:
        made = Made(parts, turn, min(most, size - turn * most))
        reports = made.reports()
        told = [ReportDetails()] * len(reports)
        return Grown(reports, told, made, made.vectors(source), made.tokens())

    keys = [hashlib.sha256(str(turn).encode()).hexdigest() for turn in range(ceil(size / most))]
    with tempfile.TemporaryDirectory(dir=large) as name:
        folder = Path(name)

        def write(turn: int) -> Part:
            part = write_part(
                content(turn), keys[turn], folder / PARTS, token_dimension=encoder.token_dimension
            )
            if share:
                _share(folder / PARTS / part.name / RECORDS_NAME, folder / RECORDS_NAME)
            return part

        taken = tuple(_each(write, range(len(keys) - 1)))
        print(f"parts after {time.perf_counter() - start:.0f} s", flush=True)
        held = replace(real.manifest, parts=taken, files={})
        manifest = publish_parts(
            [Wanted(key, partial(content, turn)) for turn, key in enumerate(keys)],
            Generations(Home(large).index),
            encoder=encoder,
            rules=held.passage_rules,
            library_digest="made",
            held=Held(held, folder),
            whole=True,
        )
    print(f"written in {time.perf_counter() - start:.0f} s: {manifest.counts}, {manifest.dense}")


_DO: list[Callable[[int], Part]] = []  # handed to processes by forking: it cannot be pickled


def _each(do: Callable[[int], Part], turns: Sequence[int]) -> Iterator[Part]:
    _DO[:] = [do]
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, multiprocessing.get_context("fork")) as pool:
        yield from pool.map(_do, turns)


def _do(turn: int) -> Part:
    return _DO[0](turn)


def _share(path: Path, shared: Path) -> None:
    """Let a file that is the same as the shared one be that one."""
    with suppress(FileExistsError):
        shared.hardlink_to(path)
    if not path.samefile(shared) and filecmp.cmp(path, shared, shallow=False):
        path.unlink()
        path.hardlink_to(shared)
