"""What the groups of a page are: headings, lists, tables, notes, contents, references."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from corpus.reading.pdf.layout import BULLET, Group
from corpus.types import BlockKind

_HEADING_CHARACTERS: Final = 180
_LARGER: Final = 1.12
_SMALLER: Final = 0.93
_NOTE: Final = re.compile(r"(?:\d{1,3}|[*\u2020\u2021\u00a7])\s*[^\s\d.,)]")
_CAPTION: Final = re.compile(r"(?:table|figure|chart|box|exhibit)\s+[\dA-Z]", re.IGNORECASE)
_NO_HEADING: Final = re.compile(r"(?:source|note|figure|table|chart)s?\b.{0,4}[:\d]", re.IGNORECASE)
DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class Style:
    """How a document is set: body size in points, whether its body is bold, heading sizes."""

    body: float
    bold_body: bool
    heading_sizes: tuple[float, ...]
    outline: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A group and what it is; `level` is a heading's depth."""

    group: Group
    kind: BlockKind
    level: int = 0


def style_of(pages: Sequence[Sequence[Group]], outline: Mapping[str, int]) -> Style:
    """Look at all pages: the size most characters have is the body's."""
    sizes: Counter[float] = Counter()
    bold = 0
    for page in pages:
        for group in page:
            for line in group.lines:
                sizes[_rounded(line.size)] += len(line.text)
                bold += len(line.text) * line.bold
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    larger = {
        _rounded(group.size)
        for page in pages
        for group in page
        if group.size >= _LARGER * body and len(plain(group)) <= _HEADING_CHARACTERS
    }
    heading_sizes = tuple(sorted(larger, reverse=True))
    return Style(body, bold > 0.5 * sizes.total(), heading_sizes, outline)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def plain(group: Group) -> str:
    """A group's words, for looking at."""
    return " ".join(line.text for line in group.lines)


def label_page(groups: Sequence[Group], style: Style) -> list[Labelled]:
    """What each group of a page is; contents and references are told apart later."""
    labelled: list[Labelled] = []
    for group in groups:
        if group.rows:
            last = labelled[-1] if labelled else None
            if last and not last.group.rows and _CAPTION.match(plain(last.group)):
                labelled.pop()
                rows = tuple((line,) for line in last.group.lines) + group.rows
                group = Group(last.group.lines + group.lines, rows)  # noqa: PLW2901 - with its caption
            labelled.append(Labelled(group, BlockKind.TABLE))
        elif level := _heading_level(group, style):
            labelled.append(Labelled(group, BlockKind.HEADING, level))
        elif BULLET.match(group.lines[0].text):
            labelled.append(Labelled(group, BlockKind.LIST_ITEM))
        else:
            labelled.append(Labelled(group, BlockKind.PARAGRAPH))
    return _with_footnotes(labelled, style)


def _heading_level(group: Group, style: Style) -> int:
    """Depth from 1; 0 for what is no heading."""
    text = plain(group).strip()
    letters = sum(character.isalpha() for character in text)
    if letters < 3 or len(text) > _HEADING_CHARACTERS or len(group.lines) > 4:  # noqa: PLR2004
        return 0
    if depth := style.outline.get(folded(text)):
        return min(depth, DEEPEST)
    if text.endswith((".", ";", ",")) or _NO_HEADING.match(text) or letters < 0.5 * len(text):
        return 0
    if group.size >= _LARGER * style.body:
        return min(1 + style.heading_sizes.index(_rounded(group.size)), DEEPEST - 1)
    if group.bold and not style.bold_body and group.size >= _SMALLER * style.body:
        return DEEPEST if not text[0].islower() and not text.endswith(":") else 0
    return 0


def folded(text: str) -> str:
    """Letters and digits alone, to compare titles by."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _with_footnotes(labelled: list[Labelled], style: Style) -> list[Labelled]:
    """Small print at the page's foot that begins with a mark becomes footnotes."""
    first = len(labelled)
    while first and _is_small(labelled[first - 1], style):
        first -= 1
    small = labelled[first:]
    above = min(line.box.y0 for line in labelled[first - 1].group.lines) if first else math.inf
    opened = False
    result = labelled[:first]
    for one in small:
        marked = one.group.lines[0].note or _NOTE.match(plain(one.group)) is not None
        opened = opened or (marked and one.group.top < above + style.body)
        kind = BlockKind.FOOTNOTE if opened else one.kind
        result.append(Labelled(one.group, kind))
    return result


def _is_small(one: Labelled, style: Style) -> bool:
    flows = one.kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM}
    return flows and one.group.size <= _SMALLER * style.body
