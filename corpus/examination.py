"""A file read and looked through: its document, and what can be said of it from that alone."""

from collections.abc import Iterator
from pathlib import Path

from corpus.assessment.designs import shown, tag_designs, tag_record
from corpus.assessment.facts import find_facts
from corpus.library.arrivals import Reading
from corpus.metadata.claims import Claim, ClaimSource, Confidence, claims_of, resolve
from corpus.metadata.file import claims_of_file
from corpus.metadata.front import claims_of_text
from corpus.metadata.kinds import claims_of_kind
from corpus.metadata.page import page_metadata
from corpus.metadata.titles import claims_of_title
from corpus.reading.read import read_file
from corpus.types import Document, DocumentType


def examine_file(path: Path, *, name: str, seconds: float = 120.0) -> Reading:
    """Read a file and look through it; runs in a worker.

    Raises:
        ReadingError: why it cannot be read.
    """
    document = read_file(path, name=name, seconds=seconds)
    record = document.document_type is DocumentType.RECORD
    claims = tuple(_claims(document, path, name))
    if record:
        designs = tag_record(document.pages[0])
    else:
        designs = shown(tag_designs(document.pages, title=resolve(claims).title))
    return Reading(
        document,
        claims=claims,
        designs=designs,
        facts=() if record else find_facts(document.pages),
    )


def _claims(document: Document, path: Path, name: str) -> Iterator[Claim]:
    yield from claims_of_file(document, name)
    titles: tuple[Claim, ...] = ()
    if document.document_type is not DocumentType.RECORD:
        titles = tuple(claims_of_title(document))
        yield from titles
    yield from claims_of_text(document)
    yield from claims_of_kind(document, resolve(titles).title)
    if document.document_type is DocumentType.HTML:
        yield from claims_of(
            page_metadata(path.read_bytes()), ClaimSource.EMBEDDED, Confidence.MEDIUM
        )
