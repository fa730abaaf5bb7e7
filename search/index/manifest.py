"""What a generation says of itself, and how it is checked against damage and mismatch."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from corpus.passages import PassageRules
from search.encoder.types import EncoderSpec
from search.errors import IndexUnusable

FORMAT_VERSION: Final = 4
MANIFEST_NAME: Final = "manifest.json"
REBUILD: Final = "Run `evidence index --rebuild` to make the index anew from the library."


@dataclass(frozen=True, slots=True)
class Checksum:
    """Size in bytes and SHA-256 of one file of the generation."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DenseInfo:
    """How vectors are searched; `recall` is recall@100 against exact search, measured at build."""

    kind: str  # "flat" or "ivf-rabitq"; "hnsw" in a database
    recall: float
    lists: int = 0
    probes: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a generation holds; `reports` can be found, `ranked` passages have vectors."""

    reports: int
    passages: int
    ranked: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything the service needs to know of an index before it opens it.

    `library_digest` names the state of the library it was built from; `content_digest` is a
    hash over passages and vectors, the same for two builds of the same library.
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
            f"The index's manifest {path} is malformed: {error.error_count()} fault(s).",
            cure=REBUILD,
        ) from error


def checksum_files(folder: Path) -> dict[str, Checksum]:
    """Size and hash of every file below `folder`, the manifest itself left out."""
    return {
        path.relative_to(folder).as_posix(): Checksum(path.stat().st_size, hash_file(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name not in {MANIFEST_NAME, ".tantivy-writer.lock", ".tantivy-meta.lock"}
    }


def verify_files(manifest: Manifest, folder: Path) -> None:
    """Compare the files with the manifest.

    Raises:
        IndexUnusable: a file is missing, cut short or changed.
    """
    for name, expected in manifest.files.items():
        path = folder / name
        try:
            if (size := path.stat().st_size) != expected.size:
                fault = f"has {size} bytes instead of {expected.size}"
            elif hash_file(path) != expected.sha256:
                fault = "has changed since it was written"
            else:
                continue
        except OSError as error:
            fault = f"cannot be read ({error.strerror or error})"
        raise IndexUnusable(f"The index is damaged: {path} {fault}.", cure=REBUILD)


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
