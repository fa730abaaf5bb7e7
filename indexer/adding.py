"""Paths and addresses into the library, with the metadata beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import CorpusError, MetadataError
from corpus.fetch import fetch, is_address
from corpus.library.library import Added, Library
from corpus.metadata import is_metadata, load_metadata
from corpus.reading.records import load_records
from corpus.types import Metadata
from indexer.errors import NothingToAdd
from indexer.progress import Progress

RECORD_SUFFIXES = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Addition:
    """One file or record, and what adding it came to."""

    file: str
    report_id: str
    added: Added


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    shown: str
    sidecar: Mapping[str, Metadata]


def add_all(
    library: Library,
    sources: Sequence[str],
    *,
    metadata: Path | None,
    progress: Progress,
) -> list[Addition]:
    """Add files, folders (with all below them) and addresses.

    Args:
        library: where to.
        sources: paths and http(s) addresses.
        metadata: a metadata file that counts for all of them, over those found beside files.
        progress: told how it goes; also of metadata that matches no file.

    Raises:
        NothingToAdd: a path does not exist, or a folder holds no file.
        MetadataError: a metadata file or evidence record is malformed; nothing was added then.
        FetchError: an address gives no file.
        CorpusError: some files cannot be opened; the others were added.
    """
    given = dict(load_metadata(metadata)) if metadata else {}
    local = [found for source in sources if not is_address(source) for found in _walk(source)]
    batches = {
        found.path: load_records(found.path.read_bytes(), origin=found.shown)
        for found in local
        if found.path.suffix.lower() in RECORD_SUFFIXES
    }
    addresses = [source for source in sources if is_address(source)]
    progress.start("Adding", len(local) + len(addresses), "files")
    added: list[Addition] = []
    failed: list[str] = []
    with library.writing():
        for found in local:
            if found.path in batches:
                for record in batches[found.path]:
                    file = f"{found.shown}#{record.record_id}"
                    report_id, came_to = library.add(
                        record.data,
                        path=file,
                        name=f"{record.record_id}.json",
                        metadata=record.metadata,
                        report_id=record.record_id,
                    )
                    added.append(Addition(file, report_id, came_to))
            else:
                try:
                    added.append(_add_file(library, found, given))
                except OSError as error:
                    failed.append(f"{found.shown}: {error.strerror or error}")
            progress.advance()
        for address in addresses:
            added.append(_add_address(library, address, given))
            progress.advance()
    _tell_unmatched(local, given, progress)
    if failed:
        raise CorpusError(
            f"{len(failed)} of {len(local)} files cannot be opened: {'; '.join(failed)}.",
            cure="Check their permissions, then add them again; the others were added.",
        )
    return added


def _walk(source: str) -> Iterator[_Found]:
    path = Path(source)
    if path.is_file():
        if is_metadata(path):
            raise MetadataError(
                f"{source} is a metadata file, not a report.",
                cure=f"Add the reports it names, with `--metadata {source}`.",
            )
        yield _Found(path, _shown(source), _beside(path.parent))
        return
    if not path.is_dir():
        raise NothingToAdd(f"There is no file or folder {source}.", cure="Check the path.")
    files = [p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p, path)]
    sidecars = {folder: _beside(folder) for folder in {p.parent for p in files}}
    reports = [p for p in files if not is_metadata(p)]
    if not reports:
        raise NothingToAdd(
            f"The folder {source} holds no file.", cure="Name one that holds reports."
        )
    for file in reports:
        yield _Found(
            file, _shown(str(Path(source) / file.relative_to(path))), sidecars[file.parent]
        )


def _hidden(path: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(below).parts)


def _beside(folder: Path) -> dict[str, Metadata]:
    """All metadata files of a folder, the later name over the earlier."""
    known: dict[str, Metadata] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and is_metadata(path):
            known.update(load_metadata(path))
    return known


def _shown(path: str) -> str:
    """A path as text that JSON and SQLite can hold, whatever bytes the file system has."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _add_file(library: Library, found: _Found, given: Mapping[str, Metadata]) -> Addition:
    name = _shown(found.path.name)
    known = given.get(name) or found.sidecar.get(name) or Metadata()
    data = found.path.read_bytes()
    report_id, came_to = library.add(data, path=found.shown, name=name, metadata=known)
    return Addition(found.shown, report_id, came_to)


def _add_address(library: Library, address: str, given: Mapping[str, Metadata]) -> Addition:
    fetched = fetch(address)
    known = given.get(address) or given.get(fetched.name) or Metadata()
    known = replace(known, url=known.url or address)
    report_id, came_to = library.add(fetched.data, path=address, name=fetched.name, metadata=known)
    return Addition(address, report_id, came_to)


def _tell_unmatched(
    local: Sequence[_Found], given: Mapping[str, Metadata], progress: Progress
) -> None:
    names = {found.path.name for found in local}
    for name in sorted(set(given) - names):
        if not is_address(name):
            progress.say(f"The metadata names {name}, which is not among the files added.")
