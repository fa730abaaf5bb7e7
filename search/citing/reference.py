"""A report of the library as it is cited."""

import re
from typing import Final

from corpus.centres import centre_names
from corpus.types import DocumentType, Metadata, Report
from search.citing.types import Reference
from search.citing.wording import web_address

SUMMARY: Final = "A summary in this project's words, not the centre's: quote the centre's page."
_SECONDARY: Final = "Its facts were seen on another page than the centre's own."
_DATE: Final = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")
_DOI: Final = re.compile(r"10\.\d{4,9}/[^\s\"<>{}\\]+")


def reference_of(report: Report) -> Reference:
    """The reference of a report, from what is known of it; nothing is made up."""
    known = report.metadata
    doi = _DOI.search(known.doi or "")
    return Reference(
        key=report.report_id,
        title=report.title,
        authors=known.authors,
        publisher=publisher_of(report),
        issued=_issued(known),
        doi=doi[0] if doi else None,
        isbn=known.isbn,
        url=web_address(known.url),
        language=known.language,
        rating=known.rating,
        remarks=_remarks(report),
    )


def publisher_of(report: Report) -> str | None:
    """The centre's name as the registry has it; else what the report says of its publisher."""
    known = report.metadata
    if known.centre:
        return centre_name(known.centre)
    if report.centres:
        return centre_name(report.centres[0])
    return known.publisher


def centre_name(centre: str) -> str:
    """A centre's name by its id; publishers outside the registry are called what they are."""
    return centre_names().get(centre, centre)


def _issued(known: Metadata) -> tuple[int, ...]:
    """The date as exact as it is known; where date and year differ, the year counts."""
    found = _DATE.match(known.published or "")
    exact = tuple(int(part) for part in found.groups() if part) if found else ()
    if known.year is None or exact[:1] == (known.year,):
        return exact
    return (known.year,)


def _remarks(report: Report) -> tuple[str, ...]:
    known = report.metadata
    others = [centre for centre in report.centres[1:] if centre != known.centre]
    told = [
        SUMMARY if report.document_type is DocumentType.RECORD else "",
        _SECONDARY if known.source == "secondary" else "",
        f"Also published by {', '.join(map(centre_name, others))}." if others else "",
        f"It no longer stands: {report.status_note}." if report.status_note else "",
    ]
    return tuple(each for each in told if each)
