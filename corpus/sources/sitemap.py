"""Sitemaps (sitemaps.org 0.9): index files, gzip and plain text lists too."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Final

from corpus.centres import SourceSpec
from corpus.errors import SourceError
from corpus.sources.parsing import address, local_name, parse_date, parse_xml, unpack
from corpus.sources.types import Ask, Listed

DEEPEST: Final = 3  # index files within index files
MOST_FILES: Final = 1_000


def list_sitemap(spec: SourceSpec, ask: Ask) -> Iterator[Listed]:
    """Every page of a sitemap and of the sitemaps it leads to."""
    waiting = [(spec.url, 1)]
    seen = {spec.url}
    while waiting:
        url, depth = waiting.pop(0)
        data = unpack(ask(url), url).removeprefix(BOM_UTF8)
        if not data.lstrip().startswith(b"<"):
            yield from _plain_list(data, url)
            continue
        root = parse_xml(data, url)
        kind = local_name(root)
        if kind not in {"urlset", "sitemapindex"}:
            raise SourceError(f"{url} is no sitemap: its root element is <{kind}>.")
        for entry in root:
            found = {local_name(child): (child.text or "").strip() for child in entry}
            link = address(found.get("loc", ""), url)
            if link is None:
                continue
            if kind == "urlset":
                yield Listed(link, parse_date(found.get("lastmod")))
            elif link not in seen:
                if depth >= DEEPEST or len(seen) >= MOST_FILES:
                    raise SourceError(f"{url} leads to too many sitemaps: more than is sensible.")
                seen.add(link)
                waiting.append((link, depth + 1))


def _plain_list(data: bytes, url: str) -> Iterator[Listed]:
    lines = data.decode("utf-8", "replace").split()
    links = [address(line, url) for line in lines if line.startswith("http")]
    if not links:
        raise SourceError(f"{url} is no sitemap.")
    yield from (Listed(link) for link in links if link)
