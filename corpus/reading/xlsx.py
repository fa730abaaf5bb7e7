"""Spreadsheets, through openpyxl: a page per sheet, values beside the names of their columns."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from corpus.errors import ReadingError
from corpus.reading.assemble import Part, one_page
from corpus.reading.clean import clean_text, telling_title
from corpus.reading.office import office_file
from corpus.reading.tables import beside, names_columns
from corpus.types import BlockKind, Document, DocumentType, Page

MOST_SHEETS: Final = 100
MOST_ROWS: Final = 2_000  # of a sheet: beyond, it is data and no report
MOST_COLUMNS: Final = 60
_DECIMALS: Final = re.compile(r"0\.(0+)")
_FIRST_YEAR, _LAST_YEAR = 1980, 2100


def read_xlsx(data: bytes) -> Document:
    """Read a spreadsheet: shown sheets, their first rows, values as they were last calculated.

    Raises:
        ReadingLimit: it unpacks to more than 300 MiB.
        ReadingError: it cannot be opened, or there is nothing in it.
    """
    notes: list[str] = []
    with office_file(data, "spreadsheet", damage=InvalidFileException, program="Excel") as stream:
        book = load_workbook(stream, read_only=True, data_only=True)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        pages = [
            _page(number, sheet, notes) for number, sheet in enumerate(shown[:MOST_SHEETS], start=1)
        ]
        known = book.properties
        title, author, created = known.title, known.creator, known.created
        left_out = len(book.worksheets) - len(pages)
        book.close()
    if not any(len(page.blocks) > 1 for page in pages):
        raise ReadingError("The spreadsheet holds no values.", cure="Open it and save it again.")
    if left_out:
        notes.append(f"{left_out} hidden or surplus sheet(s) not read")
    return Document(
        DocumentType.XLSX,
        tuple(pages),
        title=telling_title(title),
        authors=tuple(n for n in (clean_text(author or "").strip(),) if n and n != "openpyxl"),
        year=created.year if created and _FIRST_YEAR <= created.year <= _LAST_YEAR else None,
        notes=tuple(notes),
    )


def _page(number: int, sheet: ReadOnlyWorksheet, notes: list[str]) -> Page:
    sheet.reset_dimensions()  # files claim a million rows and hold ten
    rows = sheet.iter_rows(max_col=MOST_COLUMNS)
    cells = ([_shown(cell) for cell in row] for row in islice(rows, MOST_ROWS))
    parts = [Part(sheet.title, BlockKind.HEADING, 1), *_parts(cells)]
    if next(rows, None) is not None:
        notes.append(f"only the first {MOST_ROWS:,} rows of sheet {sheet.title!r} were read")
    return one_page(parts, number=number)


@dataclass(slots=True)
class _Grid:
    """A table as it grows: the names of its columns, where they stand, and its rows."""

    names: list[str] = field(default_factory=list)
    columns: set[int] = field(default_factory=set)
    rows: list[str] = field(default_factory=list)

    def may_open(self, *, gap: bool) -> bool:
        """Whether a header could stand here: at a table's beginning, or after an empty row."""
        return gap or not (self.names or self.rows)

    def opens_with(self, row: Sequence[str], filled: set[int]) -> bool:
        """Whether a row after a gap names columns anew, and does not go on with these."""
        return filled != self.columns and names_columns([row[place] for place in sorted(filled)])


def _parts(rows: Iterator[list[str]]) -> Iterator[Part]:
    """Lone cells as paragraphs; else tables.

    A table's columns are named by its first row, where all of that are words. An empty row
    ends a table where the next one has other columns and names them.
    """
    grid, gap = _Grid(), True
    for row in rows:
        filled = {place for place, value in enumerate(row) if value}
        if not filled:
            gap = True
            continue
        if len(filled) == 1 and (gap or not grid.names):
            yield from _taken(grid)
            yield Part(row[filled.pop()], BlockKind.PARAGRAPH)
            grid.names, grid.columns = [], set()
            continue
        if grid.may_open(gap=gap) and _all_words(row) and grid.opens_with(row, filled):
            yield from _taken(grid)
            grid.names, grid.columns = row, filled
        elif grid.names:
            grid.rows.append(beside(grid.names, row))
        else:
            grid.rows.append(" | ".join(value for value in row if value))
        gap = False
    yield from _taken(grid)


def _taken(grid: _Grid) -> Iterator[Part]:
    """What a table has gathered; a header without a row below is a row itself."""
    rows = grid.rows or [" | ".join(name for name in grid.names if name)]
    if any(rows):
        yield Part("\n".join(rows), BlockKind.TABLE)
    grid.rows = []


def _all_words(row: Sequence[str]) -> bool:
    return all(
        (any(c.isalpha() for c in value) and value not in {"TRUE", "FALSE"}) or _is_year(value)
        for value in row
        if value
    )


def _is_year(value: str) -> bool:
    return value.isdigit() and _FIRST_YEAR <= int(value) <= _LAST_YEAR


def _shown(cell: Any) -> str:  # noqa: ANN401 - openpyxl has several classes of cells
    """A value as the sheet shows it, or nearly; errors are nothing."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case int() | float():
            return _number(value, str(cell.number_format))
        case dt.datetime():
            midnight = value.time() == dt.time()
            return (value.date() if midnight else value).isoformat(*([] if midnight else [" "]))
        case _ if getattr(cell, "data_type", "") == "e":
            return ""
        case _:
            return " ".join(str(value).split())


def _number(value: float, pattern: str) -> str:
    """A number in its cell's format, as far as that says decimals, thousands or per cent."""
    found = _DECIMALS.search(pattern)
    places = len(found.group(1)) if found else 0
    if "%" in pattern:
        return f"{value:.{places}%}"
    comma = "," if "," in pattern else ""
    if found or comma:
        return f"{value:{comma}.{places}f}"
    return f"{value:.10g}"
