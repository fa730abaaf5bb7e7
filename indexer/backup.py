"""A home as one file, and back: consistent while the service runs, checked when it is restored.

The file is a tar archive. Its last member, `manifest.json`, names every other with size and
SHA-256: an archive that was cut short has none. Databases are copied by SQLite's own backup;
of the index the live generation is kept alone.
"""

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from corpus.errors import EvidenceError
from corpus.home import Home
from corpus.library.library import Library
from search.errors import NoIndex
from search.index.generations import Generations

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
_LOCKS: Final = frozenset({"lock", "gathering"})
_COMPANIONS: Final = ("-wal", "-shm", "-journal")  # of databases: their copies need none


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a backup."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup holds: files by their path below the home, and when it was made (UTC)."""

    format: int
    made: str
    files: dict[str, Kept]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())


def back_up(home: Home, to: Path, *, force: bool = False) -> BackupManifest:
    """Write a home into one file, while no command changes it; a running service may go on.

    Raises:
        EvidenceError: there is nothing to back up, the file is there already or inside the home.
        LibraryError: another command is changing the home.
    """
    if not home.library.is_dir() and not home.index.is_dir():
        raise EvidenceError(
            f"There is no library and no index in {home.path}.", cure="Name the home with --home."
        )
    if to.exists() and not force:
        raise EvidenceError(f"{to} is there already.", cure="Name another file, or use --force.")
    if to.resolve().is_relative_to(home.path.resolve()):
        raise EvidenceError(f"{to} is inside the home.", cure="Name a file elsewhere.")
    partial = to.with_name(f"{to.name}.partial")
    try:
        with unchanged(home), _private(partial) as file:
            manifest = _write(home, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(to)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


@contextmanager
def unchanged(home: Home) -> Iterator[None]:
    """Keep every command from changing the home meanwhile; raises LibraryError."""
    with ExitStack() as held:
        if home.library.is_dir():
            library = held.enter_context(Library(home.library))
            held.enter_context(library.gathering())
            held.enter_context(library.writing())
        yield


def _private(path: Path) -> BinaryIO:
    """A new file for its owner alone: a home may hold what others must not read."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write(home: Home, file: BinaryIO) -> BackupManifest:
    kept: dict[str, Kept] = {}
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for path in _files(home):
            name = path.relative_to(home.path).as_posix()
            with ExitStack() as opened:
                source = path
                if path in {home.keys, home.feedback} or _is_catalogue(home, path):
                    source = opened.enter_context(_copied(path))
                kept[name] = _add(archive, name, source)
        manifest = BackupManifest(FORMAT, datetime.now(UTC).isoformat(timespec="seconds"), kept)
        told = json.dumps(asdict(manifest), indent=1, ensure_ascii=False).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(told)
        archive.addfile(entry, io.BytesIO(told))
    return manifest


def _files(home: Home) -> Iterator[Path]:
    """Every file worth keeping, in order: no locks, nothing unfinished, one generation."""
    made, live = home.index / "generations", _live(home)
    for path in sorted(home.path.rglob("*")):
        if path.suffix == ".lock" or not path.is_file():
            continue
        if path.is_relative_to(made):
            if live and path.is_relative_to(live):
                yield path  # to the last file: a generation is whole or no use
        elif not (_passing(path.relative_to(home.path)) or _remade(home, path)):
            yield path


def _live(home: Home) -> Path | None:
    """The live generation; None where there is none, as after a first build that was broken off."""
    generations = Generations(home.index)
    try:
        return generations.path(generations.current_id())
    except NoIndex:
        return None


def _is_catalogue(home: Home, path: Path) -> bool:
    """Whether a file is a database that may change; those of generations never do."""
    return path.suffix == ".sqlite" and not path.is_relative_to(home.index / "generations")


def _remade(home: Home, path: Path) -> bool:
    """Whether nothing is lost with a file: drawn pages, how much was asked lately, jobs' output."""
    return path == home.counters or any(map(path.is_relative_to, (home.drawn, home.jobs)))


def _passing(path: Path) -> bool:
    """Whether a file is a lock, unfinished, or a database's companion."""
    hidden = any(part.startswith(".") for part in path.parts)
    return hidden or path.name in _LOCKS or path.name.endswith(_COMPANIONS)


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """A database copied as it is at one moment."""
    with tempfile.TemporaryDirectory(prefix="evidence-backup-") as folder:
        copy = Path(folder) / path.name
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(uri, uri=True)) as source,
            closing(sqlite3.connect(copy)) as to,
        ):
            source.backup(to)
        yield copy


class _Read:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sha256.update(data)
        return data


def _add(archive: tarfile.TarFile, name: str, path: Path) -> Kept:
    with path.open("rb") as file:
        told = os.fstat(file.fileno())
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = told.st_size, told.st_mtime, told.st_mode & 0o777
        read = _Read(file)
        archive.addfile(entry, read)
    return Kept(entry.size, read.sha256.hexdigest())
