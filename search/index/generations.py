"""Generations on disk: immutable folders, one of them live, swapped by one rename.

    index/CURRENT                    the id of the live generation, one line
    index/generations/<id>/          manifest.json, dense/, lexical/, and where the dense half
                                     is older: recent/, dense_rows.npy
    index/generations/<id>/parts/…/  store.sqlite, vectors.npy, tokens.bin, words.bin, lexical/
                                     and others: all that is kept of some reports
    index/generations/.new-<id>/     being written; never opened, swept up by the next build

What has not changed a generation has in common with the one before, by hard links.
A reader opens the generation CURRENT names and keeps it open for as long as it likes: the
files of a pruned generation live on until the last reader closes them.
"""

import shutil
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.durable import sync
from search.errors import IndexUnusable, NoIndex
from search.index.manifest import REBUILD, Manifest, model_named, read_manifest, verify_files
from search.index.parts import part_folders

if TYPE_CHECKING:
    from threading import Event

    from search.index.embedded import Generation

CURRENT: Final = "CURRENT"
KEEP: Final = 3  # generations kept, the live one included
UNFINISHED: Final = ".new-"


def generation_id(now: datetime, digest: str) -> str:
    """What a generation made now is called: ids sort by time."""
    return f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{digest[:8]}"


def made_at(generation: str) -> datetime:
    """When a generation was made, by its id."""
    return datetime.strptime(generation.partition("Z-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Held:
    """A generation that a new one may take over from."""

    manifest: Manifest
    folder: Path

    @property
    def parts(self) -> list[Path]:
        """The folders of its parts, in order."""
        return part_folders(self.folder, self.manifest)


class Generations:
    """The `index/` folder of a home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._all = folder / "generations"
        self._in_memory: frozenset[tuple[int, int]] = frozenset()  # files, by device and inode

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

    def model(self) -> str | None:
        """The model that made the live generation, even one that cannot be opened any more."""
        try:
            return model_named(self.path(self.current_id()))
        except (NoIndex, IndexUnusable):
            return None

    def sound(self) -> Held | None:
        """The live generation, not opened; None where it lacks or a file is not as written."""
        try:
            manifest = self.manifest()
            folder = self.path(manifest.generation)
            verify_files(manifest, folder)
        except (NoIndex, IndexUnusable):
            return None
        return Held(manifest, folder)

    def open_current(self, *, read_all: bool = False) -> "Generation":
        """Open the live generation, trying again when it is swapped in between.

        Every file is read and compared with its checksum where `read_all` says so.

        Raises:
            NoIndex, IndexUnusable
        """
        from search.index.opening import open_generation  # noqa: PLC0415 - imports FAISS, tantivy

        for _ in range(3):
            generation = self.current_id()
            try:
                return open_generation(self.path(generation), read_all=read_all)
            except IndexUnusable:
                if generation == self.current_id():
                    raise
        raise IndexUnusable("The index is being replaced over and over.", cure="Try again.")

    def read_ahead(self, stop: "Event") -> None:
        """Read the live generation's files into memory, as far as there is room; a while.

        What was read before is not read again. Nothing is done where there is no index.
        """
        from search.index.ahead import read_ahead  # noqa: PLC0415 - as above

        try:
            folder = self.path(self.current_id())
        except (NoIndex, IndexUnusable):
            return
        self._in_memory = read_ahead(folder, self._in_memory, stop)

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

    def publish(
        self, folder: Path, generation: str, synced: Container[tuple[int, int]] = ()
    ) -> None:
        """Make a written folder the live generation: sync, rename, point CURRENT at it.

        `synced` are files that another generation has already, by device and inode.
        """
        for path in folder.rglob("*"):
            told = path.stat()
            if (told.st_dev, told.st_ino) not in synced:
                sync(path)
        sync(folder)
        folder.rename(self.path(generation))
        sync(self._all)
        pointer = self.folder / f"{CURRENT}.new"
        pointer.write_text(generation + "\n", encoding="utf-8")
        sync(pointer)
        pointer.replace(self.folder / CURRENT)
        sync(self.folder)

    def close(self) -> None:
        """Nothing: no file is kept open."""

    def prune(self, keep: int = KEEP) -> None:
        """Remove all but the newest `keep` generations; the live one always stays.

        Those of no use, as of another format version, are not among the kept.
        """
        live = self.current_id()
        kept = [each for each in self.ids() if each == live or self._of_use(each)][-keep:]
        for generation in self.ids():
            if generation not in kept and generation != live:
                shutil.rmtree(self.path(generation), ignore_errors=True)

    def _of_use(self, generation: str) -> bool:
        try:
            read_manifest(self.path(generation))
        except IndexUnusable as error:  # a disk that is not to be read just now proves nothing
            cause = error.__cause__
            return isinstance(cause, OSError) and not isinstance(cause, FileNotFoundError)
        return True

    def sweep(self) -> None:
        """Remove what a killed build left behind."""
        if self._all.is_dir():
            for path in self._all.glob(f"{UNFINISHED}*"):
                shutil.rmtree(path, ignore_errors=True)
