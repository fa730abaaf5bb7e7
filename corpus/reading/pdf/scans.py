"""Pages that are pictures: drawn, read by OCR, and set down as if they had a text layer."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pypdfium2 as pdfium

from corpus.errors import ReadingError
from corpus.page_ranges import page_ranges
from corpus.reading.ocr import LONGEST_SIDE, SeenLine, recognise, why_no_ocr
from corpus.reading.pdf.furniture import Sheet
from corpus.reading.pdf.order import in_reading_order
from corpus.reading.pdf.textlayer import RawLine
from corpus.reading.pdf.turn import Turn
from corpus.types import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

DOTS: Final = 200  # an inch
_POINTS: Final = 72
_SHARE: Final = 0.8  # of the time for a file that its pictures may take
_SLOWER: Final = 1.5  # times the slowest page so far: what the next one may take
_TURNS: Final = {0: 0, 90: 3, 180: 2, 270: 1}  # a page's rotation in the quarters of `Turn`
_LETTERS: Final = 0.72  # of the height of a line's strip: nearly a font's size


@dataclass(frozen=True, slots=True)
class Scans:
    """The sheets with what OCR read, the pages still without text, and notes for a person."""

    sheets: tuple[Sheet, ...]
    unread: frozenset[int]
    notes: tuple[str, ...]


def read_scans(
    file: pdfium.PdfDocument, sheets: Sequence[Sheet], numbers: Collection[int], *, until: float
) -> Scans:
    """Read the pages of these numbers by OCR, where it is installed and as long as time allows.

    Args:
        file: the open PDF.
        sheets: its pages as the text layer gives them.
        numbers: pages that are pictures.
        until: when to stop, by `time.monotonic`.
    """
    wanted = sorted(numbers)
    if not wanted or (reason := why_no_ocr()):
        return Scans(tuple(sheets), frozenset(wanted), (reason,) if wanted and reason else ())
    read: dict[int, Sheet] = {}
    failures: list[str] = []
    slowest = 0.0
    for number in wanted:
        start = time.monotonic()
        if start + _SLOWER * slowest > until:
            failures.append("Time for OCR ran out. Allow more with --timeout.")
            break
        try:
            read[number] = _read(file[number - 1], number)
        except (ReadingError, pdfium.PdfiumError) as error:
            failures.append(f"{error} {getattr(error, 'cure', '')}".strip())
        slowest = max(slowest, time.monotonic() - start)
    worded = {number: sheet for number, sheet in read.items() if sheet.lines}
    notes = [f"{_pages(list(worded))} read by OCR"] if worded else []
    return Scans(
        tuple(worded.get(sheet.number, sheet) for sheet in sheets),
        frozenset(wanted) - read.keys(),
        (*notes, *dict.fromkeys(failures)),
    )


def time_for_scans(seconds: float) -> float:
    """Until when pages may be read by OCR, of a file that may take so long."""
    return time.monotonic() + _SHARE * seconds


def _read(page: pdfium.PdfPage, number: int) -> Sheet:
    width, height = page.get_size()
    rotation = page.get_rotation()
    scale = min(DOTS / _POINTS, LONGEST_SIDE / max(width, height))
    image = page.render(scale=scale, rev_byteorder=False).to_numpy()
    page.close()
    found, quarters = _upright(image[:, :, :3])
    if rotation in {90, 270}:
        width, height = height, width
    turn = Turn((_TURNS[rotation] + quarters) % 4, width, height)
    lines = [_raw(line, scale, turn.upright_height) for line in found]
    return Sheet(number, turn, tuple(in_reading_order(lines)))


def _upright(image: "NDArray[np.uint8]") -> tuple[tuple[SeenLine, ...], int]:
    """What is read on a picture, and by how many quarters it was turned for that."""
    seen = recognise(image)
    if not (seen.sideways or seen.doubtful):
        return seen.lines, 0
    turned = {} if seen.sideways else {0: seen}  # the engine reads lines that run down, too
    for quarters in (1, 3) if seen.sideways else (2,):
        turned[quarters] = recognise(np.ascontiguousarray(np.rot90(image, quarters)))
    best = max(turned, key=lambda quarters: sum(len(line.text) for line in turned[quarters].lines))
    return turned[best].lines, best


def _raw(line: SeenLine, scale: float, height: float) -> RawLine:
    """A line in points, from the bottom left of the page as it is read."""
    box = Box(
        line.left / scale,
        height - line.bottom / scale,
        line.right / scale,
        height - line.top / scale,
    )
    return RawLine(line.text, box, _LETTERS * line.height / scale, bold=False)


def _pages(numbers: Sequence[int]) -> str:
    return f"{'page' if len(numbers) == 1 else 'pages'} {page_ranges(numbers)}"
