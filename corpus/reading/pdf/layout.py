"""A page's lines into groups: table rows, columns put in order, paragraphs."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from corpus.reading.pdf.characters import LINE_END_HYPHEN
from corpus.reading.pdf.textlayer import RawLine
from corpus.types import Box

Row = tuple[RawLine, ...]

_LABEL: Final = re.compile(
    r"(?:\d+(?:\.\d+)*[.)]?|[\u2022\u25cf\u25aa\u25e6\u2013o*\-\uf0b7\uf0a7]|\(?[a-z]\)|[ivx]+[.)])"
)
BULLET: Final = re.compile(
    r"(?:[\u2022\u25cf\u25aa\u25ab\u25e6\u2219\uf0b7\uf0a7\uf0d8\uf0fc]|[\u2013\u2014\-*]\s|o\s(?=[A-Z])|\(?[a-z]\)\s|\(?[ivx]+\)\s|\d{1,2}[.)]\s)"
)
_FINISHED: Final = re.compile(
    r"(?:[.!?:;][\"'\u201d\u2019)\]]*|(?<=[^\W\d_]|[)\]\"'\u201d\u2019])[.!?;,:]\d{1,3})$"
)
TABLE_ROWS: Final = 3
_PROSE_CELL: Final = 30  # characters: longer cells side by side are columns of prose
_SHORT: Final = 14  # characters of an axis label
_SHORT_RUN: Final = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together: a paragraph's, or (`rows`) a table's."""

    lines: tuple[RawLine, ...]
    rows: tuple[Row, ...] = ()

    @property
    def size(self) -> float:
        """Font size of most of it, in points."""
        return statistics.median_high(line.size for line in self.lines)

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(line.bold for line in self.lines)

    @property
    def top(self) -> float:
        """Height of its upper edge."""
        return max(line.box.y1 for line in self.lines)


def rows_of(lines: Sequence[RawLine]) -> list[Row]:
    """Lines that stand side by side, together; a lone list mark joins the line it opens."""
    rows: list[list[RawLine]] = []
    for line in lines:
        last = rows[-1][-1] if rows else None
        if (
            last
            and abs(last.middle - line.middle) < 0.5 * max(last.size, 4)
            and (line.box.x0 >= last.box.x1 - 1)
        ):
            if len(rows[-1]) == 1 and _LABEL.fullmatch(last.text.strip()):
                rows[-1][-1] = _beside(last, line)
            else:
                rows[-1].append(line)
        else:
            rows.append([line])
    return [tuple(row) for row in rows]


def _beside(label: RawLine, line: RawLine) -> RawLine:
    box = Box(
        label.box.x0,
        min(label.box.y0, line.box.y0),
        line.box.x1,
        max(label.box.y1, line.box.y1),
    )
    return RawLine(f"{label.text} {line.text}", box, line.size, line.bold)


def groups_of(rows: Sequence[Row]) -> list[Group]:
    """Rows into tables, runs of chart labels, and paragraphs, in reading order."""
    groups: list[Group] = []
    prose: list[RawLine] = []
    place = 0
    while place < len(rows):
        end = _table_end(rows, place)
        if end is None and (labels := _labels_end(rows, place)) is not None:
            end = labels
        if end is None:
            prose += rows[place]
            place += 1
            continue
        block = rows[place:end]
        if _is_columns(block):
            for column in range(2):
                prose += [row[column] for row in block if len(row) > column]
        else:
            groups += paragraphs_of(prose)
            prose = []
            groups.append(Group(tuple(line for row in block for line in row), tuple(block)))
        place = end
    return groups + paragraphs_of(prose)


def _table_end(rows: Sequence[Row], start: int) -> int | None:
    """Where the table that begins here ends; None where none begins."""
    if len(rows[start]) < 2:  # noqa: PLR2004 - a row has cells
        return None
    end, several = start, 0
    for place in range(start, len(rows)):
        if len(rows[place]) > 1:
            several += 1
            end = place + 1
        elif place + 1 >= len(rows) or len(rows[place + 1]) == 1 or _is_prose(rows[place][0]):
            break
    return end if several >= TABLE_ROWS else None


def _is_prose(line: RawLine) -> bool:
    return len(line.text) > 2 * _PROSE_CELL


def _is_columns(block: Sequence[Row]) -> bool:
    cells = [cell for row in block for cell in row]
    pairs = sum(len(row) == 2 for row in block)  # noqa: PLR2004 - two columns
    long = sum(len(cell.text) > _PROSE_CELL for cell in cells)
    return pairs >= 0.7 * len(block) and long >= 0.7 * len(cells)


def _labels_end(rows: Sequence[Row], start: int) -> int | None:
    """Where a run of very short lines ends: a chart's labels, or a column of figures."""
    end = start
    while end < len(rows) and all(len(cell.text) <= _SHORT for cell in rows[end]):
        end += 1
    return end if end - start >= _SHORT_RUN else None


def paragraphs_of(lines: Sequence[RawLine]) -> list[Group]:
    """Consecutive lines into paragraphs, by spacing, indent, size and where lines end."""
    if not lines:
        return []
    spacing = _usual_spacing(lines)
    groups: list[list[RawLine]] = [[lines[0]]]
    for last, line in pairwise(lines):
        if _begins(groups[-1], last, line, spacing):
            groups.append([line])
        else:
            groups[-1].append(line)
    return [Group(tuple(group)) for group in groups]


def _usual_spacing(lines: Sequence[RawLine]) -> float:
    """Distance of neighbouring lines, as a multiple of their size."""
    steps = [
        (a.middle - b.middle) / a.size
        for a, b in pairwise(lines)
        if 0 < a.middle - b.middle < 3 * a.size
    ]
    return min(max(statistics.median_low(steps), 1.0), 2.2) if steps else 1.3


def _begins(group: Sequence[RawLine], last: RawLine, line: RawLine, spacing: float) -> bool:
    """Whether a line begins a new paragraph."""
    if last.text.endswith(LINE_END_HYPHEN):
        return False
    step = last.middle - line.middle
    size = max(last.size, line.size)
    if line.note or BULLET.match(line.text) or abs(last.size - line.size) > 0.12 * size:
        return True
    finished = _FINISHED.search(last.text) is not None
    if last.bold != line.bold and (finished or len(group) == 1 or step > 1.15 * spacing * size):
        return True
    if step <= 0 or step > 3 * size:  # another column, or far below
        return finished or last.bold or not line.text[:1].islower()
    if step > (spacing + 0.35) * size:
        return True
    left = min(each.box.x0 for each in group)
    right = max(each.box.x1 for each in group)
    indented = line.box.x0 - left > 0.8 * size and line.box.x0 - last.box.x0 > 0.8 * size
    ended_early = right - last.box.x1 > 0.2 * (right - left) and len(group) > 1
    return finished and (indented or ended_early)
