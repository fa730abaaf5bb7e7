"""Originals and what reading gave, on disk: where, in what form, and a hash of what is said."""

import gzip
import hashlib
import zlib
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from corpus.errors import LibraryError
from corpus.types import Document

_DOCUMENT: Final = TypeAdapter(Document)


def original_path(library: Path, sha256: str) -> Path:
    """Where the library in that folder keeps an original."""
    return library / "originals" / sha256[:2] / sha256


def pages_path(library: Path, sha256: str) -> Path:
    """Where it keeps what reading that original gave."""
    return library / "pages" / sha256[:2] / f"{sha256}.json.gz"


def pack_document(document: Document) -> bytes:
    """A document as bytes; the same document always gives the same bytes."""
    return gzip.compress(_DOCUMENT.dump_json(document), compresslevel=3, mtime=0)


def load_document(path: Path) -> Document:
    """The document in a file.

    Raises:
        LibraryError: missing or damaged.
    """
    try:
        return _DOCUMENT.validate_json(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, zlib.error, ValidationError) as error:
        raise LibraryError(
            f"The pages kept in {path} cannot be read.",
            cure="Run `evidence index --reread` to read every report again.",
        ) from error


def text_hash(document: Document) -> str:
    """SHA-256 of everything the pages say, white space folded."""
    digest = hashlib.sha256()
    for page in document.pages:
        digest.update(" ".join(page.text.split()).encode())
        digest.update(b"\f")
    return digest.hexdigest()
