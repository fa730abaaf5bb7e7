from corpus.reading.pdf.order import in_reading_order
from corpus.reading.pdf.textlayer import RawLine
from corpus.types import Box


def _line(text: str, left: float, top: float, width: float, size: float = 10) -> RawLine:
    return RawLine(text, Box(left, top - size, left + width, top), size, bold=False)


def _column(name: str, left: float, top: float, count: int = 5) -> list[RawLine]:
    return [
        _line(f"{name} {n} of a column of prose", left, top - 14 * n, 200) for n in range(count)
    ]


def _texts(lines: list[RawLine]) -> list[str]:
    return [line.text for line in lines]


def test_columns_are_read_one_after_the_other_under_their_headings() -> None:
    left, right = _column("left", 50, 700), _column("right", 300, 698)
    heading, foot = _line("A heading over both", 50, 730, 400), _line("Their foot", 50, 500, 450)
    mixed = [foot, *right, heading, *left]
    assert _texts(in_reading_order(mixed)) == _texts([heading, *left, *right, foot])


def test_cells_of_a_table_are_read_row_by_row() -> None:
    rows = [[_line(f"{r}{c}", 50 + 200 * c, 700 - 14 * r, 40) for c in range(3)] for r in range(6)]
    mixed = [row[c] for c in range(3) for row in rows]
    assert _texts(in_reading_order(mixed)) == [cell.text for row in rows for cell in row]


def test_pieces_of_one_line_are_joined_and_sizes_evened_out() -> None:
    pieces = [
        _line("Mentoring", 50, 700, 60),
        _line("helps", 116, 701, 40, 11),
        _line("some", 162, 700, 30),
    ]
    (line,) = in_reading_order(pieces)
    assert (line.text, line.size) == ("Mentoring helps some", 10)
    assert (line.box.x0, line.box.x1) == (50, 192)


def test_a_much_larger_line_keeps_its_size() -> None:
    lines = [_line("A title", 50, 760, 200, 20), *_column("body", 50, 700)]
    assert in_reading_order(lines)[0].size == 20


def test_an_empty_page_has_no_order() -> None:
    assert in_reading_order([]) == []
