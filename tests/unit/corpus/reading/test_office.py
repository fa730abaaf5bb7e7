import datetime as dt
import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.oxml import OxmlElement
from openpyxl import Workbook
from pptx import Presentation
from pptx.util import Inches

from corpus.errors import ReadingError, ReadingLimit
from corpus.reading import office
from corpus.reading.docx import read_docx
from corpus.reading.pptx import read_pptx
from corpus.reading.tables import table_text
from corpus.reading.xlsx import MOST_ROWS, read_xlsx
from corpus.types import BlockKind, Document, Page


def _blocks(page: Page) -> list[tuple[BlockKind, str]]:
    return [(block.kind, page.text[block.start : block.end]) for block in page.blocks]


def _deck() -> bytes:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Mentoring works"
    frame = slide.placeholders[1].text_frame
    frame.text = "Fewer young people offend again."
    frame.add_paragraph().text = "It costs £900 a place."
    slide.notes_slide.notes_text_frame.text = "Say that the trials were small."
    plain = deck.slides.add_slide(deck.slide_layouts[6])
    table = plain.shapes.add_table(3, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for place, words in enumerate(["Place", "Effect", "Leeds", "down", "Cardiff", "none"]):
        table.cell(*divmod(place, 2)).text = words
    group = plain.shapes.add_group_shape()
    box = group.shapes.add_textbox(Inches(1), Inches(4), Inches(4), Inches(1))
    box.text_frame.text = "Found in a group."
    plain.element.set("show", "0")
    return _saved(deck.save)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    data = io.BytesIO()
    save(data)
    return data.getvalue()


def test_a_slide_is_a_page_with_its_title_table_and_notes() -> None:
    document = read_pptx(_deck())
    assert document.title == "Mentoring works"
    assert document.notes == ("slides hidden in the presentation: 2",)
    first, second = document.pages
    assert (first.number, second.number) == (1, 2)
    assert _blocks(first) == [
        (BlockKind.HEADING, "Mentoring works"),
        (BlockKind.LIST_ITEM, "Fewer young people offend again."),
        (BlockKind.LIST_ITEM, "It costs £900 a place."),
        (BlockKind.HEADING, "Speaker notes"),
        (BlockKind.PARAGRAPH, "Say that the trials were small."),
    ]
    assert _blocks(second) == [
        (BlockKind.HEADING, "Slide 2"),
        (BlockKind.TABLE, "Place: Leeds; Effect: down\nPlace: Cardiff; Effect: none"),
        (BlockKind.PARAGRAPH, "Found in a group."),
    ]


def test_a_deck_of_pictures_is_refused_with_a_cure() -> None:
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    with pytest.raises(ReadingError, match="No slide has words") as caught:
        read_pptx(_saved(deck.save))
    assert "PDF" in (caught.value.cure or "")


@pytest.mark.parametrize("said", ["bold", "repeated", "not at all"])
def test_a_word_table_has_a_header_where_it_says_so(said: str) -> None:
    word = docx.Document()
    table = word.add_table(rows=2, cols=2)
    for place, words in enumerate(["Place", "Effect", "Leeds", "down"]):
        run = table.cell(*divmod(place, 2)).paragraphs[0].add_run(words)
        run.bold = said == "bold" and place < 2
    if said == "repeated":
        properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx cannot say it
        properties.append(OxmlElement("w:tblHeader"))
    plain, named = "Place | Effect\nLeeds | down", "Place: Leeds; Effect: down"
    assert _texts(read_docx(_saved(word.save))) == [plain if said == "not at all" else named]


def _book(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return _saved(book.save)


def _texts(document: Document, page: int = 1) -> list[str]:
    return [text for _, text in _blocks(document.pages[page - 1])]


def test_a_sheet_is_a_page_with_values_beside_their_columns() -> None:
    rows: list[list[object]] = [
        ["Spend by place"],
        [],
        ["Place", None, "2023", "Opened"],
        ["Leeds", "estimated", 1200, dt.datetime(2024, 5, 1)],  # noqa: DTZ001 - Excel has no zones
        ["Cardiff", None, 0.1 + 0.2, None],
        [],
        ["Bangor", None, True],
        [],
        ["Source: returns of the councils."],
    ]
    document = read_xlsx(_book(("Spend", rows), ("Empty", [])))
    assert [page.number for page in document.pages] == [1, 2]
    assert _texts(document) == [
        "Spend",
        "Spend by place",
        (
            "Place: Leeds; estimated; 2023: 1200; Opened: 2024-05-01\nPlace: Cardiff; 2023: 0.3\n"
            "Place: Bangor; 2023: TRUE"
        ),
        "Source: returns of the councils.",
    ]


def test_tables_below_one_another_have_each_its_columns() -> None:
    rows: list[list[object]] = [
        ["Place", "Effect"],
        ["Leeds", "down"],
        [],
        ["Outcome", "Trials", "Pupils"],
        ["Maths", 3, 90],
    ]
    assert _texts(read_xlsx(_book(("A", rows))))[1:] == [
        "Place: Leeds; Effect: down",
        "Outcome: Maths; Trials: 3; Pupils: 90",
    ]


def test_numbers_read_as_the_sheet_shows_them() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Share", "Cost", "Rate"])
    sheet.append([0.256, 1234567, 2.5])
    for place, pattern in zip("ABC", ["0.0%", "#,##0", "0.00"], strict=True):
        sheet[f"{place}2"].number_format = pattern
    assert _texts(read_xlsx(_saved(book.save)))[1:] == ["Share: 25.6%; Cost: 1,234,567; Rate: 2.50"]


def test_rows_are_bounded_and_hidden_sheets_left_out_and_both_told() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Data"
    for number in range(MOST_ROWS + 10):
        sheet.append(["row", number])
    book.create_sheet("Working").sheet_state = "hidden"
    document = read_xlsx(_saved(book.save))
    assert len(document.pages) == 1
    assert document.pages[0].text.count("row") == MOST_ROWS
    assert "only the first 2,000 rows of sheet 'Data' were read" in document.notes
    assert "1 hidden or surplus sheet(s) not read" in document.notes


def test_a_sheet_without_values_is_refused() -> None:
    with pytest.raises(ReadingError, match="no values"):
        read_xlsx(_book(("Empty", [])))


@pytest.mark.parametrize("read", [read_docx, read_pptx, read_xlsx])
def test_a_bomb_is_refused_before_it_is_opened(
    read: Callable[[bytes], Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "LARGEST", 1_000)
    with zipfile.ZipFile(data := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", "0" * 2_000)
    with pytest.raises(ReadingLimit, match="unpacks to more") as caught:
        read(data.getvalue())
    assert caught.value.cure


@pytest.mark.parametrize("read", [read_docx, read_pptx, read_xlsx])
@pytest.mark.parametrize("names", [(), ("[Content_Types].xml",)])
def test_a_damaged_office_file_is_refused_with_a_cure(
    read: Callable[[bytes], Document], names: tuple[str, ...]
) -> None:
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        for name in names:
            archive.writestr(name, "<broken")
    with pytest.raises(ReadingError, match="cannot be opened") as caught:
        read(data.getvalue())
    assert caught.value.cure


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([["Place", "Crime"], ["Leeds", "down"]], "Place: Leeds; Crime: down"),
        ([["", "Crime"], ["Leeds", "down"]], "Leeds; Crime: down"),
        ([["Place", "Place"], ["Leeds", "York"]], "Place | Place\nLeeds | York"),
        ([["1", "2"], ["3", "4"]], "1 | 2\n3 | 4"),
        ([["Place", "Crime"]], "Place | Crime"),
        ([["x" * 61, "Crime"], ["a", "b"]], f"{'x' * 61} | Crime\na | b"),
    ],
)
def test_a_header_is_used_only_where_it_names_columns(rows: list[list[str]], text: str) -> None:
    assert table_text(rows, header=True) == text
