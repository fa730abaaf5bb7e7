"""Which adapter goes through which kind of list."""

from collections.abc import Iterator
from typing import Final

from corpus.centres import SourceSpec
from corpus.centres.types import SourceKind
from corpus.sources.addresses import list_addresses
from corpus.sources.feed import list_feed
from corpus.sources.govuk import list_govuk
from corpus.sources.listing import list_listing
from corpus.sources.nice import list_nice
from corpus.sources.oai import list_oai
from corpus.sources.parsing import understanding
from corpus.sources.patterns import wanted
from corpus.sources.sitemap import list_sitemap
from corpus.sources.types import Adapter, Ask, Listed
from corpus.sources.wordpress import list_wordpress

#: Lists that name everything there is: what they no longer name may be gone.
COMPLETE: Final = frozenset(SourceKind) - {SourceKind.FEED}

_ADAPTERS: Final[dict[SourceKind, Adapter]] = {
    SourceKind.SITEMAP: list_sitemap,
    SourceKind.FEED: list_feed,
    SourceKind.OAI: list_oai,
    SourceKind.GOVUK: list_govuk,
    SourceKind.WORDPRESS: list_wordpress,
    SourceKind.LISTING: list_listing,
    SourceKind.ADDRESSES: lambda spec, _: list_addresses(spec),
}


def list_source(spec: SourceSpec, ask: Ask, *, nice_key: str | None = None) -> Iterator[Listed]:
    """Every publication of a list that its patterns take.

    Raises:
        FetchError: a page of the list cannot be had.
        SourceError: it is not what its kind should be.
        MetadataError: a CSV of addresses has faults.
    """
    if spec.kind is SourceKind.NICE:
        found = list_nice(spec, ask, key=nice_key)
    else:
        found = _ADAPTERS[spec.kind](spec, ask)
    with understanding(spec.url):
        yield from (listed for listed in found if wanted(listed.url, spec.take, spec.leave))
