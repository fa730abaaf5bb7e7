"""References, ratings and pages in words, in one line and without what no format can hold."""

import re
from pathlib import PurePath
from typing import Final
from urllib.parse import urlsplit

from corpus.findings import Rating
from corpus.types import DocumentType, Passage, Report
from search.citing.types import Reference

#: Characters that XML 1.0 has no place for.
_UNFIT: Final = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
#: What changes the direction of the words around it (Unicode's bidirectional controls).
_DIRECTION: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: What a spreadsheet takes for the start of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def printable(text: str) -> str:
    """Without control characters and halves of characters; new lines are kept."""
    return _UNFIT.sub("", text)


def one_line(text: str) -> str:
    """In one line: every run of white space is a space."""
    return " ".join(printable(" ".join(text.split())).split())


def undirected(text: str) -> str:
    """Without controls that would turn the direction of what stands beside it."""
    return _DIRECTION.sub("", text)


def web_address(url: str | None) -> str | None:
    """An address that may be linked to: only http and https ones with a host."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # "http://[" and the like
        return None
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc else None


def public_place(address: str) -> str:
    """An address as anybody may see it: of a file of this machine, its name alone."""
    return address if web_address(address) else PurePath(address.partition("#")[0]).name


def pages_cited(passage: Passage, report: Report) -> tuple[tuple[int, str | None], ...]:
    """Physical numbers and printed labels of a passage's pages; empty where there are none."""
    if report.document_type is not DocumentType.PDF:
        return ()
    numbers = dict.fromkeys(span.page for span in passage.spans)
    return tuple(zip(numbers, passage.page_labels, strict=True))


def page_words(pages: tuple[tuple[int, str | None], ...]) -> str:
    """Pages as a person cites them; empty where there are none."""
    told = [
        f"{number} (printed {label})" if label and label != str(number) else str(number)
        for number, label in pages
    ]
    return f"Page{'s' if len(told) > 1 else ''} {', '.join(told)}" if told else ""


def rating_words(rating: Rating) -> str:
    """The centre's rating in its own words; empty where it gave none."""
    named = (("evidence", rating.evidence), ("cost", rating.cost), ("impact", rating.impact))
    told = "; ".join(f"{name}: {one_line(words)}" for name, words in named if words)
    return f"Rated by the centre: {told}" if told else ""


def note_of(reference: Reference) -> str:
    """The native rating, and what is to be known before quoting, in sentences."""
    parts = [rating_words(reference.rating), *map(one_line, reference.remarks)]
    return " ".join(f"{part.removesuffix('.')}." for part in parts if part)


def date_words(issued: tuple[int, ...]) -> str:
    """A date as it is written out, as exact as it is known."""
    year, month, day = (*issued, 0, 0, 0)[:3]
    words = [str(day) if day else "", MONTHS[month - 1] if month else "", str(year or "")]
    return " ".join(word for word in words if word)


def reference_words(reference: Reference) -> str:
    """A reference as a list of references has it, without its address."""
    by = "; ".join(map(one_line, reference.authors)) or one_line(reference.publisher or "")
    parts = [
        f"{by} ({date_words(reference.issued[:1]) or 'no date'})".strip(),
        one_line(reference.title),
        one_line(reference.publisher or "") if reference.authors else "",
        f"ISBN {one_line(reference.isbn)}" if reference.isbn else "",
    ]
    return " ".join(f"{part.removesuffix('.')}." for part in parts if part)


def address_of(reference: Reference) -> str | None:
    """Where the report is to be had: by its DOI, or at its centre's address."""
    return f"https://doi.org/{reference.doi}" if reference.doi else reference.url


def spreadsheet_cell(value: str) -> str:
    """A cell as a spreadsheet shows it: what it would take for a formula has an apostrophe."""
    value = printable(value)
    return f"'{value}" if value.startswith(_FORMULA) else value
