"""A folder of files as a centre's list: a charity's or a council's own evaluations."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from corpus.centres import SourceSpec
from corpus.centres.types import SourceKind
from corpus.errors import FetchError, Gone, SourceError
from corpus.sources.patterns import wanted
from corpus.sources.types import Listed
from corpus.web.answers import Answer, Validators
from indexer.errors import NothingToAdd
from indexer.sources import RECORD_SUFFIXES, Known, walk

_LARGEST: Final = 300 * 2**20  # bytes of one file


def list_folder(spec: SourceSpec) -> list[Listed]:
    """Every file below the folder `spec.url`, with the metadata beside it.

    Raises:
        SourceError: there is no such folder, or nothing in it.
        MetadataError: a metadata file in it has faults.
    """
    try:
        found = [f for f in walk(spec.url) if f.path.suffix.lower() not in RECORD_SUFFIXES]
    except OSError as error:
        raise SourceError(f"{spec.url} cannot be read: {error.strerror or error}.") from error
    except NothingToAdd as error:
        raise SourceError(str(error), cure=error.cure) from error
    known = Known(found, None)
    listed = (Listed(f.path.resolve().as_uri(), metadata=known.of(f)) for f in found)
    return [each for each in listed if wanted(each.url, spec.take, spec.leave)]


def is_local(url: str, sources: Sequence[SourceSpec]) -> bool:
    """Whether an address is a file below a folder that the registry names as a list."""
    if not url.startswith("file:"):
        return False
    path = _path(url)
    folders = (Path(spec.url).resolve() for spec in sources if spec.kind is SourceKind.FOLDER)
    return any(path.is_relative_to(folder) for folder in folders)


def read_local(url: str, known: Validators) -> Answer:
    """A file as a site would answer it: its time and size stand for an ETag.

    Raises:
        Gone: it is not there any more.
        FetchError: it cannot be read, or is larger than 300 MiB.
    """
    path = _path(url)
    try:
        status = path.stat()
        etag = f"{status.st_mtime_ns}-{status.st_size}"
        if known.etag == etag:
            return Answer(url, None, {})
        if status.st_size > _LARGEST:
            raise FetchError(f"{path} is larger than {_LARGEST // 2**20} MiB.")
        return Answer(url, path.read_bytes(), {"etag": etag})
    except FileNotFoundError as error:
        raise Gone(f"{path} is not there any more.") from error
    except OSError as error:
        raise FetchError(f"{path} cannot be read: {error.strerror or error}.") from error


def _path(url: str) -> Path:
    return Path(unquote(urlsplit(url).path)).resolve()
