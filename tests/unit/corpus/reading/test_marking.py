"""A passage is found on its page to the letter, and whole lines are marked where it is not."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from corpus.drawing import Marked
from corpus.passages import PassageRules, split_document
from corpus.reading.pdf.marking import Places, places_of
from corpus.reading.pdf.reader import read_pdf
from corpus.types import Box, Passage
from tests.pictures import scanned_pdf
from tests.printed import printed_pdf

FIRST = "Before it. A passage be-"
SECOND = "gins here and ends here. After it."


@contextmanager
def first_page(data: bytes) -> Iterator[pdfium.PdfPage]:
    with pdfium.PdfDocument(data) as file:
        yield file[0]


def lines_of(data: bytes) -> tuple[Box, ...]:
    return tuple(line.box for line in read_pdf(data, name="a.pdf").pages[0].lines)


def words_at(page: pdfium.PdfPage, boxes: Sequence[Box]) -> str:
    text = page.get_textpage()
    return " ".join(
        text.get_text_bounded(b.x0 - 1, b.y0 - 1, b.x1 + 1, b.y1 + 1).strip() for b in boxes
    )


def test_it_begins_and_ends_within_its_lines() -> None:
    data = printed_pdf([(72, 100, FIRST), (72, 116, SECOND)])
    marked = Marked("A passage begins here and ends here.", lines_of(data))
    with first_page(data) as page:
        places = places_of(page, marked)
        assert letters(words_at(page, places.passage)) == "apassagebeginshereandendshere"
    assert places.sentence == ()


def test_a_sentence_that_stands_twice_is_marked_where_it_was_meant() -> None:
    data = printed_pdf([(72, 100, "It helped. It cost much. It helped.")])
    text = "It helped. It cost much. It helped."
    with first_page(data) as page:
        places = places_of(page, Marked(text, lines_of(data), (25, 35)))
        (last,) = places.sentence
        assert words_at(page, [last]).rstrip(".") == "It helped"
        assert last.x0 > 150


def test_wrong_letters_within_do_not_matter() -> None:
    data = printed_pdf(
        [(72, 100, "Lead in. Pupils who had a mentor stayed at sch00l for longer than others.")]
    )
    text = "Pupils who had a mentor stayed at school for longer than others."
    with first_page(data) as page:
        (box,) = places_of(page, Marked(text, lines_of(data))).passage
        assert words_at(page, [box]).startswith("Pupils who")


@pytest.mark.parametrize("text", ["Quite other words than those printed.", "12 %", ""])
def test_what_is_not_found_leaves_the_lines_whole(text: str) -> None:
    data = printed_pdf([(72, 100, FIRST), (72, 116, SECOND)])
    lines = lines_of(data)
    with first_page(data) as page:
        assert places_of(page, Marked(text, lines, (0, 5))) == Places(lines, ())


def test_a_scan_has_no_letters_to_compare() -> None:
    data = scanned_pdf([(72, 100, "A picture of words.")])
    line = Box(72, 730, 300, 745)
    with first_page(data) as page:
        assert places_of(page, Marked("A picture of words.", (line,))).passage == (line,)


def test_columns_and_notes_between_are_not_marked() -> None:
    left = [(72, 100 + 16 * row, words) for row, words in enumerate(("The left column", "goes on"))]
    right = [(320, 100, "to the right one."), (320, 116, "More text.")]
    data = printed_pdf([*left, *right])
    boxes = lines_of(data)
    marked = Marked("The left column goes on to the right one.", boxes)
    with first_page(data) as page:
        found = words_at(page, places_of(page, marked).passage)
    assert letters(found) == "theleftcolumngoesontotherightone"


def passages_of(path: Path) -> list[Passage]:
    document = read_pdf(path.read_bytes(), name=path.name)
    return split_document(
        document,
        report_id="r",
        rules=PassageRules(),
        count_tokens=lambda texts: [len(text.split()) for text in texts],
        context="",
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "grattan_a-better-super-system-assessing-the-2016-tax-reforms.pdf",
        "aefp_vouchers-and-similar-private-school-choice-programs.pdf",
        "edu_pisa-2022-results-factsheet-hungary.pdf",
    ],
)
def test_passages_of_real_reports_are_found_to_the_letter(shared: Path, name: str) -> None:
    path = shared / "reports" / name
    passages = [p for p in passages_of(path) if len({s.page for s in p.spans}) == 1][::5]
    exact = 0
    with pdfium.PdfDocument(path) as file:
        for passage in passages:
            page = file[passage.spans[0].page - 1]
            boxes = tuple(box for _, box in passage.boxes)
            found = places_of(page, Marked(passage.text, boxes)).passage
            printed, wanted = letters(words_at(page, found)), letters(passage.text)
            exact += printed == wanted
    assert exact >= 0.8 * len(passages)
    assert passages


def letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isascii() and c.isalpha())
