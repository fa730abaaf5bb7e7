"""PDFs whose pages are pictures of words, as a scanner makes them."""

import io
from collections.abc import Sequence

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 595, 842  # points of A4
DOTS = 150
_SCALE = DOTS / 72


def scanned_pdf(*pages: Sequence[tuple[float, float, str]], turned: int = 0) -> bytes:
    """A PDF of a picture a page.

    Args:
        pages: for each, its lines: points from the left, points from the top, words.
        turned: degrees that every page is turned by, clockwise: 90 lays it on its right side.
    """
    font = ImageFont.load_default(11 * _SCALE)
    with pdfium.PdfDocument.new() as file:
        for lines in pages:
            image = Image.new("RGB", (round(WIDTH * _SCALE), round(HEIGHT * _SCALE)), "white")
            draw = ImageDraw.Draw(image)
            for left, top, words in lines:
                draw.text((left * _SCALE, top * _SCALE), words, fill="black", font=font)
            _add(file, image.rotate(-turned, expand=True))
        file.save(buffer := io.BytesIO())
    return buffer.getvalue()


def _add(file: pdfium.PdfDocument, picture: Image.Image) -> None:
    picture.save(data := io.BytesIO(), "JPEG", quality=85)
    page = file.new_page(picture.width / _SCALE, picture.height / _SCALE)
    image = pdfium.PdfImage.new(file)
    image.load_jpeg(data, inline=True)
    image.set_matrix(pdfium.PdfMatrix().scale(*page.get_size()))
    page.insert_obj(image)
    page.gen_content()
