import io
from collections.abc import Sequence

import pytest
from pypdf import PdfWriter

from corpus.reading.pdf.facts import facts_of
from corpus.reading.pdf.furniture import Sheet, remove_furniture
from corpus.reading.pdf.pagetext import Hyphens
from corpus.reading.pdf.textlayer import RawLine
from corpus.reading.pdf.turn import Turn
from corpus.types import Box

PROSE = ["well-being matters", "wellbeing and co-operation", "co-operation helps", "a toolkit is"]


def _line(text: str, bottom: float = 400) -> RawLine:
    return RawLine(text, Box(50, bottom, 300, bottom + 10), 10, bold=False)


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("https://www.gov.uk/households-below-", "average-income", None),
        ("(www.example.org/a-", "b)", None),
        ("see gov.wales/adroddiad-", "terfynol", None),
        ("http://example.org/my-tool-", "kit/", "http://example.org/my-toolkit/"),
        ("the house-", "holds below", "the households below"),
        ("their co-", "operation", None),
        ("www.gov.uk says house-", "holds", "www.gov.uk says households"),
    ],
)
def test_a_hyphen_at_a_line_end(before: str, after: str, joined: str | None) -> None:
    hyphens = Hyphens(_line(text) for text in PROSE)
    assert hyphens.join(before, after) == (joined or before + after)


def _labels(printed: Sequence[int | None]) -> list[str | None]:
    sheets = [
        Sheet(
            number,
            Turn(0, 595, 842),
            (_line("Words of this page"), *([_line(str(shown), 20)] if shown else [])),
        )
        for number, shown in enumerate(printed, start=1)
    ]
    _, labels = remove_furniture(sheets)
    return [labels.get(sheet.number) for sheet in sheets]


def test_pages_without_a_number_go_by_their_neighbours() -> None:
    assert _labels([None, None, 1, 2, None, 4]) == [None, None, "1", "2", "3", "4"]


def test_a_page_left_out_half_way_moves_the_labels_there_and_not_before() -> None:
    printed = [None, None, 2, 3, 4, 5, None, 8, 9, 10, 11, 12]
    expected = [None, "1", "2", "3", "4", "5", None, "8", "9", "10", "11", "12"]
    assert _labels(printed) == expected


def test_a_stray_number_moves_nothing() -> None:
    assert _labels([1, 2, 3, 40, 5, 6]) == ["1", "2", "3", "4", "5", "6"]


def test_numbers_that_make_no_sequence_are_no_labels() -> None:
    assert _labels([7, 3, 12, 5]) == [None] * 4


def test_facts_that_cannot_be_decrypted_are_told() -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": "A secret title"})
    writer.encrypt("", "owner", algorithm="RC4-128")
    writer.write(data := io.BytesIO())
    known = facts_of(data.getvalue())
    assert known.title == "A secret title"
    unknown = facts_of(data.getvalue().replace(b"/Standard", b"/Another_"))
    assert unknown.title is None
    assert unknown.notes == ("its title, outline and page labels cannot be decrypted",)
