"""The characters of a page, and the lines they make: pages drawn by hand, read through PDFium."""

import pypdfium2 as pdfium
import pytest

from corpus.reading.pdf import characters as reading
from corpus.reading.pdf.characters import LINE_END_HYPHEN, Characters, characters
from corpus.reading.pdf.textlayer import TextLayer, text_layer
from tests.printed import page_of


def _characters(drawn: str) -> Characters:
    with pdfium.PdfDocument(page_of(drawn)) as document:
        textpage = document[0].get_textpage()
        try:
            return characters(textpage.raw)
        finally:
            textpage.close()


def _layer(drawn: str) -> TextLayer:
    with pdfium.PdfDocument(page_of(drawn)) as document:
        return text_layer(document[0])


def test_an_empty_page_has_none() -> None:
    assert _characters("") == Characters("", [], 0)
    assert _layer("").lines == ()


def test_each_has_its_box_and_size() -> None:
    found = _characters("BT /F1 12 Tf 100 700 Td (Ab) Tj ET")
    assert found.text == "Ab"
    assert [each.text for each in found.chars] == ["A", "b"]
    first, second = found.chars
    assert first.size == second.size == 12
    assert 99 < first.x0 < first.x1 <= second.x0 + 1 < second.x1 < 120
    assert 699 < first.y0 < first.y1 < 712
    assert found.unmapped == 0


def test_a_font_of_size_one_that_is_scaled_has_the_size_it_is_printed_in() -> None:
    found = _characters("BT /F1 1 Tf 14 0 0 14 100 700 Tm (Ab) Tj ET")
    assert [each.size for each in found.chars] == pytest.approx([14, 14])


def test_a_hyphen_at_a_lines_end_is_marked() -> None:
    found = _characters("BT /F1 12 Tf 100 700 Td (inter-) Tj 0 -14 Td (vention) Tj ET")
    assert LINE_END_HYPHEN in found.text
    assert "\x02" not in found.text
    lines = _layer("BT /F1 12 Tf 100 700 Td (inter-) Tj 0 -14 Td (vention) Tj ET").lines
    assert [line.text for line in lines] == [f"inter{LINE_END_HYPHEN}", "vention"]


def test_of_a_page_with_too_many_the_first_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_CHARACTERS", 5)
    assert _characters("BT /F1 12 Tf 100 700 Td (mentoring) Tj ET").text == "mento"


def test_leading_blanks_are_no_part_of_a_line() -> None:
    (line,) = _layer("BT /F1 12 Tf 100 700 Td (   Mentoring works) Tj ET").lines
    (plain,) = _layer("BT /F1 12 Tf 100 700 Td (Mentoring works) Tj ET").lines
    assert line.text == "Mentoring works"
    assert line.box.x0 > plain.box.x0


@pytest.mark.parametrize(("blanks", "words", "bold"), [("F1", "F2", True), ("F2", "F1", False)])
def test_leading_blanks_do_not_tell_how_bold_a_line_is(
    blanks: str, words: str, *, bold: bool
) -> None:
    drawn = f"BT /{blanks} 12 Tf 100 700 Td (   ) Tj /{words} 12 Tf (Mentoring works) Tj ET"
    assert _characters(drawn).text.startswith(" ")
    (line,) = _layer(drawn).lines
    assert (line.text, line.bold) == ("Mentoring works", bold)


@pytest.mark.parametrize(
    ("matrix", "quarters", "left"),
    [("0 1 -1 0", 3, 400), ("-1 0 0 -1", 2, 295), ("0 -1 1 0", 1, 442)],
)
def test_words_that_run_another_way_are_laid_upright(
    matrix: str, quarters: int, left: float
) -> None:
    drawn = f"BT /F1 12 Tf {matrix} 300 400 Tm (Mentoring works) Tj ET"
    found = _layer(drawn)
    assert found.turn.quarters == quarters
    (line,) = found.lines
    assert line.text == "Mentoring works"
    assert line.box.x0 == pytest.approx(left, abs=2)
    assert line.box.x1 - line.box.x0 > 5 * (line.box.y1 - line.box.y0)
