"""Pages of links: what matches `take` is a publication, what matches `pages` leads to more."""

from collections.abc import Iterator
from typing import Final

from lxml import html

from corpus.centres import SourceSpec
from corpus.errors import SourceError
from corpus.sources.parsing import address
from corpus.sources.patterns import matches, wanted
from corpus.sources.types import Ask, Listed

MOST_PAGES: Final = 500


def list_listing(spec: SourceSpec, ask: Ask) -> Iterator[Listed]:
    """Every link of the listing that `spec` takes, each once."""
    waiting = [spec.url]
    asked: set[str] = set()
    given: set[str] = set()
    while waiting:
        url = waiting.pop(0)
        asked.add(url)
        if len(asked) > MOST_PAGES:
            raise SourceError(f"{spec.url} leads to more than {MOST_PAGES} pages of links.")
        for link in links_of(ask(url), url):
            if matches(link, spec.pages):
                if link not in asked and link not in waiting:
                    waiting.append(link)
            elif wanted(link, spec.take, spec.leave) and link not in given:
                given.add(link)
                yield Listed(link)


def links_of(page: bytes, url: str) -> list[str]:
    """The addresses a page links to, in its order, each once.

    Raises:
        SourceError: it is no page.
    """
    try:
        root = html.document_fromstring(page)
    except (ValueError, html.etree.ParserError) as error:
        raise SourceError(f"{url} is no page: {error}.") from error
    base = next((b for b in root.xpath("//base/@href")), None)
    start = address(base, url) or url if base else url
    links = [address(link, start) for link in root.xpath("//a/@href | //area/@href")]
    return list(dict.fromkeys(link for link in links if link))
