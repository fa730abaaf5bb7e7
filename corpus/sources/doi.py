"""A DOI's metadata, as Crossref and OpenAlex give it."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from corpus.centres.types import Lookups
from corpus.errors import FetchError, Gone, SourceError
from corpus.metadata.claims import Claim, ClaimSource, claims_of
from corpus.sources.parsing import parse_json, plain, understanding
from corpus.types import Metadata

_SAFE: Final = "/"


def look_up(doi: str, lookups: Lookups, ask: Callable[[str], bytes]) -> tuple[Claim, ...]:
    """What Crossref, else OpenAlex, says of a DOI; nothing where neither knows it.

    Raises:
        FetchError: the last one asked gives no answer for another reason than not knowing it.
        SourceError: what it gives is of another shape.
    """
    fault: FetchError | None = None
    for template, understand in ((lookups.crossref, _crossref), (lookups.openalex, _openalex)):
        if template is None:
            continue
        url = template.replace("{doi}", quote(doi, safe=_SAFE))
        try:
            found = parse_json(ask(url), url)
        except Gone:
            continue
        except FetchError as error:
            fault = error
            continue
        if not isinstance(found, dict):
            raise SourceError(f"{url} gives no work.")
        with understanding(url):
            return claims_of(understand(found), ClaimSource.DOI)
    if fault is not None:
        raise fault
    return ()


def _crossref(found: Mapping[str, Any]) -> Metadata:
    work = found.get("message") or {}
    title = next(iter(work.get("title") or []), None)
    subtitle = next(iter(work.get("subtitle") or []), None)
    # A date that is not known is [[null]].
    dated = (_date_parts(work.get(name)) for name in ("issued", "published"))
    parts = next((each for each in dated if each), [])
    authors = (
        " ".join(p for p in (a.get("given"), a.get("family")) if p) or a.get("name", "")
        for a in work.get("author") or []
    )
    return Metadata(
        title=plain(f"{title}: {subtitle}" if title and subtitle else title),
        year=int(parts[0]) if parts else None,
        published="-".join(f"{int(part):02d}" for part in parts) or None,
        authors=tuple(name for name in authors if name),
        publisher=work.get("publisher"),
        isbn=next(iter(work.get("ISBN") or []), None),
        licence=next((each.get("URL") for each in work.get("license") or []), None),
        language=work.get("language"),
    )


def _date_parts(dated: Mapping[str, Any] | None) -> list[Any]:
    first = next(iter((dated or {}).get("date-parts") or []), None)
    return [part for part in first or [] if part]


def _openalex(found: Mapping[str, Any]) -> Metadata:
    authors = ((a.get("author") or {}).get("display_name") for a in found.get("authorships") or [])
    return Metadata(
        title=plain(found.get("title")),
        year=found.get("publication_year"),
        published=found.get("publication_date"),
        authors=tuple(name for name in authors if name),
        language=found.get("language"),
        topics=tuple(
            topic["display_name"]
            for topic in found.get("topics") or []
            if topic.get("display_name")
        )[:3],
    )
