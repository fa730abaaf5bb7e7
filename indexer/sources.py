"""What there is to add: files below the paths given, each with the metadata that names it."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from corpus.errors import MetadataError
from corpus.metadata.sidecar import is_metadata, load_metadata
from corpus.types import Metadata
from corpus.web.single import is_address
from indexer.errors import NothingToAdd

RECORD_SUFFIXES: Final = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A metadata file: its path, and what it says of each file or address it names."""

    path: Path
    rows: Mapping[str, Metadata]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a metadata file.

        Raises:
            MetadataError: with every fault of it.
        """
        return cls(path, load_metadata(path))


@dataclass(frozen=True, slots=True)
class Found:
    """A file to add: as it is shown, its real path, and the metadata files near it."""

    path: Path
    shown: str
    place: str
    sidecars: tuple[Sidecar, ...]  # the nearest folder's first


def as_text(path: str) -> str:
    """A path as text that JSON and SQLite can hold; bytes that are no UTF-8 are written out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def walk(source: str) -> Iterator[Found]:
    """The files a path gives: itself, or all below it that are not hidden.

    Raises:
        NothingToAdd: there is no such path, or nothing below it.
        MetadataError: a metadata file was named, or one beside the files has faults.
    """
    path = Path(source)
    if path.is_file():
        if is_metadata(path):
            raise MetadataError(
                f"{source} is a metadata file, not a report.",
                cure=f"Add the reports it names, with `--metadata {source}`.",
            )
        yield _found(path, source, tuple(_beside(path.parent)))
        return
    if not path.is_dir():
        raise NothingToAdd(f"There is no file or folder {source}.", cure="Check the path.")
    sidecars: dict[Path, tuple[Sidecar, ...]] = {}
    count = 0
    for file in _below(path):
        if file.is_file() and is_metadata(file):
            continue
        if file.parent not in sidecars:
            folders = [file.parent, *(p for p in file.parent.parents if path in (p, *p.parents))]
            sidecars[file.parent] = tuple(s for folder in folders for s in _beside(folder))
        count += 1
        yield _found(file, os.path.join(source, file.relative_to(path)), sidecars[file.parent])  # noqa: PTH118 - as it was typed
    if not count:
        raise NothingToAdd(
            f"The folder {source} holds no file.", cure="Name one that holds reports."
        )


def _below(folder: Path) -> Iterator[Path]:
    """Files and dangling links below a folder, hidden ones left out."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and (path.is_file() or (path.is_symlink() and not path.exists())):
            yield path


def _found(path: Path, shown: str, sidecars: tuple[Sidecar, ...]) -> Found:
    return Found(path, as_text(shown), as_text(os.path.realpath(path)), sidecars)


def _beside(folder: Path) -> Iterator[Sidecar]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and is_metadata(path):
            yield Sidecar.read(path)


class Known:
    """Matches files with metadata: by path from the metadata file, or by a name only one has."""

    def __init__(self, files: Sequence[Found], given: Sidecar | None) -> None:
        self._given = given
        self._names = Counter(found.path.name for found in files)
        self._used: set[tuple[Path, str]] = set()
        self._all = {s.path: s for found in files for s in found.sidecars}
        if given:
            self._all[given.path] = given

    def of(self, found: Found) -> Metadata:
        """What is known of a file: what was given by hand, else the nearest that names it."""
        for sidecar in (*([self._given] if self._given else []), *found.sidecars):
            if (key := self._key(found, sidecar)) is not None:
                self._used.add((sidecar.path, key))
                return sidecar.rows[key]
        return Metadata()

    def _key(self, found: Found, sidecar: Sidecar) -> str | None:
        relative = os.path.relpath(found.path, sidecar.path.parent)
        if relative in sidecar.rows:
            return relative
        name = found.path.name
        named = [key for key in sidecar.rows if Path(key).name == name and not is_address(key)]
        return named[0] if len(named) == 1 and self._names[name] == 1 else None

    def unmatched(self, addresses: Sequence[str]) -> Iterator[str]:
        """A sentence for each metadata file with rows that name nothing that was added."""
        for path, sidecar in self._all.items():
            lost = [
                key
                for key in sidecar.rows
                if (path, key) not in self._used and key not in addresses
            ]
            if lost:
                more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""  # noqa: PLR2004 - a few
                yield f"{path} names {', '.join(lost[:3])}{more}: not among the files added."
