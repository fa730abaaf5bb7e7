"""Paragraphs and headings into one page, for formats that know their structure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from corpus.reading.clean import clean_text
from corpus.types import Block, BlockKind, Page

_REFERENCES: Final = re.compile(
    r"(?:\d+[.)]?\s+)?(?:references?|bibliography|works cited|reference list)\s*:?", re.IGNORECASE
)
_CONTENTS: Final = re.compile(r"(?:table of )?contents\s*:?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A structural unit before it has a place: its text may hold line feeds (table rows)."""

    text: str
    kind: BlockKind
    level: int = 0


def one_page(parts: Iterable[Part], *, number: int = 1) -> Page:
    """A page of these parts, cleaned, separated by an empty line.

    What follows a heading "References" or "Contents" is of that kind until a heading of the
    same or a higher level.
    """
    text = ""
    blocks: list[Block] = []
    special: tuple[BlockKind, int] | None = None
    for part in parts:
        lines = (line.strip() for line in clean_text(part.text).split("\n"))
        cleaned = "\n".join(line for line in lines if line)
        if not cleaned:
            continue
        kind = part.kind
        if kind is BlockKind.HEADING:
            if special and part.level <= special[1]:
                special = None
            if found := _special(cleaned):
                special = (found, part.level)
        elif special:
            kind = special[0]
        text += "\n\n" if text else ""
        blocks.append(Block(len(text), len(text) + len(cleaned), kind, part.level))
        text += cleaned
    return Page(number=number, label=None, text=text, blocks=tuple(blocks))


def _special(heading: str) -> BlockKind | None:
    if _REFERENCES.fullmatch(heading):
        return BlockKind.REFERENCES
    return BlockKind.CONTENTS if _CONTENTS.fullmatch(heading) else None
