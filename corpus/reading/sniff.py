"""What a file is, by its bytes and never by its name."""

import io
import zipfile
from pathlib import PurePath
from typing import Final

from corpus.errors import NotAReport
from corpus.types import DocumentType

_HEAD: Final = 4096
_PDF_WITHIN: Final = 1024  # readers accept the header anywhere in the first kilobyte
_KNOWN_UNSUPPORTED: Final = {
    b"\x89PNG": "a PNG image", b"\xff\xd8\xff": "a JPEG image", b"GIF8": "a GIF image",
    b"II*\x00": "a TIFF image", b"MM\x00*": "a TIFF image",
    b"\xd0\xcf\x11\xe0": "an old Office file (doc, xls, ppt)", b"{\\rtf": "an RTF file",
    b"%!PS": "a PostScript file", b"\x1f\x8b": "a gzip archive", b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
}  # fmt: skip
_OFFICE_PARTS: Final = {
    "word/document.xml": DocumentType.DOCX,
    "ppt/presentation.xml": DocumentType.PPTX,
    "xl/workbook.xml": DocumentType.XLSX,
}
_TEXT_BYTES: Final = bytes([*range(9, 14), *range(32, 256)])
_CONVERT: Final = "Save it as PDF, DOCX, PPTX, XLSX, HTML or text, then add it again."


def sniff(data: bytes, name: str) -> DocumentType:
    """The kind of document these bytes are.

    Raises:
        NotAReport: empty, of an unsupported kind, or not what the name says.
    """
    if not data.strip(b"\x00 \r\n\t"):
        raise NotAReport("The file is empty.", cure="Download it again.")
    kind = _kind(data, name)
    suffix = PurePath(name).suffix.lower()
    if suffix == ".pdf" and kind is not DocumentType.PDF:
        raise NotAReport(
            f"The file is named {suffix} but holds {_named(kind)}: perhaps an error page saved "
            "in place of the report, or a damaged file.",
            cure="Open it; download the report again, or give the file its right name.",
        )
    return kind


def _kind(data: bytes, name: str) -> DocumentType:
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return DocumentType.PDF
    if data.startswith(b"PK\x03\x04"):
        return _inside_zip(data)
    for magic, what in _KNOWN_UNSUPPORTED.items():
        if data.startswith(magic):
            raise NotAReport(f"The file is {what}, which cannot be read.", cure=_CONVERT)
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype html", b"<html")) or b"<html" in head or b"<body" in head:
        return DocumentType.HTML
    if head.startswith(b"{") and PurePath(name).suffix.lower() == ".json":
        return DocumentType.RECORD
    if _is_binary(data[:_HEAD]):
        raise NotAReport("The file is of no kind that can be read.", cure=_CONVERT)
    return DocumentType.TEXT


def _inside_zip(data: bytes) -> DocumentType:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise NotAReport(f"The file is a damaged archive: {error}.", cure=_CONVERT) from error
    for part, kind in _OFFICE_PARTS.items():
        if part in names:
            return kind
    if any(name.startswith(("xl/", "ppt/", "word/")) for name in names):
        raise NotAReport("The file is an Office file without its main part.", cure=_CONVERT)
    raise NotAReport("The file is an archive.", cure="Unpack it and add the reports inside.")


def _is_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    odd = len(head.translate(None, delete=_TEXT_BYTES))
    return b"\x00" in head or odd > len(head) / 20


def _named(kind: DocumentType) -> str:
    return {
        DocumentType.HTML: "HTML",
        DocumentType.DOCX: "a Word document",
        DocumentType.PPTX: "a presentation",
        DocumentType.XLSX: "a spreadsheet",
    }.get(kind, "text")
