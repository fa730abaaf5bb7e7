"""An Atom feed (RFC 4287) of reports, those that came into the library last first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from search.citing.reference import reference_of
from search.citing.types import Reference
from search.citing.wording import (
    address_of,
    note_of,
    one_line,
    page_words,
    pages_cited,
    printable,
)
from search.types import ReportGroup

MEDIA_TYPE: Final = "application/atom+xml"
#: Ids begin with it (RFC 4151), wherever the service runs: an entry stays the same entry.
TAG: Final = "tag:what-works-evidence-search,2026"
#: For reports of a library so old that it did not note when they came.
_UNKNOWN: Final = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is made of: `address` is its own, `page` the web page of the question.

    `id` stands for the question and its filters; `made` is when the index was made.
    """

    id: str
    question: str
    filters: tuple[str, ...]
    groups: Sequence[ReportGroup]
    site: str
    address: str
    page: str
    made: datetime


def write_feed(feed: Feed) -> bytes:
    """The feed as XML."""
    newest_first = sorted(feed.groups, key=lambda group: group.report.report_id)
    newest_first.sort(key=_came, reverse=True)
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en-GB"})
    _say(root, "id", f"{TAG}:search/{feed.id}")
    _say(root, "title", f"New evidence: {feed.question}")
    if feed.filters:
        _say(root, "subtitle", "; ".join(feed.filters))
    newest = _came(newest_first[0]) if newest_first else feed.made
    _say(root, "updated", newest.isoformat(timespec="seconds"))
    _say(SubElement(root, "author"), "name", "Evidence search for the What Works centres")
    _link(root, "self", feed.address, MEDIA_TYPE)
    _link(root, "alternate", feed.page, "text/html")
    for group in newest_first:
        _entry(root, group, feed.site)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _came(group: ReportGroup) -> datetime:
    """When the report came into the library."""
    added = group.report.added
    return datetime.fromisoformat(added) if added else _UNKNOWN


def _entry(root: Element, group: ReportGroup, site: str) -> None:
    report = group.report
    reference = reference_of(report)
    entry = SubElement(root, "entry")
    path = quote(report.report_id, safe="")
    _say(entry, "id", f"{TAG}:report/{path}")
    _say(entry, "title", report.title)
    _say(entry, "updated", _came(group).isoformat(timespec="seconds"))
    for name in reference.authors or (reference.publisher or "Publisher not known",):
        _say(SubElement(entry, "author"), "name", name)
    kept = f"{site}/v1/reports/{path}"
    _link(entry, "alternate", address_of(reference) or kept)
    _link(entry, "related", kept, "application/json")
    _say(entry, "summary", _summary(group, reference))


def _summary(group: ReportGroup, reference: Reference) -> str:
    best = group.hits[0].passage
    parts = [
        f"“{best.text}”",
        page_words(pages_cited(best, group.report)),
        note_of(reference),
    ]
    return " · ".join(part for part in parts if part)


def _say(parent: Element, name: str, words: str) -> None:
    SubElement(parent, name).text = one_line(words)


def _link(parent: Element, relation: str, address: str, media_type: str | None = None) -> None:
    attributes = {"rel": relation, "href": printable(address)}
    SubElement(parent, "link", attributes | ({"type": media_type} if media_type else {}))
