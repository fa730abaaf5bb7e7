"""PDFs with a text layer, made in a line: words in Helvetica where they are wanted."""

from collections.abc import Sequence

WIDTH, HEIGHT = 595, 842  # points of A4
SIZE = 12

Placed = tuple[float, float, str]  # points from the left, points from the top, words


def printed_pdf(*pages: Sequence[Placed], turned: int = 0, cut: float = 0.0) -> bytes:
    """A PDF with these words on its pages.

    Args:
        pages: for each, its lines.
        turned: degrees that a reader turns every page by, clockwise.
        cut: points cut away at the left and at the bottom.
    """
    drawn = ["".join(_drawn(*line) for line in lines) for lines in pages]
    return _drawn_file(drawn, turned=turned, cut=cut)


def page_of(drawn: str) -> bytes:
    """A PDF of one page, whose content is these operators; /F1 is Helvetica, /F2 its bold."""
    return _drawn_file([drawn], turned=0, cut=0.0)


def _drawn_file(pages: Sequence[str], *, turned: int, cut: float) -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>",
    ]
    kids = []
    for page in pages:
        drawn = page.encode("latin-1")
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn))
        objects.append(
            f"<</Type/Page/Parent 2 0 R/Rotate {turned}/MediaBox[0 0 {WIDTH} {HEIGHT}]"
            f"/CropBox[{cut} {cut} {WIDTH} {HEIGHT}]"
            f"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>/Contents {len(objects)} 0 R>>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    return _file(objects)


def _drawn(x: float, y: float, words: str) -> str:
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {SIZE} Tf {x} {HEIGHT - y} Td ({escaped}) Tj ET\n"


def _file(objects: Sequence[bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
