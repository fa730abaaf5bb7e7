"""A file into a document, whatever its kind."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from corpus.errors import ReadingLimit
from corpus.reading.language import languages_of
from corpus.reading.sniff import sniff
from corpus.types import Document, DocumentType

LARGEST_FILE: Final = 500 * 2**20  # bytes
LARGEST_TEXT: Final = 50_000_000  # characters


def read_file(path: Path, *, name: str, seconds: float = 120.0) -> Document:
    """Read a file by what its bytes are.

    Args:
        path: where it is.
        name: the name it was added under.
        seconds: what reading it may take; what can stop in time does.

    Raises:
        ReadingError: why it cannot be read, in words for a person.
    """
    if (size := path.stat().st_size) > LARGEST_FILE:
        raise ReadingLimit(
            f"The file has {size / 2**20:,.0f} MiB; {LARGEST_FILE // 2**20} are the limit.",
            cure="Split it, or reduce its images.",
        )
    data = path.read_bytes()
    document = _read(data, sniff(data, name), name, seconds)
    if (characters := sum(len(page.text) for page in document.pages)) > LARGEST_TEXT:
        raise ReadingLimit(f"The file holds {characters:,} characters; that is no report.")
    return replace(document, languages=languages_of(document.pages))


def _read(  # noqa: PLR0911 - one a kind
    data: bytes, kind: DocumentType, name: str, seconds: float
) -> Document:
    # Each reader is imported where it is needed: a worker that reads PDFs loads no others.
    match kind:
        case DocumentType.PDF:
            from corpus.reading.pdf.reader import read_pdf  # noqa: PLC0415

            return read_pdf(data, name=name, seconds=seconds)
        case DocumentType.HTML:
            from corpus.reading.html import read_html  # noqa: PLC0415

            return read_html(data)
        case DocumentType.DOCX:
            from corpus.reading.docx import read_docx  # noqa: PLC0415

            return read_docx(data)
        case DocumentType.PPTX:
            from corpus.reading.pptx import read_pptx  # noqa: PLC0415

            return read_pptx(data)
        case DocumentType.XLSX:
            from corpus.reading.xlsx import read_xlsx  # noqa: PLC0415

            return read_xlsx(data)
        case DocumentType.RECORD:
            from corpus.reading.records import read_record  # noqa: PLC0415

            return read_record(data)
        case DocumentType.TEXT:
            from corpus.reading.text import read_text  # noqa: PLC0415

            return read_text(data, name=name)
