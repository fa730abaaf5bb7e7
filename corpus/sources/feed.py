"""RSS and Atom feeds. A feed names the newest only: what it does not name is not gone."""

from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import feedparser

from corpus.centres import SourceSpec
from corpus.errors import SourceError
from corpus.sources.parsing import address, plain
from corpus.sources.types import Ask, Listed
from corpus.types import Metadata

MOST_PAGES: Final = 200


def list_feed(spec: SourceSpec, ask: Ask) -> Iterator[Listed]:
    """Every entry of a feed, and of the pages that follow it (RFC 5005, 3)."""
    url: str | None = spec.url
    seen: set[str] = set()
    while url and url not in seen and len(seen) < MOST_PAGES:
        seen.add(url)
        # As a stream: bytes that name a file would be opened and read in their place.
        feed = feedparser.parse(BytesIO(ask(url)))
        if not feed.get("version"):
            raise SourceError(f"{url} is no feed: {feed.get('bozo_exception', 'unknown format')}.")
        for entry in feed.entries:
            if listed := _listed(entry, url):
                yield listed
        links = feed.feed.get("links", [])
        follows = [link.get("href", "") for link in links if link.get("rel") == "next"]
        url = address(follows[0], url) if follows else None


def _listed(entry: Any, base: str) -> Listed | None:  # noqa: ANN401 - feedparser's dictionary
    link = address(entry.get("link", ""), base)
    if link is None:
        return None
    published = entry.get("published_parsed") or entry.get("updated_parsed")
    changed = entry.get("updated_parsed") or published
    files = [address(each.get("href", ""), base) for each in entry.get("enclosures", [])]
    return Listed(
        link,
        datetime.fromtimestamp(timegm(changed), UTC) if changed else None,
        Metadata(
            title=plain(entry.get("title")),
            year=published[0] if published else None,
            authors=tuple(a["name"] for a in entry.get("authors", []) if a.get("name")),
            topics=tuple(t["term"] for t in entry.get("tags", []) if t.get("term")),
        ),
        tuple(file for file in files if file),
    )
