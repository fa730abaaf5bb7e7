"""A home out of a backup: nothing is put in place before everything is checked."""

import hashlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final

from pydantic import TypeAdapter, ValidationError

from corpus.durable import sync
from corpus.errors import EvidenceError
from corpus.home import Home
from indexer.backup import FORMAT, MANIFEST, BackupManifest, Kept, unchanged
from indexer.errors import BackupDamaged

_MANIFEST: Final = TypeAdapter(BackupManifest)
_LARGEST_MANIFEST: Final = 256 * 2**20  # bytes: a million files
_LONGEST_NAME: Final = 1_000
_CHUNK: Final = 2**20


def restore(home: Home, file: Path, *, force: bool = False) -> BackupManifest:
    """Put a backup where `home` is to be.

    It is unpacked beside the home, every file is held against the manifest, and only then it takes
    the home's place. A service that runs on the old home moves to the restored index by itself.

    Args:
        home: a new folder, or with `force` the one to replace.
        file: what `back_up` wrote.
        force: replace what is there.

    Raises:
        EvidenceError: there is something already, and no `force`.
        BackupDamaged: the file is cut short, changed, or no backup; the home is as it was.
    """
    place = home.path.absolute()
    taken = place.exists() and (not place.is_dir() or any(place.iterdir()))
    if taken and not force:
        raise EvidenceError(
            f"{home.path} is there already.",
            cure="Name a new home with --home, or replace this one with --force.",
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    with _beside(place) as staging:
        manifest = _unpack(file, staging / "new")
        if taken:
            with unchanged(home):
                place.rename(staging / "old")
        elif place.exists():
            place.rmdir()
        (staging / "new").rename(place)
    return manifest


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """A folder beside the home, gone afterwards with all that is left in it."""
    folder = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        yield folder
        sync(folder.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(file: Path, into: Path) -> BackupManifest:
    found: dict[str, Kept] = {}
    told: bytes | None = None
    try:
        with tarfile.open(file, mode="r|") as archive:
            for member in archive:
                if told is not None:
                    raise _damaged(file, "something follows its manifest")
                content = _content(archive, member, file, found)
                if member.name == MANIFEST:
                    told = content.read(_LARGEST_MANIFEST)
                else:
                    found[member.name] = _save(content, into / member.name, member)
    except (tarfile.TarError, EOFError, OverflowError, ValueError) as error:
        raise _damaged(file, str(error) or "it is no archive") from error
    manifest = _read(file, told)
    _compare(file, manifest, found)
    return manifest


def _content(
    archive: tarfile.TarFile, member: tarfile.TarInfo, file: Path, found: dict[str, Kept]
) -> IO[bytes]:
    """What a member holds, where it is a plain file with a name that stays inside the home."""
    name = PurePosixPath(member.name)
    inside = (
        not name.is_absolute()
        and str(name) == member.name
        and ".." not in name.parts
        and len(member.name) <= _LONGEST_NAME
        and not set("\\:\0") & set(member.name)
    )
    if not inside:
        raise _damaged(file, f"it names a file outside the home: {member.name[:100]!r}")
    content = archive.extractfile(member) if member.isreg() and not member.issparse() else None
    if content is None:
        raise _damaged(file, f"{member.name!r} is no plain file")
    if member.name in found:
        raise _damaged(file, f"{member.name!r} is there twice")
    return content


def _save(content: IO[bytes], to: Path, member: tarfile.TarInfo) -> Kept:
    to.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with to.open("xb") as out:
        os.fchmod(out.fileno(), member.mode & 0o777 | 0o600)
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    os.utime(to, (member.mtime, member.mtime))
    return Kept(size, digest.hexdigest())


def _read(file: Path, told: bytes | None) -> BackupManifest:
    if told is None:
        raise _damaged(file, "it ends before its manifest: it was cut short")
    try:
        manifest = _MANIFEST.validate_json(told)
    except ValidationError as error:
        raise _damaged(file, "its manifest cannot be read") from error
    if manifest.format != FORMAT:
        raise EvidenceError(
            f"{file} is a backup of format {manifest.format}; this program reads {FORMAT}.",
            cure="Restore it with the version of the program that made it.",
        )
    return manifest


def _compare(file: Path, manifest: BackupManifest, found: dict[str, Kept]) -> None:
    for name in [*manifest.files, *found]:
        if manifest.files.get(name) != found.get(name):
            raise _damaged(file, f"{name} is not as it was when the backup was made")


def _damaged(file: Path, why: str) -> BackupDamaged:
    return BackupDamaged(
        f"The backup {file} is damaged: {why}.",
        cure="Nothing was changed. Take another backup.",
    )
