"""Word documents, through python-docx."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import OpcError
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from corpus.reading.assemble import Part, one_page
from corpus.reading.clean import clean_text
from corpus.reading.office import office_file
from corpus.reading.tables import table_text
from corpus.types import BlockKind, Document, DocumentType

_HEADING: Final = re.compile(r"heading (\d)", re.IGNORECASE)
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
    headings = [part.text for part in parts if part.kind is BlockKind.HEADING]
    chosen = clean_text(title or "").strip() or (headings[0] if headings else "")
    year = created.year if created and _FIRST_YEAR <= created.year <= _LAST_YEAR else None
    return Document(
        DocumentType.DOCX,
        (one_page(parts),),
        title=chosen.strip() or None,
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
    return Part(text, BlockKind.LIST_ITEM if listed else BlockKind.PARAGRAPH)


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
