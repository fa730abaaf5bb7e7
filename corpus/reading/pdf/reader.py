"""A PDF into a document."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from corpus.errors import PasswordNeeded, ReadingError
from corpus.reading.pdf.facts import Facts, facts_of
from corpus.reading.pdf.furniture import Sheet, remove_furniture
from corpus.reading.pdf.layout import groups_of, rows_of
from corpus.reading.pdf.lists import mark_lists
from corpus.reading.pdf.pagetext import Hyphens, page_text
from corpus.reading.pdf.repair import repair_table
from corpus.reading.pdf.scans import read_scans, time_for_scans
from corpus.reading.pdf.structure import label_page, style_of
from corpus.reading.pdf.textlayer import text_layer
from corpus.reading.pdf.turn import Turn
from corpus.types import Document, DocumentType, Page

MOST_PAGES: Final = 5_000
_AGAIN: Final = "Download the file again, or open it and save it anew."
_LOOK: Final = "Look whether they are legible; add a better scan, or a copy with text."
_FEW_LETTERS: Final = 12  # a page with fewer, and pictures, has no text layer to speak of
_COVERED: Final = 0.25  # of the page by pictures
_DRAWN: Final = 40  # paths on a page without text: lettering turned into outlines
_UNMAPPED: Final = 0.3  # of a page's characters without meaning
_OBJECTS: Final = 2_000
_LETTER: Final = re.compile(r"[^\W\d_]")


def read_pdf(data: bytes, *, name: str, seconds: float = 120.0) -> Document:
    """Read a PDF; pages without a text layer by OCR, where that is installed.

    Args:
        data: its bytes.
        name: its file name, for messages.
        seconds: what reading it may take; OCR stops in time, and leaves the rest unread.

    Raises:
        PasswordNeeded: it is encrypted, and the empty password does not open it.
        ReadingError: it cannot be opened, or there is nothing on its pages.
    """
    until = time_for_scans(seconds)
    file = _open(data, name)
    try:
        facts = facts_of(data)
        sheets, pictures = _sheets(file)
        scans = read_scans(file, sheets, pictures, until=until)
    finally:
        file.close()
    if not any(sheet.lines for sheet in scans.sheets) and not scans.unread:
        if pictures:
            raise ReadingError("OCR found no words on its pages.", cure=_LOOK)
        raise ReadingError("Every page is blank.", cure=_AGAIN)
    pages, repaired = _pages(scans.sheets, scans.unread, facts)
    notes = [*facts.notes, *scans.notes]
    if repaired:
        notes.append("letters its fonts had wrong were put right")
    return Document(
        DocumentType.PDF,
        tuple(pages),
        title=facts.title,
        authors=facts.authors,
        year=facts.year,
        doi=facts.doi,
        notes=tuple(notes),
    )


def _open(data: bytes, name: str) -> pdfium.PdfDocument:
    try:
        file = pdfium.PdfDocument(data)
        count = len(file)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == pdfium_c.FPDF_ERR_PASSWORD:
            raise PasswordNeeded(
                f"{name} needs a password.", cure="Save a copy without a password and add that."
            ) from error
        if code == pdfium_c.FPDF_ERR_SECURITY:
            raise ReadingError(
                f"{name} is encrypted in a way that cannot be opened.",
                cure="Save a copy without encryption and add that.",
            ) from error
        raise ReadingError(f"{name} is damaged: no page can be opened.", cure=_AGAIN) from error
    if count == 0:
        raise ReadingError(f"{name} has no pages.", cure=_AGAIN)
    if count > MOST_PAGES:
        raise ReadingError(f"{name} has {count:,} pages; {MOST_PAGES:,} is the limit.")
    return file


def _sheets(file: pdfium.PdfDocument) -> tuple[list[Sheet], set[int]]:
    """The lines of each page, and the numbers of pages that need OCR."""
    sheets: list[Sheet] = []
    scanned: set[int] = set()
    for number in range(1, len(file) + 1):
        try:
            page = file[number - 1]
        except pdfium.PdfiumError:
            sheets.append(Sheet(number, Turn(0, 0.0, 0.0), ()))  # what cannot be opened is empty
            continue
        layer = text_layer(page)
        lines = layer.lines
        letters = sum(len(_LETTER.findall(line.text)) for line in lines)
        characters = sum(len(line.text) for line in lines)
        if letters < _FEW_LETTERS and _shows_something(page, layer.turn, letters):
            scanned.add(number)
        if characters and layer.unmapped > _UNMAPPED * characters:
            scanned.add(number)
            lines = ()
        sheets.append(Sheet(number, layer.turn, lines))
        page.close()
    return sheets, scanned


def _shows_something(page: pdfium.PdfPage, turn: Turn, letters: int) -> bool:
    """Whether pictures cover much of a page, or it is drawn in outlines; any, without a letter."""
    covered, drawn = 0.0, 0
    for thing in islice(page.get_objects(max_depth=4), _OBJECTS):
        if thing.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            covered += max(right - left, 0) * max(top - bottom, 0)
        elif thing.type in {pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING}:
            drawn += 1
    if not letters:
        return covered > 0 or drawn > _DRAWN
    return covered > _COVERED * turn.width * turn.height or drawn > _DRAWN


def _pages(
    sheets: Sequence[Sheet], scanned: AbstractSet[int], facts: Facts
) -> tuple[list[Page], bool]:
    """Cleaned pages, and whether damaged letters were repaired."""
    bare, printed = remove_furniture(sheets)
    groups = [groups_of(rows_of(sheet.lines)) for sheet in bare]
    style = style_of(groups, facts.outline)
    labelled = mark_lists([label_page(page, style) for page in groups])
    lines = [line for sheet in bare for line in sheet.lines]
    hyphens = Hyphens(lines)
    table = repair_table(" ".join(line.text for line in lines))
    labels = printed or facts.labels
    pages = []
    for sheet, page in zip(bare, labelled, strict=True):
        text, blocks, places = page_text(page, hyphens, table, sheet.turn)
        pages.append(
            Page(
                number=sheet.number,
                label=labels.get(sheet.number),
                text=text,
                blocks=blocks,
                lines=places,
                width=sheet.turn.width,
                height=sheet.turn.height,
                needs_ocr=sheet.number in scanned,
            )
        )
    return pages, bool(table)
