"""Generations on disk: immutable folders, one of them live, swapped by one rename.

    index/CURRENT                    the id of the live generation, one line
    index/generations/<id>/          manifest.json, store.sqlite, dense.faiss, lexical/,
                                     tokens.bin and its two companions
    index/generations/.new-<id>/     being written; never opened, swept up by the next build

A reader opens the generation CURRENT names and keeps it open for as long as it likes: the
files of a pruned generation live on until the last reader closes them.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from search.errors import IndexUnusable, NoIndex
from search.index.dense import open_dense
from search.index.embedded import Generation
from search.index.lexical import open_lexical
from search.index.manifest import REBUILD, Manifest, read_manifest, verify_files
from search.index.store import open_store
from search.index.tokens import open_tokens

CURRENT: Final = "CURRENT"
KEEP: Final = 3  # generations kept, the live one included
UNFINISHED: Final = ".new-"


def generation_id(now: datetime, digest: str) -> str:
    """What a generation made now is called: ids sort by time."""
    return f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{digest[:8]}"


def made_at(generation: str) -> datetime:
    """When a generation was made, by its id."""
    return datetime.strptime(generation.partition("Z-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)


class Generations:
    """The `index/` folder of a home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._all = folder / "generations"

    def current_id(self) -> str:
        """The id of the live generation; a cheap look at one small file.

        Raises:
            NoIndex: nothing has been indexed yet.
        """
        try:
            return (self.folder / CURRENT).read_text(encoding="utf-8").strip()
        except (UnicodeDecodeError, IsADirectoryError) as error:
            raise IndexUnusable(
                f"{self.folder / CURRENT} does not name a generation.", cure=REBUILD
            ) from error
        except FileNotFoundError:
            raise NoIndex(
                f"There is no index in {self.folder.parent} yet.",
                cure="Run `evidence add PATH`, then `evidence index`.",
            ) from None

    def ids(self) -> list[str]:
        """Finished generations, oldest first."""
        if not self._all.is_dir():
            return []
        return sorted(p.name for p in self._all.iterdir() if not p.name.startswith("."))

    def path(self, generation: str) -> Path:
        """The folder of a generation."""
        return self._all / generation

    def manifest(self) -> Manifest:
        """The live generation's manifest, without opening the rest."""
        return read_manifest(self.path(self.current_id()))

    def open_current(self) -> Generation:
        """Open the live generation, trying again when it is swapped in between.

        Raises:
            NoIndex, IndexUnusable
        """
        for _ in range(3):
            generation = self.current_id()
            try:
                return open_generation(self.path(generation))
            except IndexUnusable:
                if generation == self.current_id():
                    raise
        raise IndexUnusable("The index is being replaced over and over.", cure="Try again.")

    @contextmanager
    def writing(self, generation: str) -> Iterator[Path]:
        """A folder to write a new generation in; removed again unless `publish` moved it away."""
        self.sweep()
        folder = self._all / f"{UNFINISHED}{generation}"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def publish(self, folder: Path, generation: str) -> None:
        """Make a written folder the live generation: sync, rename, point CURRENT at it."""
        for path in folder.rglob("*"):
            _sync(path)
        _sync(folder)
        folder.rename(self.path(generation))
        _sync(self._all)
        pointer = self.folder / f"{CURRENT}.new"
        pointer.write_text(generation + "\n", encoding="utf-8")
        _sync(pointer)
        pointer.replace(self.folder / CURRENT)
        _sync(self.folder)

    def close(self) -> None:
        """Nothing: no file is kept open."""

    def prune(self, keep: int = KEEP) -> None:
        """Remove all but the newest `keep` generations; the live one always stays."""
        live = self.current_id()
        for generation in self.ids()[:-keep]:
            if generation != live:
                shutil.rmtree(self.path(generation), ignore_errors=True)

    def sweep(self) -> None:
        """Remove what a killed build left behind."""
        if self._all.is_dir():
            for path in self._all.glob(f"{UNFINISHED}*"):
                shutil.rmtree(path, ignore_errors=True)


def open_generation(folder: Path) -> Generation:
    """Open a generation's folder, every file checked against the manifest's checksums.

    Raises:
        IndexUnusable: damaged or of another format version.
    """
    manifest = read_manifest(folder)
    verify_files(manifest, folder)
    counts, tokens = manifest.counts, manifest.encoder.token_dimension
    generation = Generation(
        folder=folder,
        manifest=manifest,
        dense=open_dense(
            folder, manifest.dense, dimension=manifest.encoder.dimension, ranked=counts.ranked
        ),
        lexical=open_lexical(folder, ranked=counts.ranked),
        tokens=open_tokens(folder, dimension=tokens, ranked=counts.ranked) if tokens else None,
        store=open_store(folder),
    )
    standing = generation.store.standing
    if standing != counts.reports:
        raise IndexUnusable(
            f"The store in {folder} holds {standing} reports; the manifest says {counts.reports}.",
            cure=REBUILD,
        )
    return generation


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
