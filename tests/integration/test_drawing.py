"""Pages drawn in a process apart: marked where they should be, kept, bounded, never loaded here."""

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from corpus import drawing
from corpus.drawing import Drawings, DrawOrder, Marked, prune
from corpus.errors import ReadingError, ReadingLimit
from corpus.reading.pdf.drawing import PASSAGE, SENTENCE
from corpus.reading.pdf.reader import read_pdf
from corpus.types import Box
from tests.printed import HEIGHT, WIDTH, printed_pdf

LINES = [(72.0, 100.0, "Lead in. Mentors helped. It cost little."), (72.0, 400.0, "Another part.")]
TEXT = "Mentors helped. It cost little."


def order_of(data: bytes, folder: Path, **changed: object) -> DrawOrder:
    path = folder / "a.pdf"
    path.write_bytes(data)
    lines = read_pdf(data, name="a.pdf").pages[0].lines
    marked = Marked(TEXT, (max((line.box for line in lines), key=lambda box: box.y0),), (0, 15))
    order = DrawOrder(path, "0" * 64, 1, 800, marked)
    return replace(order, **changed)  # type: ignore[arg-type]


def picture_of(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "WEBP"
    return picture.convert("RGB")


def shaded(picture: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """The box of a picture, in pixels, that has nearly that colour."""
    near = (np.abs(np.asarray(picture, np.int16) - np.array(colour)) < 14).all(axis=2)
    found = Image.fromarray(near).getbbox()
    assert found
    return found


def test_the_passage_is_shaded_where_it_stands_and_its_sentence_more(tmp_path: Path) -> None:
    order = order_of(printed_pdf(LINES), tmp_path)
    picture = picture_of(Drawings(tmp_path / "drawn").draw(order))
    assert picture.width == 800
    assert abs(picture.height - 800 * HEIGHT / WIDTH) < 2
    scale = 800 / WIDTH
    strong, light = shaded(picture, SENTENCE), shaded(picture, PASSAGE)
    assert 80 * scale < (strong[1] + strong[3]) / 2 < 105 * scale
    assert strong[0] > 110 * scale  # after "Lead in."
    assert light[2] > strong[2]  # the passage goes on
    assert max(strong[3], light[3]) < 120 * scale


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_marked_where_its_words_are(tmp_path: Path, turned: int) -> None:
    upright = picture_of(Drawings(tmp_path / "a").draw(order_of(printed_pdf(LINES), tmp_path)))
    data = printed_pdf(LINES, turned=turned)
    width = 800 if turned == 180 else round(800 * HEIGHT / WIDTH)
    picture = picture_of(Drawings(tmp_path / "b").draw(order_of(data, tmp_path, width=width)))
    back = picture.rotate(turned, expand=True)
    expected, found = shaded(upright, SENTENCE), shaded(back, SENTENCE)
    assert all(abs(a - b) <= 6 for a, b in zip(expected, found, strict=True))


def test_a_page_cut_at_its_edge_is_marked_where_its_words_are(tmp_path: Path) -> None:
    order = order_of(printed_pdf(LINES, cut=40), tmp_path)
    scale = 800 / (WIDTH - 40)
    strong = shaded(picture_of(Drawings(tmp_path / "drawn").draw(order)), SENTENCE)
    assert 70 * scale < strong[0] < 110 * scale


def test_the_same_picture_is_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawings = Drawings(tmp_path / "drawn")
    order = order_of(printed_pdf(LINES), tmp_path)
    assert not drawings.has(order)
    first = drawings.draw(order)
    assert drawings.has(order)
    monkeypatch.setattr(drawing, "MEMORY_MIB", 1)  # not enough to draw anything
    assert drawings.draw(order) == first
    assert order.key != replace(order, width=1600).key != replace(order, marked=None).key


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "drawn").write_text("in the way")
    assert Drawings(tmp_path / "drawn").draw(order_of(printed_pdf(LINES), tmp_path))


@pytest.mark.parametrize(
    ("data", "page", "told"),
    [
        (printed_pdf(LINES), 2, "no page 2; it has 1"),
        (printed_pdf(LINES), 0, "no page 0"),
        (b"%PDF-1.7 nothing", 1, "cannot be opened"),
    ],
)
def test_what_cannot_be_drawn_says_why(tmp_path: Path, data: bytes, page: int, told: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with pytest.raises(ReadingError, match=told) as caught:
        Drawings(tmp_path / "drawn").draw(DrawOrder(path, "0" * 64, page, 800))
    assert caught.value.cure


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="cannot be opened"):
        Drawings(tmp_path / "drawn").draw(DrawOrder(tmp_path / "none", "0" * 64, 1, 800))


def test_limits_of_time_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = order_of(printed_pdf(LINES), tmp_path)
    monkeypatch.setattr(drawing, "SECONDS", 0.01)
    with pytest.raises(ReadingLimit, match="stopped"):
        Drawings(tmp_path / "drawn").draw(order)
    monkeypatch.undo()
    monkeypatch.setattr(drawing, "MEMORY_MIB", 1)
    with pytest.raises(ReadingError, match=r"crashed|memory"):
        Drawings(tmp_path / "drawn").draw(order)


def test_a_strip_of_a_page_is_not_drawn_endlessly_high(tmp_path: Path) -> None:
    data = printed_pdf(LINES).replace(f"[0 0 {WIDTH} {HEIGHT}]".encode(), b"[0 0 002 842]")
    path = tmp_path / "a.pdf"
    path.write_bytes(data.replace(f"[0.0 0.0 {WIDTH} {HEIGHT}]".encode(), b"[0.0 0.0 002 842]"))
    picture = picture_of(Drawings(tmp_path / "drawn").draw(DrawOrder(path, "0" * 64, 1, 800)))
    assert picture.height <= 3 * 800 + 1


def test_the_longest_unused_pictures_go_first(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "middle", "old")):
        path = tmp_path / f"{name}.webp"
        path.write_bytes(b"x" * 100)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    prune(tmp_path, 250)
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["middle", "new"]


def test_drawing_code_is_not_loaded_here(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(printed_pdf(LINES))
    script = (
        "import sys; from pathlib import Path; from corpus.drawing import *;"
        f"order = DrawOrder(Path({str(path)!r}), '0', 1, 80);"
        f"Drawings(Path({str(tmp_path / 'drawn')!r})).draw(order);"
        "assert not {'pypdfium2', 'PIL'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_boxes_cross_the_border_of_the_process(tmp_path: Path) -> None:
    marked = Marked("None of these words.", (Box(72.0, 730.0, 300.0, 745.0),))
    order = order_of(printed_pdf(LINES), tmp_path, marked=marked)
    box = shaded(picture_of(Drawings(tmp_path / "drawn").draw(order)), PASSAGE)
    assert box[2] - box[0] > 200
