"""What comes into a library: files with where they came from, and what reading them gave."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from corpus.metadata.claims import Claim
from corpus.types import DesignTag, Document, Fact


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


def what_reading_found(document: Document, ocr: tuple[int, ...], *, empty: bool) -> str | None:
    """What a person may want to know of a reading; None for nothing."""
    notes = list(document.notes)
    if empty:
        return "; ".join(["no page has a text layer: it needs OCR", *notes])
    if ocr:
        notes.insert(0, f"needs OCR on {len(ocr)} of {len(document.pages)} pages: {_ranges(ocr)}")
    return "; ".join(notes) or None


def _ranges(numbers: tuple[int, ...]) -> str:
    """Page numbers as people write them: 1-3, 7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


def slug(name: str) -> str:
    """A file name's stem in lower-case ASCII words, at most 48 characters."""
    plain = unicodedata.normalize("NFKD", Path(name).stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48].strip("-") or "report"
