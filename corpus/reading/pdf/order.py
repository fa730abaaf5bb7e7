"""Lines found on a picture of a page, put in reading order: column by column, row by row.

A text layer comes in the order it was set; what OCR finds comes as it lies.
"""

import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from corpus.reading.pdf.textlayer import RawLine
from corpus.types import Box

_FEWEST: Final = 4  # lines of a column
_PROSE: Final = 15  # characters of a column's line, on average: shorter ones are a table's cells
_CROSSING: Final = 0.3  # of the lines may run over the gap between columns: headings, say
_MIDDLE: Final = (0.15, 0.85)  # of the width: where a gap between columns may stand
_STEPS: Final = 70
_SAME_ROW: Final = 0.5  # of a line's height
_SAME_WORDS: Final = 1.2  # line heights between pieces of one line
_ALIKE: Final = (0.75, 1.28)  # sizes around the usual one: boxes are not measured to the point
_DEEPEST: Final = 3


def in_reading_order(lines: Sequence[RawLine]) -> list[RawLine]:
    """Lines in the order they are read, pieces of one line joined, sizes evened out."""
    if not lines:
        return []
    usual = statistics.median(line.size for line in lines)
    return _ordered([_evened(line, usual) for line in lines], 0)


def _evened(line: RawLine, usual: float) -> RawLine:
    low, high = _ALIKE
    size = usual if low * usual <= line.size <= high * usual else float(round(line.size))
    return RawLine(line.text, line.box, size, line.bold)


def _ordered(lines: Sequence[RawLine], depth: int) -> list[RawLine]:
    gap = _gap(lines) if depth < _DEEPEST else None
    if gap is None:
        return _rows(lines)
    ordered: list[RawLine] = []
    left: list[RawLine] = []
    right: list[RawLine] = []
    for line in sorted(lines, key=lambda line: -line.middle):
        if line.box.x1 <= gap:
            left.append(line)
        elif line.box.x0 >= gap:
            right.append(line)
        else:  # over both: what stands above it comes first
            ordered += _ordered(left, depth + 1) + _ordered(right, depth + 1) + [line]
            left, right = [], []
    return ordered + _ordered(left, depth + 1) + _ordered(right, depth + 1)


def _gap(lines: Sequence[RawLine]) -> float | None:
    """Where the gap between two columns of prose stands; None where there is none."""
    if len(lines) < 2 * _FEWEST:
        return None
    start = min(line.box.x0 for line in lines)
    width = max(line.box.x1 for line in lines) - start
    low, high = (start + share * width for share in _MIDDLE)
    places = [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]
    crossing = [sum(line.box.x0 < x < line.box.x1 for line in lines) for x in places]
    fewest = min(crossing)
    best = [x for x, count in zip(places, crossing, strict=True) if count == fewest]
    found = min(best, key=lambda x: abs(x - statistics.median(best)))
    sides = (
        [line for line in lines if line.box.x1 <= found],
        [line for line in lines if line.box.x0 >= found],
    )
    if fewest > _CROSSING * len(lines) or not all(map(_is_column, sides)):
        return None
    return found


def _is_column(lines: Sequence[RawLine]) -> bool:
    return len(lines) >= _FEWEST and statistics.mean(len(line.text) for line in lines) >= _PROSE


def _rows(lines: Sequence[RawLine]) -> list[RawLine]:
    """From top to bottom, and from left to right where lines stand side by side."""
    rows: list[list[RawLine]] = []
    for line in sorted(lines, key=lambda line: -line.middle):
        if rows and abs(rows[-1][0].middle - line.middle) < _SAME_ROW * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in _joined(sorted(row, key=lambda line: line.box.x0))]


def _joined(row: Sequence[RawLine]) -> list[RawLine]:
    """A row with the pieces of one line put together."""
    joined = list(row[:1])
    for last, line in pairwise(row):
        if line.box.x0 - last.box.x1 < _SAME_WORDS * line.size:
            before = joined[-1]
            box = Box(
                before.box.x0,
                min(before.box.y0, line.box.y0),
                max(before.box.x1, line.box.x1),
                max(before.box.y1, line.box.y1),
            )
            joined[-1] = RawLine(f"{before.text} {line.text}", box, before.size, before.bold)
        else:
            joined.append(line)
    return joined
