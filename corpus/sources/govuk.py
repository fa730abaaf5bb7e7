"""GOV.UK: the Search API lists publications, the Content API names their attachments."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from corpus.centres import SourceSpec
from corpus.errors import Gone, SourceError
from corpus.sources.parsing import address, parse_date, parse_json, year_of
from corpus.sources.types import Ask, Listed
from corpus.types import Metadata

PER_PAGE: Final = 100
MOST_PAGES: Final = 1_000


def list_govuk(spec: SourceSpec, ask: Ask) -> Iterator[Listed]:
    """Every result of the search `spec.url`, with its attachments."""
    joint = "&" if "?" in spec.url else "?"
    for number in range(MOST_PAGES):
        url = f"{spec.url}{joint}count={PER_PAGE}&start={number * PER_PAGE}&order=public_timestamp"
        found = parse_json(ask(url), url)
        results = found.get("results") if isinstance(found, dict) else None
        if not isinstance(results, list):
            raise SourceError(f"{url} gives no search results.")
        for result in results:
            if not isinstance(result, dict):
                raise SourceError(f"{url} gives a search result of another shape.")
            if link := address(str(result.get("link") or ""), spec.url):
                yield _with_content(link, result, spec, ask)
        if len(results) < PER_PAGE:
            return
    raise SourceError(f"{spec.url} gives more than {MOST_PAGES} pages.")


def _with_content(link: str, result: dict[str, Any], spec: SourceSpec, ask: Ask) -> Listed:
    content = _content(link, spec, ask)
    details = content.get("details") or {}
    files = [
        address(str(each.get("url") or ""), spec.url)
        for each in details.get("attachments") or []
        if isinstance(each, dict)
    ]
    organisations = (content.get("links") or {}).get("organisations") or []
    changed = content.get("public_updated_at") or result.get("public_timestamp")
    return Listed(
        link,
        parse_date(changed),
        Metadata(
            title=content.get("title") or result.get("title"),
            year=year_of(content.get("first_published_at") or changed),
            publisher=next((o["title"] for o in organisations if o.get("title")), None),
            language=content.get("locale"),
        ),
        tuple(file for file in files if file),
    )


def _content(link: str, spec: SourceSpec, ask: Ask) -> dict[str, Any]:
    """The content item of an address; empty for another site's, or where there is none."""
    place = urlsplit(link)
    if place.netloc != urlsplit(spec.url).netloc:
        return {}
    api = urljoin(spec.url, f"/api/content{place.path}")
    try:
        content = parse_json(ask(api), api)
    except Gone:
        return {}
    if not isinstance(content, dict):
        raise SourceError(f"{api} gives no content item.")
    return content
