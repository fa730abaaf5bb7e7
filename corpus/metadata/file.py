"""What a file's own properties and its name claim."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from corpus.metadata.claims import Claim, ClaimSource, Confidence
from corpus.types import Document, DocumentType

_YEAR: Final = re.compile(r"(?<!\d)((?:19[89]|20[0-4])\d)(?!\d)")


def claims_of_file(document: Document, name: str) -> Iterator[Claim]:
    """Authors as the reader found them; a year by the file's date or its name.

    A file's date is that of its making: often that of a conversion, so it is a guess.
    """
    if document.document_type is DocumentType.RECORD:
        return
    if document.authors:
        yield Claim("authors", document.authors, ClaimSource.FILE, Confidence.LOW)
    if document.doi:
        yield Claim("doi", document.doi, ClaimSource.EMBEDDED, Confidence.MEDIUM)
    if document.year:
        yield Claim("year", document.year, ClaimSource.FILE, Confidence.LOW)
    if named := _YEAR.findall(Path(name).stem):
        yield Claim("year", int(named[-1]), ClaimSource.NAME, Confidence.LOW)
