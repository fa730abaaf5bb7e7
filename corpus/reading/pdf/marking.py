"""Where the words of a passage stand on a page, to the letter.

What reading kept are the boxes of whole printed lines. A passage may begin within its first line
and end within its last, and the sentence that answers is a part of it: the letters PDFium finds
in those boxes are compared with the passage's. Only letters count, so that line-end hyphens,
note marks, white space, ligatures and accents written apart do no harm. Where the letters differ
(the page is a scan, its fonts were repaired), the lines stay marked whole.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pypdfium2 as pdfium

from corpus.drawing import Marked
from corpus.types import Box

_ENDS: Final = 20  # letters by which a passage that differs within is known
_WRONG: Final = 0.05  # of its letters that may be missing or too many


@dataclass(frozen=True, slots=True)
class Places:
    """Boxes to mark, in points of the unrotated page: the passage's, and the sentence's."""

    passage: tuple[Box, ...]
    sentence: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter of the page, its box, and which of the passage's lines it stands in."""

    text: str
    box: Box
    line: int


def places_of(page: pdfium.PdfPage, marked: Marked) -> Places:
    """Where to mark what is to be marked."""
    letters = _letters(page, marked.boxes)
    printed = "".join(letter.text for letter in letters)
    wanted = _plain(marked.text)
    found = _find(printed, wanted)
    passage = _boxes(letters[found], marked.boxes) if found else marked.boxes
    if marked.sentence is None:
        return Places(passage, ())
    first, last = marked.sentence
    sentence = _plain(marked.text[first:last])
    if found and printed[found] == wanted:  # by its place: its words may stand there twice
        start = found.start + len(_plain(marked.text[:first]))
        place: slice | None = slice(start, start + len(sentence))
    else:
        place = _find(printed, sentence)
    return Places(passage, _boxes(letters[place], marked.boxes) if place else ())


def _find(printed: str, wanted: str) -> slice | None:
    """Where the letters stand: as they are, or at least as they begin and end."""
    if not wanted:
        return None
    start = printed.find(wanted)
    if start >= 0:
        return slice(start, start + len(wanted))
    start, last = printed.find(wanted[:_ENDS]), printed.rfind(wanted[-_ENDS:])
    near = abs((last + _ENDS - start) - len(wanted)) <= _WRONG * len(wanted)
    return slice(start, last + _ENDS) if 0 <= start < last and near else None


def _letters(page: pdfium.PdfPage, lines: Sequence[Box]) -> list[_Letter]:
    """The page's letters that stand in these lines, line by line."""
    textpage = page.get_textpage()
    try:
        found: list[list[_Letter]] = [[] for _ in lines]
        for place, character in enumerate(textpage.get_text_range(errors="replace")):
            plain = _plain(character)
            if not plain:
                continue
            box = Box(*textpage.get_charbox(place))
            if (line := _line_of(box, lines)) is not None:
                found[line] += [_Letter(each, box, line) for each in plain]
    finally:
        textpage.close()
    return [letter for line in found for letter in line]


def _line_of(box: Box, lines: Sequence[Box]) -> int | None:
    """The line a character's middle stands in; where lines overlap, the one it is most amid."""
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    holding = [
        (abs(y - (line.y0 + line.y1) / 2), place)
        for place, line in enumerate(lines)
        if line.x0 <= x <= line.x1 and line.y0 <= y <= line.y1
    ]
    return min(holding)[1] if holding else None


def _plain(text: str) -> str:
    """Its letters alone, without case, accents and ligatures."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in apart if character.isalpha())


def _boxes(letters: Sequence[_Letter], lines: Sequence[Box]) -> tuple[Box, ...]:
    """One box a line, as long as its letters and as high as the line."""
    return tuple(_span(lines[line], boxes) for line, boxes in _by_line(letters))


def _by_line(letters: Sequence[_Letter]) -> Iterator[tuple[int, list[Box]]]:
    by_line: dict[int, list[Box]] = {}
    for letter in letters:
        by_line.setdefault(letter.line, []).append(letter.box)
    yield from by_line.items()


def _span(line: Box, boxes: Sequence[Box]) -> Box:
    if line.x1 - line.x0 >= line.y1 - line.y0:
        return Box(min(b.x0 for b in boxes), line.y0, max(b.x1 for b in boxes), line.y1)
    return Box(line.x0, min(b.y0 for b in boxes), line.x1, max(b.y1 for b in boxes))
