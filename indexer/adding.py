"""Paths and addresses into the library, with the metadata beside them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import CorpusError, FetchError
from corpus.library.arrivals import Added
from corpus.library.library import Library
from corpus.reading.records import EvidenceRecord, load_records
from corpus.types import Metadata
from corpus.web.single import fetch, is_address
from indexer.progress import Progress
from indexer.sources import RECORD_SUFFIXES, Found, Known, Sidecar, as_text, walk


@dataclass(frozen=True, slots=True)
class Addition:
    """One file or record, and what adding it came to."""

    file: str
    report_id: str
    added: Added


def add_all(
    library: Library,
    sources: Sequence[str],
    *,
    metadata: Path | None,
    progress: Progress,
    allow_hosts: Collection[str] = (),
) -> list[Addition]:
    """Add files, folders (with all below them) and addresses.

    Args:
        library: where to.
        sources: paths and http(s) addresses.
        metadata: a metadata file that counts for all of them, over those found beside files.
        allow_hosts: hosts of addresses that may be private.
        progress: told how it goes; also of metadata that matches no file.

    Raises:
        NothingToAdd: a path does not exist, or a folder holds no file.
        MetadataError: a metadata file or evidence record is malformed; nothing was added then.
        CorpusError: some files or addresses give nothing; the others were added.
    """
    given = Sidecar.read(metadata) if metadata else None
    local = [found for source in sources if not is_address(source) for found in walk(source)]
    records = {
        found.path: load_records(found.path.read_bytes(), origin=found.shown)
        for found in local
        if found.path.suffix.lower() in RECORD_SUFFIXES
    }
    known = Known(local, given)
    addresses = [source for source in sources if is_address(source)]
    progress.start("Adding", len(local) + len(addresses), "files")
    added: list[Addition] = []
    failed: list[str] = []
    with library.writing():
        for found in local:
            try:
                if found.path in records:
                    added += [_add_record(library, found, each) for each in records[found.path]]
                else:
                    added.append(_add_file(library, found, known.of(found)))
            except OSError as error:
                failed.append(f"{found.shown}: {error.strerror or error}")
            progress.advance()
        for address in addresses:
            try:
                added.append(_add_address(library, address, given, allow_hosts))
            except FetchError as error:
                failed.append(str(error))
            progress.advance()
    for message in known.unmatched(addresses):
        progress.say(message)
    if failed:
        raise CorpusError(
            f"{len(failed)} of {len(local) + len(addresses)} could not be added: "
            f"{'; '.join(failed)}",
            cure="Mend these and add them again; the others were added.",
        )
    return added


def _add_record(library: Library, found: Found, record: EvidenceRecord) -> Addition:
    file = f"{found.shown}#{record.record_id}"
    report_id, came_to = library.add(
        record.data,
        path=file,
        place=f"{found.place}#{record.record_id}",
        name=f"{record.record_id}.json",
        metadata=record.metadata,
        report_id=record.record_id,
    )
    return Addition(file, report_id, came_to)


def _add_file(library: Library, found: Found, known: Metadata) -> Addition:
    report_id, came_to = library.add(
        found.path.read_bytes(),
        path=found.shown,
        place=found.place,
        name=as_text(found.path.name),
        metadata=known,
    )
    return Addition(found.shown, report_id, came_to)


def _add_address(
    library: Library, address: str, given: Sidecar | None, allow_hosts: Collection[str]
) -> Addition:
    fetched = fetch(address, allow_hosts=allow_hosts)
    known = given.rows.get(address, Metadata()) if given else Metadata()
    known = replace(known, url=known.url or address)
    report_id, came_to = library.add(fetched.data, path=address, name=fetched.name, metadata=known)
    return Addition(address, report_id, came_to)
