"""A page of a PDF as a picture, with a passage marked on it."""

import ctypes
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageChops, ImageDraw

from corpus.drawing import Marked
from corpus.errors import ReadingError
from corpus.reading.pdf.marking import places_of
from corpus.types import Box

PASSAGE: Final = (255, 244, 194)  # multiplied with the page, so that print stays black
SENTENCE: Final = (255, 214, 92)
BAR: Final = (166, 94, 0)
QUALITY: Final = 70
TALLEST: Final = 3  # times the width: what is drawn of a page is never higher
Area = tuple[int, int, int, int]  # left, top, right, bottom
_MARGIN: Final = 0.12  # of a line's height, around it
_BAR: Final = 0.005  # of the picture's width


def draw_page(path: Path, number: int, *, width: int, marked: Marked | None) -> bytes:
    """The page as WebP.

    Args:
        path: a PDF.
        number: the physical page, from 1.
        width: in pixels; less where the page is more than `TALLEST` times as high as wide.
        marked: what to mark on it.

    Raises:
        ReadingError: the file cannot be opened, or has no such page.
    """
    try:
        file = pdfium.PdfDocument(path)
        count = len(file)
    except (pdfium.PdfiumError, OSError) as error:
        raise ReadingError("The file cannot be opened.") from error
    try:
        if not 1 <= number <= count:
            raise ReadingError(f"The file has no page {number}; it has {count}.")
        page = file[number - 1]
        wide, high = page.get_size()
        scale = min((width - 0.5) / wide, TALLEST * width / high)  # PDFium rounds pixels up
        picture = page.render(scale=scale).to_pil().convert("RGB")
        if marked:
            _mark(picture, page, marked)
    except pdfium.PdfiumError as error:
        raise ReadingError(f"Page {number} is damaged and cannot be drawn.") from error
    finally:
        file.close()
    picture.save(out := io.BytesIO(), "WEBP", quality=QUALITY)
    return out.getvalue()


def _mark(picture: Image.Image, page: pdfium.PdfPage, marked: Marked) -> None:
    """Shade passage and sentence; a bar beside them tells of it without colour."""
    places = places_of(page, marked)
    shade = Image.new("RGB", picture.size, "white")
    draw = ImageDraw.Draw(shade)
    for boxes, colour in ((places.passage, PASSAGE), (places.sentence, SENTENCE)):
        for area in _areas(page, boxes, picture.size):
            draw.rectangle(area, fill=colour)
    picture.paste(ImageChops.multiply(picture, shade))
    thick = max(2, round(_BAR * picture.width))
    draw = ImageDraw.Draw(picture)
    for left, top, bottom in _runs(_areas(page, places.passage, picture.size)):
        beside = max(left - 3 * thick, 0)
        draw.rectangle((beside, top, beside + thick, bottom), fill=BAR)


def _runs(areas: Iterable[Area]) -> list[tuple[int, int, int]]:
    """Left, top and bottom of lines that stand one beneath the other."""
    runs: list[tuple[int, int, int]] = []
    for left, top, _, bottom in areas:
        if runs and runs[-1][1] <= top <= runs[-1][2] + (bottom - top):
            runs[-1] = (min(left, runs[-1][0]), runs[-1][1], max(bottom, runs[-1][2]))
        else:
            runs.append((left, top, bottom))
    return runs


def _areas(page: pdfium.PdfPage, boxes: Iterable[Box], size: tuple[int, int]) -> Iterator[Area]:
    """Boxes in pixels of the picture: left, top, right, bottom, a little larger than they are."""
    for box in boxes:
        (x0, y0), (x1, y1) = (
            _on_picture(page, x, y, size) for x, y in ((box.x0, box.y0), (box.x1, box.y1))
        )
        left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        more = round(_MARGIN * min(right - left, bottom - top)) + 1
        yield left - more, top - more, right + more, bottom + more


def _on_picture(page: pdfium.PdfPage, x: float, y: float, size: tuple[int, int]) -> tuple[int, int]:
    """A point of the page in pixels, however the page is turned or cropped."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
    return across.value, down.value
