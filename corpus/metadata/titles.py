"""A report's title: what its own properties say where it stands in print, else the print itself."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from corpus.metadata.claims import Claim, ClaimSource, Confidence
from corpus.metadata.page import page_title
from corpus.types import Block, BlockKind, Document, DocumentType, Line, Page

_FRONT: Final = 4_000  # characters in which a title is printed
_LONGEST: Final = 250  # characters
_LETTERS: Final = 5  # fewer are no title
_LARGE: Final = 0.8  # of the largest print: the same line of a title
_AS_LARGE: Final = 0.95  # of the largest print: no smaller to the eye
_TINY: Final = 0.4  # of the largest print: still of the title, on a cover of few words
_SMALLER: Final = 0.55  # of the largest print: a subtitle, if above the text around
_BODY: Final = 1.25  # times the commonest print: not the text itself
_MONTHS: Final = (
    "Spring|Summer|Autumn|Winter|January|February|March|April|May|June"
    "|July|August|September|October|November|December"
)
_DASHES: Final = r"[\s,:\u2013\u2014-]+"
_DATE_LAST: Final = re.compile(rf"(?:{_DASHES}(?:{_MONTHS}),? \d{{4}})+$", re.IGNORECASE)
_VERSION_LAST: Final = re.compile(rf"{_DASHES}(?:version |v)\d+(?:\.\d+)*\b.*$", re.IGNORECASE)
_BELOW: Final = re.compile(r"[gjpqyQ()\[\]{}@/|]")  # letters that reach below the line
_NO_TAILS: Final = 0.79  # height of a line's ink without such letters, to that with them
_APART: Final = 1.3  # heights of a line; lines further apart are not of one title
_FEW_WORDS: Final = 60  # a page of more, all of one size, has no title
_TOO_SHORT: Final = 3  # words; a cover's largest word or two is rarely all of its title
_CHAPTER: Final = 2  # lowest level of heading that may hold a title anywhere at the top
_AUTHORS: Final = re.compile(r"[^\W\d_]{2,} [a-h](?:,[a-h*\u2020])*(?:,|$)")  # marks of footnotes
_GOES_ON: Final = re.compile(
    r"(?:\b(?:and|of|the|in|for|to|on|a|an|with|by|from|or)|[&,-])$", re.IGNORECASE
)
_TOP: Final = 1_000  # characters of a text without pages in which its title stands
_NO_TITLE: Final = re.compile(
    r"^(?:\W*\d[\d\W]*|https?:.*|www\..*|.*@.*|(?:white|green|command) paper"
    r"|(?:final |draft )?report|(?:executive )?summary:?|contents|briefing|final|draft"
    r"|(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December),? \d{4}(?: \d+ min read)?|version .*|v\d.*"
    r"|cp \d+|cm \d+"
    r"|technical note|information brief|drafted by|document control|\S+\.(?:uk|org|com|gov)"
    r"|(?:\S+ ){1,4}(?:council|university|institute|foundation|authority|limited|ltd))$",
    re.IGNORECASE,
)


def claims_of_title(document: Document) -> Iterator[Claim]:
    """The file's own title, sure where it is printed, and the title as it is printed."""
    title = _trimmed(page_title(document.title) or "") or None
    front = folded(" ".join(page.text for page in document.pages[:2])[:_FRONT])
    printed = _trimmed(_printed(document) or "") or None
    sure = bool(title) and folded(title or "") in front
    if title and sure and printed and _part_of(title, printed):
        title = printed  # the properties hold a part of it
    if title:
        confidence = Confidence.MEDIUM if sure else Confidence.LOW
        yield Claim("title", title, ClaimSource.FILE, confidence)
    if printed:
        confidence = Confidence.LOW if sure else Confidence.MEDIUM
        yield Claim("title", printed, ClaimSource.TEXT, confidence)


def _trimmed(title: str) -> str:
    """Without a date or a version at the end."""
    return _DATE_LAST.sub("", _VERSION_LAST.sub("", title)).strip(" :,-\u2013\u2014")


def _part_of(part: str, whole: str) -> bool:
    return folded(part) in folded(whole) and folded(part) != folded(whole)


def folded(text: str) -> str:
    """Letters and digits only, case apart."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", plain))


def _printed(document: Document) -> str | None:
    for page in document.pages[:2]:
        found = (_by_size(page) if page.lines else None) or _by_heading(page)
        if found:
            return found
        if document.document_type is not DocumentType.PDF:
            break
    return None


def _by_heading(page: Page) -> str | None:
    """The first heading of the highest level at the top, else a short first paragraph."""
    headings = [
        b
        for place, b in enumerate(page.blocks)
        if b.kind is BlockKind.HEADING and (not place or (b.level <= _CHAPTER and b.start < _TOP))
    ]
    usable = [b for b in headings if _usable(_words(page, b))]
    if usable:
        return _words(page, min(usable, key=lambda block: (block.level, block.start)))
    first = next(iter(page.blocks), None)
    words = _words(page, first) if first else ""
    return words if _usable(words) and len(words) < 150 and words[-1] not in ".:;" else None  # noqa: PLR2004 - a line or two


def _words(page: Page, block: Block | Line) -> str:
    return " ".join(page.text[block.start : block.end].split())


def _usable(words: str) -> bool:
    return (
        len(words) <= _LONGEST
        and sum(c.isalpha() for c in words) >= _LETTERS
        and not _NO_TITLE.match(words)
    )


def _by_size(page: Page) -> str | None:
    """The largest print of the page and what follows it in nearly the same size."""
    lines = [(_size(page, line), line, _words(page, line)) for line in page.lines]
    lines = [each for each in lines if each[2]]
    sizes = sorted(size for size, _, words in lines for _ in words.split())
    if not sizes:
        return None
    body = sizes[len(sizes) // 2]
    largest = max((size for size, _, words in lines if _usable(words)), default=0.0)
    if largest < body * _BODY and len(sizes) > _FEW_WORDS:
        return None
    start = next(
        n
        for n, (size, _, words) in enumerate(lines)
        if size >= _AS_LARGE * largest and _usable(words)
    )
    least = _LARGE * largest
    if len(lines[start][2].split()) < _TOO_SHORT:
        least = _TINY * largest if len(sizes) <= _FEW_WORDS else _BODY * body
    while start and _leads(lines[start - 1], lines[start], least):
        start -= 1
    title: list[str] = []
    subtitle: list[str] = []
    for place in range(start, len(lines)):
        size, _, words = lines[place]
        ends = _AUTHORS.search(words) or not _near(lines[place - 1], lines[place])
        if place > start and ends:
            break
        if size >= (least if size <= largest and not title else _LARGE * largest) and not subtitle:
            title.append(words)
        elif size >= max(_SMALLER * largest, _BODY * body) and _usable(words):
            subtitle.append(words)
        else:
            break
    whole = " ".join(title).rstrip(":")
    if subtitle:
        whole += f"{'' if _GOES_ON.search(whole) else ':'} {' '.join(subtitle)}"
    return whole if _usable(whole) else None


def _size(page: Page, line: Line) -> float:
    """The height of a line's print, as if it had letters that reach below it."""
    ink = line.box.y1 - line.box.y0
    return round(ink if _BELOW.search(page.text[line.start : line.end]) else ink / _NO_TAILS, 1)


def _leads(above: tuple[float, Line, str], below: tuple[float, Line, str], least: float) -> bool:
    """Whether a title begins a line further up."""
    return above[0] >= least and not _NO_TITLE.match(above[2]) and _near(above, below)


def _near(above: tuple[float, Line, str], below: tuple[float, Line, str]) -> bool:
    """Whether one line stands right below the other."""
    gap = above[1].box.y0 - below[1].box.y1
    apart = 2 * _APART if above[2].endswith(":") else _APART
    return -2 * below[0] < gap < apart * max(above[0], below[0])
