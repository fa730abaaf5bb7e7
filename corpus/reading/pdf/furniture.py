"""Running headers, footers and page numbers: found by their recurrence, at the page's edge."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from corpus.reading.pdf.textlayer import RawLine
from corpus.reading.pdf.turn import Turn

EDGE: Final = 0.13  # share of the page's height, at top and bottom
FEWEST: Final = 3  # pages a line must recur on
SHARE: Final = 0.2  # of the pages, too
OUTERMOST: Final = 0.08  # share of the height where headings hardly stand: a chapter's name, say
OUTERMOST_SHARE: Final = 0.05
_NUMBERED: Final = re.compile(
    r"(?:page|pg\.?|p\.)?\s*[\-\u2013|]?\s*(\d{1,4}|[ivxl]{1,6})\s*(?:[\-\u2013|]|(?:of|/)\s*\d{1,4})?",
    re.IGNORECASE,
)
_IN_FURNITURE: Final = re.compile(r"(?:^|[|\s])(\d{1,4})(?:$|[|\s])")
_AGREE: Final = 0.6  # of the pages with a number must fit one sequence


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's lines before clean-up, upright, and how the page is turned."""

    number: int
    turn: Turn
    lines: tuple[RawLine, ...]

    @property
    def height(self) -> float:
        """In points, as the page is read."""
        return self.turn.upright_height


def remove_furniture(sheets: Sequence[Sheet]) -> tuple[list[Sheet], dict[int, str]]:
    """Pages without what recurs at their edges, and the page numbers printed there.

    A line is furniture where the same words, digits aside, stand at the same height of an
    edge of at least three pages and a fifth of all (a twentieth at the outermost edge), or
    anywhere at an edge of twice as many;
    a lone number at an edge always. Labels are given for every page when the numbers make
    one sequence.
    """
    seen: Counter[tuple[str, int]] = Counter()
    anywhere: Counter[str] = Counter()
    for sheet in sheets:
        keys = {key for line in sheet.lines if (key := _key(line, sheet))}
        seen.update(keys)
        anywhere.update({words for words, _ in keys})
    enough = max(FEWEST, SHARE * len(sheets))
    few = max(FEWEST, OUTERMOST_SHARE * len(sheets))
    numbers: dict[int, list[int]] = {}
    kept: list[Sheet] = []
    for sheet in sheets:
        lines = []
        for line in sheet.lines:
            key = _key(line, sheet)
            recurs = key is not None and (
                _at_height(seen, key) >= (few if _outermost(line, sheet) else enough)
                or anywhere[key[0]] >= 2 * enough
            )
            lone = key is not None and _NUMBERED.fullmatch(line.text.strip()) is not None
            if key and (recurs or lone):
                numbers.setdefault(sheet.number, []).extend(_numbers(line.text))
            if not recurs and not (lone and key):
                lines.append(line)
        kept.append(Sheet(sheet.number, sheet.turn, tuple(lines)))
    if not any(sheet.lines for sheet in kept):  # every page says the same: that is its text
        kept = list(sheets)
    return kept, _labels(numbers, [sheet.number for sheet in sheets])


def _key(line: RawLine, sheet: Sheet) -> tuple[str, int] | None:
    """Words with digits masked, and the height in steps of 6 points; None off the edges."""
    edge = EDGE * sheet.height
    if edge < line.middle < sheet.height - edge:
        return None
    words = re.sub(r"\d+|\b[ivxl]+\b", "#", " ".join(line.text.casefold().split()))
    return words, round(line.middle / 6)


def _at_height(seen: Counter[tuple[str, int]], key: tuple[str, int]) -> int:
    return sum(seen[key[0], key[1] + step] for step in (-1, 0, 1))


def _outermost(line: RawLine, sheet: Sheet) -> bool:
    edge = OUTERMOST * sheet.height
    return not edge < line.middle < sheet.height - edge


def _numbers(text: str) -> list[int]:
    text = text.strip()
    if found := _NUMBERED.fullmatch(text):
        return [int(found.group(1))] if found.group(1).isdigit() else []
    return [int(number) for number in _IN_FURNITURE.findall(text)]


def _labels(numbers: dict[int, list[int]], pages: list[int]) -> dict[int, str]:
    """Printed numbers as labels, where few shifts from the physical number fit nearly all.

    A page without a number goes by its numbered neighbours; where these have different shifts,
    nobody knows where the change lies, and it has no label.
    """
    shift_of = _shifts(numbers)
    if len(shift_of) < FEWEST or len(shift_of) < _AGREE * len(numbers):
        return {}
    known = sorted(shift_of)
    labels: dict[int, str] = {}
    for page in pages:
        place = bisect_left(known, page)
        around = {shift_of[each] for each in known[max(place - 1, 0) : place + 1]}
        shift = shift_of.get(page, around.pop() if len(around) == 1 else None)
        if shift is not None and page + shift > 0:
            labels[page] = str(page + shift)
    return labels


def _shifts(numbers: dict[int, list[int]]) -> dict[int, int]:
    """How far the printed number is from the physical one, page by page.

    The commonest shift first; another for at least three of the other pages, if no page that
    is settled lies between them.
    """
    fits = {page: {number - page for number in found} for page, found in numbers.items()}
    settled: dict[int, int] = {}
    counted = Counter(shift for found in fits.values() for shift in found)
    for shift, _ in counted.most_common():
        run = sorted(page for page, found in fits.items() if shift in found and page not in settled)
        if len(run) >= FEWEST and not any(run[0] < page < run[-1] for page in settled):
            settled |= dict.fromkeys(run, shift)
    return settled
