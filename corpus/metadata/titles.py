"""A report's title: what its own properties say where it stands in print, else the print itself."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from corpus.metadata.claims import Claim, ClaimSource, Confidence
from corpus.types import Block, BlockKind, Document, DocumentType, Line, Page

_FRONT: Final = 4_000  # characters in which a title is printed
_LONGEST: Final = 250  # characters
_LETTERS: Final = 5  # fewer are no title
_LARGE: Final = 0.8  # of the largest print: the same line of a title
_SMALLER: Final = 0.55  # of the largest print: a subtitle, if above the text around
_BODY: Final = 1.25  # times the commonest print: not the text itself
_MONTHS: Final = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
_DATE_LAST: Final = re.compile(rf"[\s,:\u2013\u2014-]+(?:{_MONTHS}),? \d{{4}}$", re.IGNORECASE)
_NO_TITLE: Final = re.compile(
    r"^(?:\W*\d[\d\W]*|https?:.*|www\..*|.*@.*|(?:white|green|command) paper"
    r"|(?:final |draft )?report|(?:executive )?summary:?|contents|briefing|final|draft"
    r"|(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December),? \d{4}|version .*|v\d.*|cp \d+|cm \d+"
    r"|technical note|information brief)$",
    re.IGNORECASE,
)


def claims_of_title(document: Document, title: str | None) -> Iterator[Claim]:
    """The file's own title, sure where it is printed, and the title as it is printed.

    Args:
        document: what was read.
        title: what the file's properties say.
    """
    title = _trimmed(title) if title else None
    front = folded(" ".join(page.text for page in document.pages[:2])[:_FRONT])
    printed = _trimmed(_printed(document) or "") or None
    sure = bool(title) and folded(title or "") in front
    if title and sure and printed and folded(title) in folded(printed):
        title = printed  # the properties hold a part of it
    if title:
        confidence = Confidence.MEDIUM if sure else Confidence.LOW
        yield Claim("title", title, ClaimSource.FILE, confidence)
    if printed:
        confidence = Confidence.LOW if sure else Confidence.MEDIUM
        yield Claim("title", printed, ClaimSource.TEXT, confidence)


def _trimmed(title: str) -> str:
    """Without the site's name that web pages add, and without a date at the end."""
    return _DATE_LAST.sub("", re.split(r" \| ", title)[0]).strip(" :-\u2013\u2014")


def folded(text: str) -> str:
    """Letters and digits only, case apart."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", plain))


def _printed(document: Document) -> str | None:
    for page in document.pages[:2]:
        found = _by_size(page) if page.lines else _by_heading(page)
        if found:
            return found
        if document.document_type is not DocumentType.PDF:
            break
    return None


def _by_heading(page: Page) -> str | None:
    """The first heading of the highest level, else a short first paragraph."""
    headings = [b for b in page.blocks if b.kind is BlockKind.HEADING]
    usable = [b for b in headings if _usable(_words(page, b))]
    if usable:
        return _words(page, min(usable, key=lambda block: (block.level, block.start)))
    first = next(iter(page.blocks), None)
    words = _words(page, first) if first else ""
    return words if _usable(words) and len(words) < 150 and words[-1] not in ".:;" else None  # noqa: PLR2004 - a line or two


def _words(page: Page, block: Block) -> str:
    return " ".join(page.text[block.start : block.end].split())


def _usable(words: str) -> bool:
    return (
        len(words) <= _LONGEST
        and sum(c.isalpha() for c in words) >= _LETTERS
        and not _NO_TITLE.match(words)
    )


def _by_size(page: Page) -> str | None:
    """The largest print of the page and what follows it in nearly the same size."""
    lines = [(line, " ".join(page.text[line.start : line.end].split())) for line in page.lines]
    lines = [(line, words) for line, words in lines if words]
    sizes = sorted(_size(line) for line, words in lines for _ in words.split())
    if not sizes:
        return None
    body = sizes[len(sizes) // 2]
    large = [_size(line) for line, words in lines if _usable(words)]
    largest = max(large, default=0.0)
    if largest < body * _BODY and len(sizes) > 60:  # noqa: PLR2004 - a page of text without a title
        return None
    start = next(i for i, (ln, ws) in enumerate(lines) if _usable(ws) and _size(ln) == largest)
    while start and _size(lines[start - 1][0]) >= _LARGE * largest and _near(lines, start - 1):
        start -= 1
    title: list[str] = []
    subtitle: list[str] = []
    for place in range(start, len(lines)):
        line, words = lines[place]
        if place > start and not _near(lines, place - 1):
            break
        if _size(line) >= _LARGE * largest and not subtitle:
            title.append(words)
        elif _size(line) >= max(_SMALLER * largest, _BODY * body) and _usable(words):
            subtitle.append(words)
        else:
            break
    whole = " ".join(title).rstrip(":")
    if subtitle:
        whole = f"{whole}: {' '.join(subtitle)}"
    return whole if _usable(whole) else None


def _size(line: Line) -> float:
    return round(line.box.y1 - line.box.y0, 1)


def _near(lines: Sequence[tuple[Line, str]], place: int) -> bool:
    """Whether the next line stands right below this one."""
    above, below = lines[place][0], lines[place + 1][0]
    gap = above.box.y0 - below.box.y1
    return -2 * _size(below) < gap < 1.6 * max(_size(above), _size(below))
