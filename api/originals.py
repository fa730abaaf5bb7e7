"""The files reports were read from: which may be shown, where they are, their pages drawn."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from corpus.centres import Centre, load_registry
from corpus.drawing import Drawings
from corpus.errors import LibraryError
from corpus.home import Home
from corpus.library.documents import load_document, original_path, pages_path
from corpus.types import DocumentType, Report, ReportStatus

#: Licences that let anybody show a copy, as reports name them. Those that forbid commercial use
#: or changes are left out: what this service is used for, and whether a mark is a change, is for
#: its owner to judge, who says `show` in the registry.
_OPEN: Final = re.compile(
    r"(cc[ -]?0|cc[ -]by([ -]sa)?|creative commons (attribution|zero)"
    r"|(https?://)?creativecommons\.org/(licenses/by(-sa)?/|publicdomain/)"
    r"|open government licen[cs]e|ogl|public domain)\b"
)
_CLOSED: Final = re.compile(
    r"\b(nc|nd|non-?commercial|no-?deriv\w*|all rights reserved|except|unless)\b"
)
A4: Final = (595.0, 842.0)


class Originals:
    """The originals of a home's library, as far as they may be shown."""

    def __init__(self, home: Path, registry: Path) -> None:
        place = Home(home)
        self._library = place.library
        self._registry = registry
        self.drawings = Drawings(place.drawn)
        self._sizes = lru_cache(maxsize=256)(self._read_sizes)

    def centres(self) -> tuple[Centre, ...]:
        """Every centre of the registry."""
        return load_registry(self._registry).centre

    def file(self, report: Report) -> Path | None:
        """A report's original; None where its licence does not let it be shown, or none is kept.

        What a centre withdrew is not shown, nor a summary in this project's words.
        """
        if report.status is ReportStatus.WITHDRAWN or not may_show(report, self.centres()):
            return None
        path = original_path(self._library, report.sha256)
        return path if path.is_file() else None

    def page_size(self, report: Report, number: int) -> tuple[float, float]:
        """Width and height of a page, in points; A4 where they are not known."""
        sizes = self._sizes(report.sha256)
        return sizes[number - 1] if number <= len(sizes) else A4

    def _read_sizes(self, sha256: str) -> tuple[tuple[float, float], ...]:
        try:
            document = load_document(pages_path(self._library, sha256))
        except LibraryError:
            return ()
        return tuple((p.width, p.height) if p.width and p.height else A4 for p in document.pages)


def may_show(report: Report, centres: tuple[Centre, ...]) -> bool:
    """Whether a licence lets the file be shown: the report's own, or all its centres'."""
    if report.document_type is DocumentType.RECORD:
        return False
    if is_open(report.metadata.licence or ""):
        return True
    named = report.centres or (report.metadata.centre,)
    publishers = [centre for centre in centres if centre.id in named]
    return bool(publishers) and all(centre.licence.show for centre in publishers)


def is_open(licence: str) -> bool:
    """Whether a licence, as a report names it, lets anybody show a copy."""
    plain = " ".join(licence.casefold().split())
    return _OPEN.match(plain) is not None and _CLOSED.search(plain) is None
