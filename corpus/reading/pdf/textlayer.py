"""The text layer of a page as printed lines, through PDFium's raw interface.

One pass over the characters asks for code point, box and size (`corpus.reading.pdf.characters`);
everything later works on lines. PDFium marks a hyphen it takes for a line-end hyphen with U+FFFE.
"""

import ctypes
import math
import re
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from corpus.reading.pdf.characters import LINE_END_HYPHEN, Char, characters
from corpus.reading.pdf.turn import Turn
from corpus.types import Box

_RUN: Final = re.compile(f"[^\r\n{LINE_END_HYPHEN}]*{LINE_END_HYPHEN}?")
_RAISED: Final = (
    0.8  # a digit below this share of its line's size, above its middle, is a note mark
)
_GAP: Final = 1.8  # ems between two cells of a table row
_BACK: Final = 2.0  # ems back to the left: another line, whatever PDFium thinks
_BOLD_WEIGHT: Final = 600
_SMALLEST: Final = 4.0  # points an em is taken for at least


@dataclass(frozen=True, slots=True)
class RawLine:
    """Characters that stand on one line, or one cell of it, in reading order.

    `note` tells that it opens with a raised number, as a footnote does.
    """

    text: str
    box: Box
    size: float
    bold: bool
    note: bool = False

    @property
    def middle(self) -> float:
        """Height of its middle above the page's bottom."""
        return (self.box.y0 + self.box.y1) / 2


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The lines of a page, upright and in PDFium's order; how it is turned; odd characters.

    `unmapped` counts characters whose font does not say what they mean.
    """

    lines: tuple[RawLine, ...]
    turn: Turn
    unmapped: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters between two of PDFium's line breaks."""

    characters: list[Char]
    quarters: int
    bold: bool


def text_layer(page: pdfium.PdfPage) -> TextLayer:
    """The text layer of a page.

    Lines that run another way than most of the page are left out, as are characters beyond
    `MOST_CHARACTERS`.
    """
    textpage = page.get_textpage()
    try:
        runs, unmapped = _runs(textpage.raw)
    finally:
        textpage.close()
    weights: Counter[int] = Counter()
    for run in runs:
        weights[run.quarters] += len(run.characters)
    quarters = weights.most_common(1)[0][0] if weights else 0
    turn = Turn(quarters, *_unrotated_size(page))
    lines: list[RawLine] = []
    for run in runs:
        if run.quarters == quarters:
            lines += _lines_of(run, turn)
    return TextLayer(tuple(_joined(lines)), turn, unmapped)


def _unrotated_size(page: pdfium.PdfPage) -> tuple[float, float]:
    width, height = page.get_size()
    return (height, width) if page.get_rotation() in {90, 270} else (width, height)


def _runs(raw: ctypes.c_void_p) -> tuple[list[_Run], int]:
    page = characters(raw)
    runs: list[_Run] = []
    for found in _RUN.finditer(page.text):
        start = found.end() - len(found.group().lstrip())
        if start < found.end():
            runs.append(_run(raw, page.chars[start : found.end()], start))
    return runs, page.unmapped


def _run(raw: ctypes.c_void_p, characters: list[Char], first: int) -> _Run:
    quarters = round(pdfium_c.FPDFText_GetCharAngle(raw, first) / (math.pi / 2)) % 4
    bold = pdfium_c.FPDFText_GetFontWeight(raw, first) >= _BOLD_WEIGHT or _bold_font(raw, first)
    return _Run(characters, quarters, bold)


def _lines_of(run: _Run, turn: Turn) -> list[RawLine]:
    """A run as one line, or as several: wide gaps part cells, jumps back lines."""
    cells: list[list[Char]] = [[]]
    edge: float | None = None
    for char in map(turn.upright_char, run.characters) if turn.quarters else run.characters:
        if not char.text.isspace():
            if edge is not None:
                gap, em = char.x0 - edge, max(char.size, _SMALLEST)
                if gap > _GAP * em or gap < -_BACK * em:
                    cells.append([])
            edge = char.x1
        cells[-1].append(char)
    return [line for cell in cells if (line := _line(cell, bold=run.bold)) is not None]


def _bold_font(raw: ctypes.c_void_p, place: int) -> bool:
    flags = ctypes.c_int()
    name = ctypes.create_string_buffer(128)
    pdfium_c.FPDFText_GetFontInfo(raw, place, name, 128, flags)
    found = name.value.lower()
    return b"bold" in found or b"black" in found or b"heavy" in found


def _line(characters: list[Char], *, bold: bool) -> RawLine | None:
    shown = [c for c in characters if not c.text.isspace()]
    if not shown:
        return None
    _, lefts, bottoms, rights, tops, sizes = zip(*shown, strict=True)
    size, floor = statistics.median(sizes), statistics.median(bottoms)
    mark = 0
    while mark < len(shown) and shown[mark].text.isdigit() and _is_raised(shown[mark], size, floor):
        mark += 1
    opening = shown[:mark]
    kept = [
        c.text
        for c in characters
        if not c.text.isdigit() or c in opening or not _is_raised(c, size, floor)
    ]
    text = "".join(kept).strip(" \t")
    if not text:
        return None
    box = Box(min(lefts), min(bottoms), max(rights), max(tops))
    return RawLine(text, box, size, bold, note=0 < mark < len(shown))


def _is_raised(char: Char, size: float, floor: float) -> bool:
    return char.size < _RAISED * size and char.y0 > floor + 0.15 * size


def _joined(lines: list[RawLine]) -> list[RawLine]:
    """Lines with the pieces PDFium parted at a raised or lowered character put together."""
    joined: list[RawLine] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last and _goes_on(last, line):
            if _is_note_mark(line, last):
                continue
            box = Box(
                last.box.x0,
                min(last.box.y0, line.box.y0),
                max(last.box.x1, line.box.x1),
                max(last.box.y1, line.box.y1),
            )
            apart = line.box.x0 - last.box.x1 > 0.15 * last.size
            space = " " if apart and not last.text.endswith(" ") else ""
            text = f"{last.text}{space}{line.text}"
            joined[-1] = RawLine(text, box, max(last.size, line.size), last.bold, last.note)
        else:
            joined.append(line)
    return joined


def _goes_on(last: RawLine, line: RawLine) -> bool:
    overlap = min(last.box.y1, line.box.y1) - max(last.box.y0, line.box.y0)
    smaller = min(last.box.y1 - last.box.y0, line.box.y1 - line.box.y0)
    gap = line.box.x0 - last.box.x1
    return (
        not last.text.endswith(LINE_END_HYPHEN)
        and overlap > 0.4 * smaller
        and -0.3 * last.size < gap < 0.8 * last.size
    )


def _is_note_mark(line: RawLine, last: RawLine) -> bool:
    return line.text.isdigit() and line.size < _RAISED * last.size and line.box.y0 > last.box.y0
