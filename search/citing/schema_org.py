"""schema.org's description of a report, as JSON-LD for search engines."""

import json
from collections.abc import Iterable
from typing import Any, Final

from search.citing.types import Reference
from search.citing.wording import one_line, undirected, web_address

#: What would end a `script` element or start a comment there, written so that it does not.
_ESCAPED: Final = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}


def json_ld(
    reference: Reference,
    *,
    page: str,
    file: str | None = None,
    licence: str | None = None,
    topics: Iterable[str] = (),
) -> str:
    """The description, safe inside a `script` element of type application/ld+json.

    Args:
        reference: the report.
        page: the absolute address of its page here.
        file: that of its file, where it may be shown.
        licence: as the report names it.
        topics: what it is about.
    """
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Report",
        "@id": page,
        "url": page,
        "name": _plain(reference.title),
        "author": [_author(author) for author in reference.authors],
        "publisher": reference.publisher
        and {"@type": "Organization", "name": _plain(reference.publisher)},
        "datePublished": "-".join(f"{part:02}" for part in reference.issued),
        "inLanguage": reference.language,
        "isbn": reference.isbn,
        "identifier": reference.doi
        and {"@type": "PropertyValue", "propertyID": "DOI", "value": reference.doi},
        "sameAs": [
            each
            for each in (reference.doi and f"https://doi.org/{reference.doi}", reference.url)
            if each
        ],
        "license": web_address(licence),
        "keywords": [_plain(topic) for topic in topics],
        "encoding": file
        and {"@type": "MediaObject", "contentUrl": file, "encodingFormat": "application/pdf"},
    }
    kept = {name: value for name, value in told.items() if value}
    return json.dumps(kept, ensure_ascii=False).translate(_ESCAPED)


def _author(author: str) -> dict[str, str] | str:
    """A person where the name is written "Family, Given"; else the words, of whomever they are."""
    family, comma, given = (_plain(part) for part in author.partition(","))
    if comma and family and given and "," not in given:
        return {
            "@type": "Person",
            "name": f"{given} {family}",
            "familyName": family,
            "givenName": given,
        }
    return _plain(author)


def _plain(words: str) -> str:
    return undirected(one_line(words))
