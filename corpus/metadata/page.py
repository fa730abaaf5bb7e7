"""What a web page states of itself for machines.

Highwire Press tags (`citation_…`, as Google Scholar reads them), schema.org in JSON-LD,
Dublin Core (`DC.…`, `DCTERMS.…`), OpenGraph; where several say the same field, in that order.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree, html

from corpus.types import Metadata, PublicationType

_WORKS: Final = (
    "Report", "ScholarlyArticle", "Article", "TechArticle", "Book", "CreativeWork", "Guide",
    "MedicalGuideline", "DigitalDocument", "WebPage", "NewsArticle", "BlogPosting",
)  # fmt: skip
_TITLE: Final = ("citation_title", "jsonld:name", "dc.title", "dcterms.title", "og:title")
_DATE: Final = (
    "citation_publication_date", "citation_date", "jsonld:datePublished", "dc.date",
    "dcterms.issued", "dc.date.issued", "article:published_time",
)  # fmt: skip
_AUTHOR: Final = ("citation_author", "jsonld:author", "dc.creator", "dcterms.creator")
_PUBLISHER: Final = ("citation_publisher", "jsonld:publisher", "dc.publisher", "og:site_name")
_DOI: Final = ("citation_doi", "jsonld:doi", "dc.identifier", "dc.identifier.doi")
_ISBN: Final = ("citation_isbn", "jsonld:isbn")
_LICENCE: Final = ("jsonld:license", "dc.rights", "dcterms.license")
_TOPICS: Final = ("citation_keywords", "jsonld:keywords", "dc.subject", "article:tag")
_FIELDS: Final = (
    "@type", "name", "datePublished", "author", "publisher", "isbn", "license", "keywords",
)  # fmt: skip
_KINDS: Final = {
    "MedicalGuideline": PublicationType.GUIDANCE,
    "Guide": PublicationType.GUIDANCE,
}
_DEEPEST: Final = 8  # things within things whose words count
DOI: Final = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]*[^\s\"<>.,;:)\]]")
_ISO_DATE: Final = re.compile(
    r"((?:1[89]|20)\d\d)"
    r"(?:[-/](0?[1-9]|1[0-2])(?!\d)(?:[-/](0?[1-9]|[12]\d|3[01])(?!\d))?)?"  # not 2019-2020
)


def page_metadata(data: bytes) -> Metadata:
    """What a page states; nothing where it states nothing or is no page."""
    try:
        root = html.document_fromstring(data)
    except (ValueError, etree.ParserError):
        return Metadata()
    said = {**_meta(root)}
    for name, values in _json_ld(root):
        said.setdefault(name, []).extend(values)
    published = iso_date(_first(said, _DATE))
    kind = _first(said, ("jsonld:@type",))
    return Metadata(
        title=page_title(_first(said, _TITLE)),
        year=int(published[:4]) if published else None,
        published=published,
        authors=tuple(dict.fromkeys(_all(said, _AUTHOR))),
        publisher=_first(said, _PUBLISHER),
        doi=next((m[0] for v in _all_of(said, _DOI) if (m := DOI.search(v))), None),
        isbn=_first(said, _ISBN),
        licence=_first(said, _LICENCE),
        language=language_code(root.get("lang")),
        topics=tuple(
            dict.fromkeys(w for v in _all(said, _TOPICS) for t in v.split(",") if (w := t.strip()))
        ),
        publication_type=_KINDS.get(kind or ""),
    )


def page_title(words: str | None) -> str | None:
    """A page's title without the site's name, which many put behind a bar."""
    return re.split(r"(?:^|\s)\|\s", words or "")[0].strip() or None


def iso_date(words: str | None) -> str | None:
    """A date as far as it is given, in ISO 8601: 2019, 2019-03 or 2019-03-07."""
    found = _ISO_DATE.match((words or "").strip())
    if not found:
        return None
    return "-".join([found[1], *(part.zfill(2) for part in found.groups()[1:] if part)])


def language_code(tag: str | None) -> str | None:
    """The ISO 639-1 code a language tag (BCP 47) begins with."""
    code = (tag or "").strip().lower().split("-")[0]
    return code if re.fullmatch(r"[a-z]{2}", code) else None


def _first(said: Mapping[str, list[str]], names: tuple[str, ...]) -> str | None:
    return next(iter(_all(said, names)), None)


def _all(said: Mapping[str, list[str]], names: tuple[str, ...]) -> list[str]:
    """The values of the first of these names that has any."""
    return next((said[name] for name in names if said.get(name)), [])


def _all_of(said: Mapping[str, list[str]], names: tuple[str, ...]) -> list[str]:
    return [value for name in names for value in said.get(name, [])]


def _meta(root: Any) -> dict[str, list[str]]:  # noqa: ANN401 - lxml's element
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        if name and (value := " ".join((element.get("content") or "").split())):
            found.setdefault(name, []).append(value)
    return found


def _json_ld(root: Any) -> Iterator[tuple[str, list[str]]]:  # noqa: ANN401 - lxml's element
    """The fields of the page's most telling item, as `jsonld:name`."""
    items: list[dict[str, Any]] = []
    for script in root.xpath('//script[@type="application/ld+json"]'):
        try:
            items += _items(json.loads(script.text or ""))
        except (ValueError, RecursionError):
            continue  # broken for machines; the page may say it elsewhere

    def telling(item: dict[str, Any]) -> int:
        kind = _words(item.get("@type"))
        return _WORKS.index(kind[0]) if kind and kind[0] in _WORKS else len(_WORKS)

    best = min(items, key=telling, default=None)
    if best is None or telling(best) == len(_WORKS):
        return
    if "name" not in best and "headline" in best:
        best = {**best, "name": best["headline"]}
    identifiers = _words(best.get("identifier"), ("value", "@id", "name"))
    yield "jsonld:doi", [w for w in identifiers + _words(best.get("sameAs")) if "10." in w]
    for name in (
        "@type",
        "name",
        "datePublished",
        "author",
        "publisher",
        "isbn",
        "license",
        "keywords",
    ):
        yield f"jsonld:{name}", _words(best.get(name))


def _items(found: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    if isinstance(found, list):
        return [item for each in found for item in _items(each)]
    if isinstance(found, dict):
        return _items(found["@graph"]) if "@graph" in found else [found]
    return []


def _words(
    value: Any,  # noqa: ANN401 - any JSON
    keys: tuple[str, ...] = ("name", "value", "@id"),
    depth: int = 0,
) -> list[str]:
    """Words of a JSON-LD value: a string, a thing's name, or a list of these."""
    if depth > _DEEPEST:
        return []
    if isinstance(value, list):
        return [word for each in value for word in _words(each, keys, depth + 1)]
    if isinstance(value, dict):
        return _words(next((value[k] for k in keys if value.get(k)), None), keys, depth + 1)
    words = " ".join(str(value).split()) if isinstance(value, str | int) else ""
    return [words] if words else []
