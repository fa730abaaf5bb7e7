"""GOV.UK: the Search API lists publications, the Content API names their attachments."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin

from corpus.centres import SourceSpec
from corpus.errors import SourceError
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
            if link := address(str(result.get("link", "")), spec.url):
                yield _with_content(link, result, spec, ask)
        if len(results) < PER_PAGE:
            return
    raise SourceError(f"{spec.url} gives more than {MOST_PAGES} pages.")


def _with_content(link: str, result: dict[str, Any], spec: SourceSpec, ask: Ask) -> Listed:
    path = link.split("/", 3)[3]
    api = urljoin(spec.url, f"/api/content/{path}")
    content = parse_json(ask(api), api)
    if not isinstance(content, dict):
        raise SourceError(f"{api} gives no content item.")
    details = content.get("details") or {}
    files = [
        address(str(each.get("url", "")), spec.url)
        for each in details.get("attachments", [])
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
