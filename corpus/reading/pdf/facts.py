"""What a PDF says of itself, by pypdf: title, authors, year, outline, labels, attachments.

pypdf refuses some files that PDFium opens; then nothing is known, and the report is still read.
"""

import contextlib
import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pypdf import PdfReader
from pypdf.constants import UserAccessPermissions
from pypdf.errors import DependencyError
from pypdf.generic import Destination

from corpus.reading.clean import clean_text, telling_title
from corpus.reading.pdf.structure import folded

_DOI: Final = re.compile(r"10\.\d{4,9}/\S+")
_MOST_ENTRIES: Final = 5_000
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known; `outline` maps folded titles to their depth from 1, `labels` page numbers."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str | None = None
    outline: dict[str, int] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def facts_of(data: bytes) -> Facts:
    """Look into a PDF; each part that cannot be read is left out."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return Facts(notes=("its structure is encrypted",))
    except (DependencyError, NotImplementedError):  # kinds of encryption pypdf has no key to
        return Facts(notes=("its title, outline and page labels cannot be decrypted",))
    except Exception:  # noqa: BLE001 - pypdf raises anything on damaged files
        return Facts(notes=("its structure is damaged: title, outline and labels are unknown",))
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str | None = None
    outline: dict[str, int] = {}
    labels: dict[int, str] = {}
    notes: list[str] = []
    lost: list[str] = []
    with _losing("title, authors and year", lost):
        title, authors, year = _information(reader)
    with _losing("XMP", lost):
        stated_title, stated_authors, doi = _stated(reader)
        title, authors = title or stated_title, stated_authors or authors
    with _losing("outline", lost):
        outline = dict(_outline(reader.outline, 1))
    with _losing("page labels", lost):
        if "/PageLabels" in reader.root_object:
            labels = {n: label for n, label in enumerate(reader.page_labels, start=1) if label}
    with _losing("permissions and attachments", lost):
        notes += _notes(reader)
    if lost:
        done = "decrypted" if reader.is_encrypted else "read"
        notes.append(f"its {'; '.join(lost)} cannot be {done}")
    return Facts(title, authors, year, doi, outline, labels, tuple(notes))


@contextlib.contextmanager
def _losing(what: str, lost: list[str]) -> Iterator[None]:
    """A part that may be beyond reading: then it is entered as lost."""
    try:
        yield
    except Exception:  # noqa: BLE001 - pypdf raises anything on damaged files
        lost.append(what)


def _information(reader: PdfReader) -> tuple[str | None, tuple[str, ...], int | None]:
    known = reader.metadata
    if known is None:
        return None, (), None
    names = re.split(r"[;\n]", clean_text(str(known.author or "")))
    created = None
    with contextlib.suppress(ValueError):  # a date that is none
        created = known.creation_date
    return (
        telling_title(known.title),
        tuple(name.strip() for name in names if name.strip()),
        created.year if created and 1980 < created.year < 2100 else None,  # noqa: PLR2004 - PDFs
    )


def _stated(reader: PdfReader) -> tuple[str | None, tuple[str, ...], str | None]:
    """Title, authors and DOI of the XMP packet; one author is but the file's last editor."""
    known = reader.xmp_metadata
    if known is None:
        return None, (), None
    creators = tuple(clean_text(name).strip() for name in known.dc_creator or ())
    named = " ".join(map(str, [known.dc_identifier, (known.custom_properties or {}).get("doi")]))
    doi = _DOI.search(named)
    return (
        next(filter(None, map(telling_title, (known.dc_title or {}).values())), None),
        creators if len(creators) > 1 else (),
        doi[0].lower() if doi else None,
    )


def _outline(entries: Any, depth: int) -> Iterator[tuple[str, int]]:  # noqa: ANN401 - pypdf nests lists
    for entry in entries[:_MOST_ENTRIES]:
        if isinstance(entry, list):
            if depth < _DEEPEST:
                yield from _outline(entry, depth + 1)
        elif isinstance(entry, Destination) and entry.title and (key := folded(str(entry.title))):
            yield key, depth


def _notes(reader: PdfReader) -> list[str]:
    notes = []
    permissions = reader.user_access_permissions if reader.is_encrypted else None
    if permissions is not None and not permissions & UserAccessPermissions.EXTRACT:
        notes.append("its publisher does not permit copying text out of it")
    if names := list(reader.attachment_list):
        notes.append(f"{len(names)} attached file(s) not read")
    return notes
