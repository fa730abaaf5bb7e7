"""Labelled groups into a page's text, with the place of every block and printed line in it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from corpus.reading.clean import clean_text
from corpus.reading.pdf.characters import LINE_END_HYPHEN
from corpus.reading.pdf.structure import Labelled
from corpus.reading.pdf.textlayer import RawLine
from corpus.reading.pdf.turn import Turn
from corpus.types import Block, Line

_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_PART: Final = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$")
_FIRST_PART: Final = re.compile(r"[^\W\d_]+")
_ADDRESS: Final = re.compile(
    r"(?:https?:|www\.|doi\.org|[\w-]+(?:\.[\w-]+)*\.(?:uk|org|com|net|gov|edu|eu|int|wales)/)\S*-$",
    re.IGNORECASE,
)
_HYPHENS: Final = ("-", "\u00ad", "\u2010", LINE_END_HYPHEN)


class Hyphens:
    """Decides what a hyphen at a line's end was, by how the document writes the word elsewhere."""

    def __init__(self, lines: Iterable[RawLine]) -> None:
        self._words: Counter[str] = Counter()
        for line in lines:
            self._words.update(word.casefold() for word in _WORD.findall(line.text)[:-1])

    def join(self, before: str, after: str) -> str:
        """The two parts of a line break as one text; `before` ends with "-".

        A web address keeps its hyphens unless the document writes the two parts as one word:
        they are mostly its own, and it leads nowhere without them.
        """
        address = ends_in_address(before)
        last, first = _LAST_PART.search(before), _FIRST_PART.match(after)
        if not last or not first:
            return before + after
        left, right = last.group(1).casefold(), first.group().casefold()
        if address:
            left = left.rpartition("-")[2]
        together, apart = self._words[left + right], self._words[f"{left}-{right}"]
        if apart > together or (not together and (address or not first.group().islower())):
            return before + after
        return before[:-1] + after


def ends_in_address(text: str) -> bool:
    """Whether a text ends in a web address that goes on after a hyphen."""
    words = text.rsplit(maxsplit=1)
    return bool(words) and _ADDRESS.search(words[-1]) is not None


@dataclass(slots=True)
class PageText:
    """A page's text as it grows."""

    hyphens: Hyphens
    table: Mapping[int, str]
    turn: Turn
    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def add(self, one: Labelled) -> None:
        """Put a group at the end, an empty line before it."""
        start = len(self.text) + (2 if self.text else 0)
        before, kept = self.text, len(self.lines)
        self.text += "\n\n" if self.text else ""
        if one.group.rows:
            self._add_rows(one.group.rows)
        else:
            self._add_lines(one.group.lines)
        if len(self.text) <= start:
            self.text = before
            del self.lines[kept:]
            return
        self.blocks.append(Block(start, len(self.text), one.kind, one.level))

    def _add_rows(self, rows: Sequence[tuple[RawLine, ...]]) -> None:
        """A row a line, its cells parted by bars."""
        first = True
        for row in rows:
            cells = [(cell, words) for cell in row if (words := self._clean(cell))]
            if cells and not first:
                self.text += "\n"
            for place, (cell, words) in enumerate(cells):
                self.text += " | " if place else ""
                self._append(cell, words.removesuffix(LINE_END_HYPHEN))
                first = False

    def _add_lines(self, lines: Sequence[RawLine]) -> None:
        """Lines as one paragraph: joined by spaces, or at a hyphen."""
        first = True
        for line in lines:
            words = self._clean(line)
            if not words:
                continue
            if not first:
                words = self._bridge(words)
            self._append(line, words)
            first = False

    def _bridge(self, words: str) -> str:
        """Prepare the text's end for these words, and give back what to append of them."""
        parted = self.text.endswith("-") and not self.text.endswith((" -", "--"))
        if parted and (words[:1].isalpha() or ends_in_address(self.text)):
            joined = self.hyphens.join(self.text, words)
            self.text = joined[: len(joined) - len(words)]
            if self.lines and self.lines[-1].end > len(self.text):
                last = self.lines[-1]
                self.lines[-1] = Line(last.start, len(self.text), last.box)
            return words
        if not self.text.endswith("\n"):
            self.text += " "
        return words

    def _append(self, line: RawLine, words: str) -> None:
        start = len(self.text)
        self.text += words
        self.lines.append(Line(start, len(self.text), self.turn.back(line.box)))

    def _clean(self, line: RawLine) -> str:
        text = line.text.translate(self.table) if self.table else line.text
        for hyphen in _HYPHENS[1:]:
            if text.rstrip().endswith(hyphen):
                text = text.rstrip()[: -len(hyphen)] + "-"
        return clean_text(text).strip()


def page_text(
    labelled: Sequence[Labelled], hyphens: Hyphens, table: Mapping[int, str], turn: Turn
) -> tuple[str, tuple[Block, ...], tuple[Line, ...]]:
    """Text, blocks and lines of a page; `table` repairs damage, `turn` sets lines back in place."""
    page = PageText(hyphens, table, turn)
    for one in labelled:
        page.add(one)
    return page.text, tuple(page.blocks), tuple(page.lines)
