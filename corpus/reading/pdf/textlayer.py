"""The text layer of a page as printed lines, through PDFium's raw interface.

One pass over the characters asks for code point, box and size; everything later works on
lines. PDFium marks a hyphen it takes for a line-end hyphen with U+FFFE.
"""

import ctypes
import math
import statistics
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from corpus.reading.pdf.turn import Turn
from corpus.types import Box

LINE_END_HYPHEN: Final = "\ufffe"
MOST_CHARACTERS: Final = 200_000  # of one page; no printed page comes near
_HYPHEN_CODE: Final = 2  # how PDFium's raw interface gives that hyphen
_BREAKS: Final = frozenset("\r\n")
_RAISED: Final = (
    0.8  # a digit below this share of its line's size, above its middle, is a note mark
)
_GAP: Final = 1.8  # ems between two cells of a table row
_BACK: Final = 2.0  # ems back to the left: another line, whatever PDFium thinks
_BOLD_WEIGHT: Final = 600
_UNSCALED: Final = 2.0  # points: no print is that small


@dataclass(frozen=True, slots=True)
class Char:
    """A printed character with its box and its font size in points."""

    text: str
    box: Box
    size: float


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
    count = min(max(pdfium_c.FPDFText_CountChars(raw), 0), MOST_CHARACTERS)
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    runs: list[_Run] = []
    current: list[Char] = []
    first = unmapped = 0
    for place in range(count):
        code = pdfium_c.FPDFText_GetUnicode(raw, place)
        character = LINE_END_HYPHEN if code == _HYPHEN_CODE else chr(min(code, sys.maxunicode))
        if character not in _BREAKS:
            unmapped += pdfium_c.FPDFText_HasUnicodeMapError(raw, place) == 1
            pdfium_c.FPDFText_GetCharBox(raw, place, left, right, bottom, top)
            size = pdfium_c.FPDFText_GetFontSize(raw, place)
            if size <= _UNSCALED:
                size *= _scale(raw, place)
            box = Box(left.value, bottom.value, right.value, top.value)
            if not current and not character.strip():
                continue
            first = first if current else place
            current.append(Char(character, box, size))
        if character in _BREAKS or character == LINE_END_HYPHEN or place == count - 1:
            if current:
                runs.append(_run(raw, current, first))
            current = []
    return runs, unmapped


def _run(raw: ctypes.c_void_p, characters: list[Char], first: int) -> _Run:
    quarters = round(pdfium_c.FPDFText_GetCharAngle(raw, first) / (math.pi / 2)) % 4
    bold = pdfium_c.FPDFText_GetFontWeight(raw, first) >= _BOLD_WEIGHT or _bold_font(raw, first)
    return _Run(characters, quarters, bold)


def _lines_of(run: _Run, turn: Turn) -> list[RawLine]:
    """A run as one line, or as several: wide gaps part cells, jumps back lines."""
    cells: list[list[Char]] = [[]]
    edge: float | None = None
    for each in run.characters:
        char = Char(each.text, turn.upright(each.box), each.size) if turn.quarters else each
        shown = bool(char.text.strip())
        gap = 0.0 if edge is None or not shown else char.box.x0 - edge
        if gap > _GAP * max(char.size, 4.0) or gap < -_BACK * max(char.size, 4.0):
            cells.append([])
        cells[-1].append(char)
        if shown:
            edge = char.box.x1
    return [line for cell in cells if (line := _line(cell, bold=run.bold)) is not None]


def _bold_font(raw: ctypes.c_void_p, place: int) -> bool:
    flags = ctypes.c_int()
    name = ctypes.create_string_buffer(128)
    pdfium_c.FPDFText_GetFontInfo(raw, place, name, 128, flags)
    found = name.value.lower()
    return b"bold" in found or b"black" in found or b"heavy" in found


def _line(characters: list[Char], *, bold: bool) -> RawLine | None:
    shown = [c for c in characters if c.text.strip()]
    if not shown:
        return None
    size = statistics.median(c.size for c in shown)
    floor = statistics.median(c.box.y0 for c in shown)
    mark = 0
    while mark < len(shown) and shown[mark].text.isdigit() and _is_raised(shown[mark], size, floor):
        mark += 1
    opening = shown[:mark]
    kept = [
        c
        for c in characters
        if c in opening or not (c.text.isdigit() and _is_raised(c, size, floor))
    ]
    text = "".join(c.text for c in kept).strip(" \t")
    if not text:
        return None
    box = Box(
        min(c.box.x0 for c in shown),
        min(c.box.y0 for c in shown),
        max(c.box.x1 for c in shown),
        max(c.box.y1 for c in shown),
    )
    return RawLine(text, box, size, bold, note=0 < mark < len(shown))


def _scale(raw: ctypes.c_void_p, place: int) -> float:
    """How much a character's font is enlarged: some files say size 1 and scale it."""
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFText_GetMatrix(raw, place, matrix):
        return 1.0
    return max(math.hypot(matrix.b, matrix.d), 1.0)


def _is_raised(char: Char, size: float, floor: float) -> bool:
    return char.size < _RAISED * size and char.box.y0 > floor + 0.15 * size


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
