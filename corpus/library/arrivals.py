"""What comes into a library: files with where they came from, and what reading them gave."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from corpus.findings import DesignTag, Fact
from corpus.library.documents import text_hash
from corpus.library.identity import identify
from corpus.library.states import Entry, Outcome
from corpus.metadata.claims import Claim, ClaimSource, put, without
from corpus.metadata.ratings import claims_of_rating
from corpus.page_ranges import page_ranges
from corpus.types import Document

#: Sources whose claims come from reading the file, and are made anew each time.
_OF_READING: Final = frozenset(
    {ClaimSource.EMBEDDED, ClaimSource.TEXT, ClaimSource.FILE, ClaimSource.NAME}
)


class Added(StrEnum):
    """What adding a file came to."""

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"  # same content, other metadata
    REPLACED = "replaced"  # a new version of a file added before
    DUPLICATE = "duplicate"  # the same content under another path
    RESTORED = "restored"  # it had been removed


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file of the web came from, besides its address."""

    centre: str | None = None
    page: str | None = None
    fetched: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a report's file gave."""

    document: Document
    claims: tuple[Claim, ...] = ()
    designs: tuple[DesignTag, ...] = ()
    facts: tuple[Fact, ...] = ()


def as_read(entry: Entry, reading: Reading) -> Entry:
    """A report with what reading its file gave: read, or in need of OCR."""
    document = reading.document
    ocr = tuple(page.number for page in document.pages if page.needs_ocr)
    empty = not any(page.text.strip() for page in document.pages)
    return replace(
        entry,
        outcome=Outcome.NEEDS_OCR if empty else Outcome.READ,
        reason=_found(document, ocr, empty=empty),
        claims=put(
            without(entry.claims, _OF_READING),
            (*reading.claims, *claims_of_rating(document, entry.metadata.centre)),
        ),
        document_type=document.document_type,
        page_count=len(document.pages),
        ocr_pages=ocr,
        text_sha256=None if empty else text_hash(document),
        identity=identify(document),
        designs=reading.designs,
        facts=reading.facts,
    )


def _found(document: Document, ocr: tuple[int, ...], *, empty: bool) -> str | None:
    """What a person may want to know of a reading; None for nothing."""
    notes = list(document.notes)
    if empty:
        return "; ".join(["no page has a text layer: it needs OCR", *notes])
    if ocr:
        notes.insert(
            0, f"needs OCR on {len(ocr)} of {len(document.pages)} pages: {page_ranges(ocr)}"
        )
    return "; ".join(notes) or None


def slug(name: str) -> str:
    """A file name's stem in lower-case ASCII words, at most 48 characters."""
    plain = unicodedata.normalize("NFKD", Path(name).stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48].strip("-") or "report"
