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
_NUMBER: Final = re.compile(r"\[?\d{1,3}[\].)]?\s?(?:[A-Z\u201c\"\u2018]|www|http)")
_NO_DATE: Final = re.compile(r"\(n\.d\.\)|\[(?:n\.d\.|internet|cited)", re.IGNORECASE)
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
_TITLED_ENTRIES: Final = 0.3  # of a page's lines under a contents title
_BEGINS: Final = 0.5  # of the groups after its heading must hint at references
_STILL: Final = 0.3  # of those ahead, for the list to go on
_STILL_AFTER_HEADING: Final = 0.6  # of those after a heading within it must be references
_CHARACTERS_A_SIGN: Final = 120
_CHARACTERS_A_HINT: Final = 350


def mark_lists(pages: Sequence[list[Labelled]]) -> list[list[Labelled]]:
    """The same pages with contents lists and reference lists marked."""
    marked: list[list[Labelled]] = []
    for page in pages:
        goes_on = bool(marked) and any(one.kind is BlockKind.CONTENTS for one in marked[-1][-2:])
        marked.append(_mark_contents(page, goes_on=goes_on))
    return _mark_references(marked)


def _mark_contents(page: list[Labelled], *, goes_on: bool) -> list[Labelled]:
    """Entries of a contents list end with a page number.

    Most have leaders, or a title stands above them, or the page before ended with some.
    """
    lines = [line for one in page for line in _printed_lines(one.group)]
    titled = goes_on or any(_CONTENTS_TITLE.fullmatch(line.strip()) for line in lines)
    entries = sum(_is_entry(line) for line in lines)
    leaders = sum(_LEADERS.search(line) is not None for line in lines)
    enough = leaders >= _FEWEST or (titled and entries > _TITLED_ENTRIES * len(lines))
    if entries < _FEWEST or not enough:
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
    """From a heading that says so to the next, where groups around look like references.

    Without a heading, a run of at least three entries in a row that open with an author and
    hold a year and another sign of a reference.
    """
    marked = [list(page) for page in pages]
    places = [(p, i) for p, page in enumerate(marked) for i in range(len(page))]
    entries = [_is_reference(marked[p][i]) for p, i in places]
    hints = [_hints_at_reference(marked[p][i]) for p, i in places]
    anchors = [entries[n] or _is_numbered(marked[p][i]) for n, (p, i) in enumerate(places)]
    inside = False
    for order, (p, i) in enumerate(places):
        one = marked[p][i]
        heading = one.kind is BlockKind.HEADING
        if heading and _REFERENCES_TITLE.fullmatch(plain(one.group).strip()):
            inside = _share(hints[order + 1 : _section_end(marked, places, order)]) >= _BEGINS
        elif heading and inside:
            inside = _share(entries[order + 1 : order + 7]) >= _STILL_AFTER_HEADING
        elif one.kind is not BlockKind.CONTENTS and not heading:
            near = any(anchors[max(order - 2, 0) : order + 4])
            around = hints[max(order - 3, 0) : order + 8]
            if (inside and near and _share(around) >= _STILL) or _in_run(entries, order):
                marked[p][i] = Labelled(one.group, BlockKind.REFERENCES)
    return marked


def _is_reference(one: Labelled) -> bool:
    """Whether a group opens with an author, and holds a year and another sign, densely."""
    if one.kind in {BlockKind.HEADING, BlockKind.CONTENTS}:
        return False
    text = plain(one.group)
    years = len(_YEAR.findall(text))
    if not years or _AUTHOR.match(text) is None:
        return False
    signs = len(_SIGNS.findall(text))  # takes longest
    return signs > 0 and len(text) < _CHARACTERS_A_SIGN * (1 + signs + years)


def _hints_at_reference(one: Labelled) -> bool:
    """Whether a group could be an entry, or a part of one, of a list known to be references."""
    if one.kind in {BlockKind.HEADING, BlockKind.CONTENTS}:
        return False
    text = plain(one.group)
    if _is_numbered(one):
        return True
    found = len(_SIGNS.findall(text)) + len(_YEAR.findall(text)) + len(_NO_DATE.findall(text))
    return found > 0 and len(text) < _CHARACTERS_A_HINT * found


def _is_numbered(one: Labelled) -> bool:
    """Whether a group opens with a note's number."""
    flows = one.kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.FOOTNOTE}
    return flows and (one.group.lines[0].note or _NUMBER.match(plain(one.group)) is not None)


def _section_end(
    marked: Sequence[Sequence[Labelled]], places: Sequence[tuple[int, int]], start: int
) -> int:
    """Where the next heading stands, or a dozen groups on."""
    for order in range(start + 1, min(start + 13, len(places))):
        page, place = places[order]
        if marked[page][place].kind is BlockKind.HEADING:
            return order
    return start + 13


def _share(likely: Sequence[bool]) -> float:
    return sum(likely) / len(likely) if likely else 0.0


def _in_run(likely: Sequence[bool], order: int) -> bool:
    if not likely[order]:
        return False
    start, end = order, order + 1
    while start and likely[start - 1]:
        start -= 1
    while end < len(likely) and likely[end]:
        end += 1
    return end - start >= _FEWEST
