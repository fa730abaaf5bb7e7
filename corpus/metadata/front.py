"""What the first pages of a report say of it in print: year, DOI, ISBN, nation, kind."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpus.metadata.claims import Claim, ClaimSource, Confidence
from corpus.metadata.page import DOI
from corpus.types import Document, DocumentType, Page

_PAGES: Final = 4
_COVER: Final = 3_000  # characters
_SHORT: Final = 10  # words of a line that holds a date and little else
_STATEMENT: Final = 14  # words of a line that says when it was published, and not what others were
_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_YEAR: Final = r"((?:19[5-9]|20[0-4])\d)"
_CITED: Final = re.compile(
    rf"\b(?:suggested|recommended) citation\b[^\n]{{0,20}}[^()]{{0,300}}?\({_YEAR}[,)]",
    re.IGNORECASE,
)
_STATED: Final = re.compile(
    rf"\b(?:published|issued|released)\b[^.\n]{{0,40}}?\b{_YEAR}\b", re.IGNORECASE
)
_COPYRIGHT: Final = re.compile(
    rf"(?:©|\(c\)|\bcopyright\b)[^.\n]{{0,60}}?\b{_YEAR}\b", re.IGNORECASE
)
_DATED: Final = re.compile(
    rf"\b{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?)?[ ,]+{_YEAR}\b", re.IGNORECASE
)
_ALONE: Final = re.compile(rf"^\W*{_YEAR}\W*$", re.MULTILINE)
_ISBN: Final = re.compile(r"\bISBN(?:-1[03])?:?\s*((?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx])\b")


def claims_of_text(document: Document) -> Iterator[Claim]:
    """Claims of the first pages, each read by a rule."""
    if document.languages:
        yield Claim("language", document.languages[0], ClaimSource.TEXT, Confidence.MEDIUM)
    if document.document_type is DocumentType.RECORD:
        return
    pages = document.pages[:_PAGES]
    if year := _year(pages, document.pages):
        yield Claim("year", year, ClaimSource.TEXT, Confidence.MEDIUM)
    text = "\n".join(page.text for page in pages[:2])
    dois = {m[0].rstrip(".") for m in DOI.finditer(text)}
    if len(dois) == 1:  # several are those of works it cites
        yield Claim("doi", dois.pop(), ClaimSource.TEXT, Confidence.MEDIUM)
    if isbn := _ISBN.search("\n".join(page.text for page in pages)):
        yield Claim("isbn", re.sub(r"[- ]", "", isbn[1]), ClaimSource.TEXT, Confidence.MEDIUM)


def _year(pages: Sequence[Page], all_pages: Sequence[Page]) -> int | None:
    """The year stated as that of publication, else a date on the cover."""
    if not pages:
        return None
    front = "\n".join(page.text for page in pages)
    whole = "\n".join(page.text for page in all_pages)
    cover = _short(pages[0].text[:_COVER], _SHORT)
    places = (
        (_CITED, whole),
        (_STATED, _short(front, _STATEMENT)),
        (_DATED, cover),
        (_ALONE, cover),
        (_COPYRIGHT, front),
    )
    found = (pattern.search(text) for pattern, text in places)
    return next((int(match[1]) for match in found if match), None)


def _short(text: str, words: int) -> str:
    """The lines of so many words at most."""
    return "\n".join(line for line in text.split("\n") if len(line.split()) <= words)
