"""What a generation says of itself, and how it is checked against damage and mismatch."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from corpus.passages import PassageRules
from search.encoder.types import EncoderSpec
from search.errors import IndexUnusable

FORMAT_VERSION: Final = 6
MANIFEST_NAME: Final = "manifest.json"
_LOCKS: Final = (".tantivy-writer.lock", ".tantivy-meta.lock")
REBUILD: Final = "Run `evidence index --rebuild` to make the index anew from the library."


@dataclass(frozen=True, slots=True)
class Checksum:
    """Size in bytes, SHA-256 and time of writing (ms since 1970) of a file of the generation."""

    size: int
    sha256: str
    written: int


@dataclass(frozen=True, slots=True)
class DenseInfo:
    """How vectors are searched; `recall` is recall@100 against exact search, measured at build.

    Of `lists` at least `probes` are gone through, and by question as many more as `slope` tells
    (`search.index.likely`). Without a slope, as before ADR 0034, a database goes through `probes`.
    `tuned_for` is how many passages there were when a database's lists were tuned.
    """

    kind: str  # "flat" or "ivf-rabitq"; "flat" or "ivf" in a database
    recall: float
    lists: int = 0
    probes: int = 0
    slope: float | None = None
    tuned_for: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a generation holds; `reports` can be found, `ranked` passages have vectors."""

    reports: int
    passages: int
    ranked: int


@dataclass(frozen=True, slots=True)
class Layers:
    """How vectors are searched that came since the dense half was built whole.

    `recent` passages are searched apart, as `info` says; `gone` vectors belong to no passage.
    """

    info: DenseInfo
    recent: int
    gone: int


@dataclass(frozen=True, slots=True)
class Part:
    """Some reports of a generation with all that is kept of them, in a folder `parts/NAME`.

    `key` names what it was made from: a part of the same key holds the same. `content` is a hash
    over its reports, passages and vectors.
    """

    key: str
    content: str
    counts: Counts

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.key[:16]

    @property
    def numbered_from(self) -> int:
        """The lexical half knows its passages and reports by their place and this, below 2^63."""
        return numbered_from(self.key)


def numbered_from(key: str) -> int:
    """The first number of a part of that key; no two parts of a generation may share it."""
    return (int(key[:10], 16) >> 1) << 24


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything the service needs to know of an index before it opens it.

    `library_digest` names the state of the library it was built from; `content_digest` is a
    hash over passages and vectors, the same for two builds of the same library. Passages are
    addressed in the order of `parts`; an index in a database has none.
    """

    format_version: int
    generation: str
    created: str
    encoder: EncoderSpec
    passage_rules: PassageRules
    counts: Counts
    dense: DenseInfo
    library_digest: str
    content_digest: str
    files: dict[str, Checksum]
    parts: tuple[Part, ...] = ()
    layers: Layers | None = None


_ADAPTER: Final = TypeAdapter(Manifest)


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write `manifest.json` into a generation's folder."""
    text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False)
    (folder / MANIFEST_NAME).write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation's folder.

    Raises:
        IndexUnusable: missing, malformed, or of another format version.
    """
    path = folder / MANIFEST_NAME
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexUnusable(
            f"The index's manifest {path} cannot be read: {error}", cure=REBUILD
        ) from error
    return parse_manifest(raw, f"The index's manifest {path}")


def parse_manifest(raw: object, name: str) -> Manifest:
    """A manifest from its JSON, once decoded; `name` is what errors call it.

    Raises:
        IndexUnusable: malformed, or of another format version.
    """
    version = raw.get("format_version") if isinstance(raw, dict) else None
    if version != FORMAT_VERSION:
        raise IndexUnusable(
            f"The index is of format version {version}; this program reads {FORMAT_VERSION}.",
            cure=REBUILD,
        )
    try:
        return _ADAPTER.validate_python(raw)
    except ValidationError as error:
        raise IndexUnusable(
            f"{name} is malformed: {error.error_count()} fault(s).", cure=REBUILD
        ) from error


def model_named(folder: Path) -> str | None:
    """The model that made a generation of any format version; None where it cannot be told."""
    try:
        raw = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
        return str(raw["encoder"]["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def checksum_files(folder: Path, known: Mapping[tuple[int, int], Checksum]) -> dict[str, Checksum]:
    """Size and hash of every file below `folder`, the manifest itself left out.

    Args:
        folder: of a generation.
        known: checksums of files that need no reading, by device and inode.
    """
    found: dict[str, Checksum] = {}
    seen = dict(known)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in {MANIFEST_NAME, *_LOCKS}:
            told = path.stat()
            same = (told.st_dev, told.st_ino)
            if same not in seen:
                seen[same] = Checksum(told.st_size, hash_file(path), _written(told))
            found[path.relative_to(folder).as_posix()] = seen[same]
    return found


def by_inode(manifest: Manifest, folder: Path) -> dict[tuple[int, int], Checksum]:
    """The checksums of a generation's files, by device and inode."""
    told = ((path.stat(), each) for path, each in _files(manifest, folder))
    return {(stat.st_dev, stat.st_ino): each for stat, each in told}


def verify_files(manifest: Manifest, folder: Path, *, read_all: bool = False) -> None:
    """Compare the files with the manifest.

    A file of the size and the time of writing that the manifest tells is not read again, unless
    `read_all` says so: with a million passages that would take longer than everything else.

    Raises:
        IndexUnusable: a file is missing, cut short or changed.
    """
    for path, expected in _files(manifest, folder):
        try:
            told = path.stat()
            if told.st_size != expected.size:
                fault = f"has {told.st_size} bytes instead of {expected.size}"
            elif _written(told) == expected.written and not read_all:
                continue
            elif hash_file(path) != expected.sha256:
                fault = "has changed since it was written"
            else:
                continue
        except OSError as error:
            fault = f"cannot be read ({error.strerror or error})"
        raise IndexUnusable(f"The index is damaged: {path} {fault}.", cure=REBUILD)


def _files(manifest: Manifest, folder: Path) -> Iterator[tuple[Path, Checksum]]:
    return ((folder / name, expected) for name, expected in manifest.files.items())


def _written(told: os.stat_result) -> int:
    return told.st_mtime_ns // 1_000_000  # archives keep no more for certain


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
