"""A person's corrections: which fields they may be of, and how a value is written."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from corpus.centres import identify_centre
from corpus.errors import MetadataError
from corpus.metadata.claims import Claim, ClaimSource
from corpus.types import Metadata

#: Fields of one value.
ONE: Final = (
    "title", "centre", "year", "published", "publisher", "url", "doi", "isbn", "licence",
    "language", "publication_type", "population", "setting", "study_design", "rating.evidence",
    "rating.cost", "rating.impact",
)  # fmt: skip
#: Fields of several, separated by semicolons.
SEVERAL: Final = ("authors", "topics", "nations")
FIELDS: Final = (*ONE, *SEVERAL)
FIRST_YEAR, LAST_YEAR = 1800, 2100
YEARS: Final = "{field} cannot be {words!r}: it is from {first} to {last}."
NOTHING: Final = "{field} cannot be {words!r}: it names nothing."
OTHER: Final = "{field} cannot be {words!r}: {why}."
#: Fields written in one way only: the way, and what is said of any other.
FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "published": (
        r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?",
        "{field} cannot be {words!r}: it is a date, as 2021-03-31, 2021-03 or 2021.",
    ),
    "url": (
        r"https?://[^/\s]\S*",
        "{field} cannot be {words!r}: it is a web address, with https:// or http://.",
    ),
    "doi": (
        r"(?i:https?://(dx\.)?doi\.org/|doi:\s*)?10\.\d+/\S+",
        "{field} cannot be {words!r}: it is a DOI, as 10.1234/abc.",
    ),
    "language": (r"[a-z]{2}", "{field} cannot be {words!r}: it is a code, as en or cy."),
}
#: What may be wrong with a value.
MESSAGES: Final = (YEARS, NOTHING, OTHER, *(told for _, told in FORMS.values()))
_METADATA: Final = TypeAdapter(Metadata)


def correction(field: str, words: str) -> Claim:
    """What a person says of a field.

    Raises:
        MetadataError: no such field, or a value it cannot have.
    """
    words = words.strip()
    if not words or field not in FIELDS:
        raise MetadataError(
            f"{field}={words!r} is no correction.",
            cure=f"Write FIELD=VALUE, with one of {', '.join(FIELDS)}.",
        )
    value: Any = tuple(w.strip() for w in words.split(";") if w.strip())
    if field in ONE:
        value = int(words) if field == "year" and words.isdecimal() else words
    if field == "year" and not (isinstance(value, int) and FIRST_YEAR <= value <= LAST_YEAR):
        raise _wrong(YEARS, field, words, first=FIRST_YEAR, last=LAST_YEAR)
    if not value:
        raise _wrong(NOTHING, field, words)
    form, told = FORMS.get(field, ("", ""))
    if form and not re.fullmatch(form, words):
        raise _wrong(told, field, words)
    outer, _, inner = field.partition(".")
    try:
        _METADATA.validate_python({outer: {inner: value} if inner else value})
    except ValidationError as error:
        raise _wrong(OTHER, field, words, why=error.errors()[0]["msg"]) from error
    if field == "centre":
        value = identify_centre(words)
    return Claim(field, value, ClaimSource.PERSON)


def _wrong(told: str, field: str, words: str, **values: object) -> MetadataError:
    return MetadataError(told, values={"field": field, "words": words, **values})
