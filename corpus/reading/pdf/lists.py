"""Contents lists and reference lists: recognised by what their lines look like."""

import re
from collections.abc import Sequence
from typing import Final

from corpus.reading.pdf.layout import Group
from corpus.reading.pdf.structure import Labelled, plain
from corpus.types import BlockKind

_LEADERS: Final = re.compile(r"(?:\.\s?){4,}|\u2026{2,}|_{4,}")
_ENDS_WITH_PAGE: Final = re.compile(r"\D[\s.\u2026_]\s*(?:\d{1,3}|[ivxl]{1,5})$")
_CONTENTS_TITLE: Final = re.compile(
    r"(?:table of )?contents|(?:list of )?(?:figures|tables)(?: and (?:figures|tables))?",
    re.IGNORECASE,
)
_REFERENCES_TITLE: Final = re.compile(
    r"(?:\d+(?:\.\d+)*\.?\s+|(?:appendix|annex) \w+:?\s+)?"
    r"(?:references?|bibliography|works cited|reference list|literature cited"
    r"|end ?notes|notes|sources"
    r"|(?:end ?)?notes and references|references cited"
    r"|references and (?:(?:end ?)?notes|further reading))\s*:?",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d[a-z]?\b")
_SIGNS: Final = re.compile(
    r"\bdoi\b|https?:|www\.|\bet al\b|\bpp?\.\s?\d|\bvol\b|\bno\. ?\d|\bjournal\b|\breview\b"
    r"|\bpress\b|\bISBN\b|\bretrieved\b|\baccessed\b|\bavailable (?:at|from|online)\b"
    r"|\bworking paper\b"
    r"|\beds?\.\)?|\d+\s?\(\d+\)|\d+:\s?\d+\s?[\u2013-]\s?\d+|\bibid\b",
    re.IGNORECASE,
)
_AUTHOR: Final = re.compile(
    r"(?:\[?\d{1,3}[\].)]?\s*)?(?:[A-Z][\w\u2019'\-]+,?\s+(?:(?:[A-Z]\.?[\s,\-]*){1,4}|[A-Z][a-z]+\b)"
    r"|[A-Z][\w&\u2019'\- ]{2,60}[.,]?\s*\(?(?:19|20)\d\d)"
)
_FEWEST: Final = 3
_BEGINS: Final = 0.4  # of the groups after its heading must look like references
_STILL: Final = 0.25  # of those ahead, for the list to go on
_STILL_AFTER_HEADING: Final = 0.6  # of those after a heading within it


def mark_lists(pages: Sequence[list[Labelled]]) -> list[list[Labelled]]:
    """The same pages with contents lists and reference lists marked."""
    return _mark_references([_mark_contents(page) for page in pages])


def _mark_contents(page: list[Labelled]) -> list[Labelled]:
    """Entries of a contents list end with a page number, most with leaders or under a title."""
    titled = any(
        one.kind is BlockKind.HEADING and _CONTENTS_TITLE.fullmatch(plain(one.group).strip())
        for one in page
    )
    lines = [line for one in page for line in _printed_lines(one.group)]
    entries = sum(_is_entry(line) for line in lines)
    leaders = sum(_LEADERS.search(line) is not None for line in lines)
    enough = entries >= _FEWEST and (leaders >= _FEWEST or (titled and entries > 0.3 * len(lines)))
    if not enough:
        return page
    whole = entries >= 0.5 * len(lines)
    return [
        Labelled(one.group, BlockKind.CONTENTS) if _in_contents(one, whole=whole) else one
        for one in page
    ]


def _in_contents(one: Labelled, *, whole: bool) -> bool:
    if _CONTENTS_TITLE.fullmatch(plain(one.group).strip()):
        return False
    lines = _printed_lines(one.group)
    entries = sum(_is_entry(line) for line in lines)
    return entries >= 0.4 * len(lines) or (whole and len(plain(one.group)) < 200)  # noqa: PLR2004


def _printed_lines(group: Group) -> list[str]:
    if group.rows:
        return ["  ".join(cell.text for cell in row) for row in group.rows]
    return [line.text for line in group.lines]


def _is_entry(line: str) -> bool:
    return _ENDS_WITH_PAGE.search(line.strip()) is not None and any(c.isalpha() for c in line)


def _mark_references(pages: list[list[Labelled]]) -> list[list[Labelled]]:
    """From a heading that says so until what follows no longer looks like references.

    Without a heading, a run of at least three entries in a row that open with an author and
    hold a year and another sign of a reference.
    """
    marked = [list(page) for page in pages]
    places = [(p, i) for p, page in enumerate(marked) for i in range(len(page))]
    likely = [_likeness(marked[p][i]) for p, i in places]
    inside = False
    for order, (p, i) in enumerate(places):
        one = marked[p][i]
        if one.kind is BlockKind.HEADING and _REFERENCES_TITLE.fullmatch(plain(one.group).strip()):
            inside = _share(likely[order + 1 : order + 13]) >= _BEGINS
            continue
        if one.kind is BlockKind.CONTENTS:
            continue
        if inside:
            if one.kind is BlockKind.HEADING:
                inside = _share(likely[order + 1 : order + 7]) >= _STILL_AFTER_HEADING
            else:
                inside = _share(likely[order : order + 8]) >= _STILL
        if (inside and one.kind is not BlockKind.HEADING) or _in_run(likely, order):
            marked[p][i] = Labelled(one.group, BlockKind.REFERENCES)
    return marked


def _likeness(one: Labelled) -> float:
    """How much a group looks like a reference: 0, 0.5 for a part of one, 1."""
    if one.kind in {BlockKind.HEADING, BlockKind.CONTENTS}:
        return 0.0
    text = plain(one.group)
    signs = len(_SIGNS.findall(text))
    dense = len(text) / (1 + signs + len(_YEAR.findall(text)))
    if _YEAR.search(text) and signs and _AUTHOR.match(text) and dense < 120:  # noqa: PLR2004
        return 1.0
    return 0.5 if signs and dense < 120 else 0.0  # noqa: PLR2004


def _share(likely: Sequence[float]) -> float:
    return sum(likely) / len(likely) if likely else 0.0


def _in_run(likely: Sequence[float], order: int) -> bool:
    if likely[order] < 1:
        return False
    start, end = order, order + 1
    while start and likely[start - 1] == 1:
        start -= 1
    while end < len(likely) and likely[end] == 1:
        end += 1
    return end - start >= _FEWEST
