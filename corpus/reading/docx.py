"""Word documents, through python-docx."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import OpcError
from docx.shared import Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from corpus.reading.assemble import Part, one_page
from corpus.reading.clean import clean_text, telling_title
from corpus.reading.office import office_file
from corpus.reading.tables import table_text
from corpus.types import BlockKind, Document, DocumentType

_HEADING: Final = re.compile(r"heading (\d)", re.IGNORECASE)
_SHORT: Final = 120  # characters of a heading
_USUAL: Final = Pt(11)
_LARGER: Final = 1.2  # times the size of the text around: a title, or the heading of a chapter
_FIRST_YEAR, _LAST_YEAR = 1800, 2100


def read_docx(data: bytes) -> Document:
    """Read a Word document; it has no pages of its own, so all of it is page 1.

    Raises:
        ReadingLimit: it unpacks to more than 300 MiB.
        ReadingError: it cannot be opened.
    """
    with office_file(data, "Word document", damage=OpcError, program="Word") as stream:
        word = docx.Document(stream)
        parts = list(_parts(word))
        known = word.core_properties
        title, author, created = known.title, known.author, known.created
        chosen = telling_title(title) or _cover(word) or _running(word)
    year = created.year if created and _FIRST_YEAR <= created.year <= _LAST_YEAR else None
    return Document(
        DocumentType.DOCX,
        (one_page(parts),),
        title=chosen,
        authors=tuple(n for n in (clean_text(author or "").strip(),) if n),
        year=year,
    )


def _parts(word: WordDocument) -> Iterator[Part]:
    for item in word.iter_inner_content():
        if isinstance(item, Table):
            yield Part(_table(item), BlockKind.TABLE)
        else:
            yield _paragraph(item)


def _paragraph(paragraph: Paragraph) -> Part:
    style = (paragraph.style.name if paragraph.style else None) or ""
    text = " ".join(paragraph.text.split())
    if style.lower().startswith(("toc", "table of figures")):
        return Part(text, BlockKind.CONTENTS)
    if style == "Title":
        return Part(text, BlockKind.HEADING, 1)
    if heading := _HEADING.match(style):
        return Part(text, BlockKind.HEADING, int(heading.group(1)))
    properties = paragraph._p.pPr  # noqa: SLF001 - python-docx has no public way to a numbering
    numbered = properties is not None and properties.numPr is not None
    listed = numbered or style.lower().startswith("list")
    if listed:
        return Part(text, BlockKind.LIST_ITEM)
    if (size := _bold_size(paragraph)) and len(text) <= _SHORT and text[-1:] not in ".,;":
        return Part(text, BlockKind.HEADING, 1 if size > _LARGER else 4)
    return Part(text, BlockKind.PARAGRAPH)


def _cover(word: WordDocument) -> str | None:
    """The title by its style, else the large bold lines the document begins with."""
    paragraphs = [each for each in word.paragraphs if each.text.strip()]
    styled = [each for each in paragraphs if each.style and each.style.name == "Title"]
    large = takewhile(lambda each: (_bold_size(each) or 0) > _LARGER, paragraphs)
    lines = [" ".join(clean_text(each.text).split()) for each in (styled[:1] or large)]
    return telling_title(" ".join(lines))


def _running(word: WordDocument) -> str | None:
    """The words at the head of every page: often the title."""
    for section in word.sections:
        for header in (section.first_page_header, section.header):
            if found := telling_title(" ".join(each.text for each in header.paragraphs)):
                return found
    return None


def _bold_size(paragraph: Paragraph) -> float | None:
    """The size of a line all in bold, by that of its style; None where it is not all bold."""
    runs = [run for run in paragraph.runs if run.text.strip()]
    if not runs or not all(run.bold for run in runs):
        return None
    usual = (paragraph.style and paragraph.style.font.size) or _USUAL
    return min((run.font.size or usual) / usual for run in runs)


def _table(table: Table) -> str:
    """One line a row; a cell that spans several columns stands once."""
    rows = [_cells(row) for row in table.rows]
    header = len(rows) > 1 and (_repeats(table.rows[0]) or (_bold(rows[0]) and not _bold(rows[1])))
    return table_text(
        [[" ".join(cell.text.split()) for cell in row] for row in rows], header=header
    )


def _cells(row: _Row) -> list[_Cell]:
    cells: dict[int, _Cell] = {}
    for cell in row.cells:
        cells.setdefault(id(cell._tc), cell)  # noqa: SLF001 - the only way to tell a merged cell
    return list(cells.values())


def _repeats(row: _Row) -> bool:
    """Whether Word is told to repeat a row on every page, as a header."""
    return bool(row._tr.xpath("./w:trPr/w:tblHeader"))  # noqa: SLF001 - as above, not public


def _bold(cells: Sequence[_Cell]) -> bool:
    runs = [run for cell in cells for each in cell.paragraphs for run in each.runs if run.text]
    return bool(runs) and all(run.bold for run in runs)
