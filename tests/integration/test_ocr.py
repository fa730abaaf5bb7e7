"""Scanned pages are read by OCR in a worker, within its limits."""

from pathlib import Path

import pytest

from corpus.errors import ReadingError
from corpus.reading import ocr
from corpus.reading.pdf.reader import read_pdf
from corpus.reading.read import read_file
from corpus.reading.workers import ReadJob, ReadLimits, read_many
from tests.pictures import scanned_pdf

LEFT = [
    "Mentoring helps some young people",
    "to stay out of trouble. The trials",
    "were small, and all but one were",
    "held in the United States.",
]
RIGHT = [
    "It costs 900 pounds for each place,",
    "most of it for training mentors and",
    "for keeping in touch with them, so",
    "larger schemes cost less.",
]
PAGE = [
    *((60, 200 + 16 * n, line) for n, line in enumerate(LEFT)),
    *((320, 200 + 16 * n, line) for n, line in enumerate(RIGHT)),
]
EMPTY = [(60.0, 200.0, "")]


def test_columns_of_a_scan_are_read_one_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(scanned_pdf(PAGE, EMPTY, PAGE))
    (outcome,) = read_many(
        [ReadJob("x", file, file.name)], workers=1, limits=ReadLimits(), read=read_file
    )
    document = outcome.found
    assert document is not None, outcome.error
    assert document.notes == ("pages 1, 3 read by OCR",)
    assert not any(page.needs_ocr for page in document.pages)
    page = document.pages[2]
    assert " ".join(page.text.split()) == " ".join([*LEFT, *RIGHT])
    line = page.lines[0]
    assert page.text[line.start : line.end] == LEFT[0]
    assert line.box.x0 == pytest.approx(60, abs=6)
    assert line.box.y1 == pytest.approx(842 - 200, abs=8)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_laid_the_wrong_way_is_read(turned: int) -> None:
    page = read_pdf(scanned_pdf(PAGE, turned=turned), name="x").pages[0]
    assert " ".join(page.text.split()) == " ".join([*LEFT, *RIGHT])


def test_without_time_pages_are_left_for_later() -> None:
    document = read_pdf(scanned_pdf(PAGE), name="x", seconds=0)
    assert document.pages[0].needs_ocr
    assert document.notes == ("Time for OCR ran out. Allow more with --timeout.",)


def test_without_memory_pages_are_left_for_later(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(scanned_pdf(PAGE))
    limits = ReadLimits(memory_mib=1_000)
    (outcome,) = read_many(
        [ReadJob("x", file, file.name)], workers=1, limits=limits, read=read_file
    )
    assert outcome.found is not None
    assert outcome.found.pages[0].needs_ocr
    assert "--memory" in outcome.found.notes[0]


def test_where_ocr_is_not_installed_the_reason_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "find_spec", lambda _: None)
    document = read_pdf(scanned_pdf(PAGE), name="x")
    assert document.pages[0].needs_ocr
    assert "pip install" in document.notes[0]


def test_a_scan_without_words_is_refused() -> None:
    with pytest.raises(ReadingError, match="no words") as caught:
        read_pdf(scanned_pdf(EMPTY), name="x")
    assert caught.value.cure
