"""The NICE syndication API: the guidance index. Needs a licence and a key."""

from collections.abc import Iterator
from typing import Any, Final

from corpus.centres import SourceSpec
from corpus.errors import SourceError
from corpus.sources.parsing import parse_date, parse_json, year_of
from corpus.sources.types import Ask, Listed
from corpus.types import Metadata

ACCEPT: Final = "application/vnd.nice.syndication.guidance+json;version=1.0"


def list_nice(spec: SourceSpec, ask: Ask, *, key: str | None) -> Iterator[Listed]:
    """Every guideline of the index, at its public address.

    Raises:
        SourceError: there is no key, or the index has another shape.
    """
    if not key:
        raise SourceError(
            "The NICE syndication API needs a key.",
            cure="Ask NICE for one and set EVIDENCE_NICE_KEY; the sitemap is used without it.",
        )
    index = parse_json(ask(spec.url, headers={"API-Key": key, "Accept": ACCEPT}), spec.url)
    items = index.get("IndexItems") if isinstance(index, dict) else None
    if not isinstance(items, list):
        raise SourceError(f"{spec.url} gives no `IndexItems`.")
    for item in items:
        known = item if isinstance(item, dict) else {}
        number = str(known.get("GuidanceNumber") or "").strip().lower()
        if not number:
            raise SourceError(f"{spec.url} gives an item without a GuidanceNumber.")
        yield Listed(
            (spec.public or "").replace("{number}", number),
            parse_date(_changed(item)),
            _metadata(item),
        )


def _changed(item: dict[str, Any]) -> str | None:
    return item.get("LastModified") or item.get("MetadataApplicationDate")


def _metadata(item: dict[str, Any]) -> Metadata:
    link = item.get("Link")
    title = item.get("Title") or (link.get("Title") if isinstance(link, dict) else None)
    published = item.get("PublishedDate") or item.get("DatePublished")
    return Metadata(title=title, year=year_of(published), publisher="NICE")
