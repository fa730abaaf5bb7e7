"""A person's corrections: which fields they may be of, and how a value is written."""

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
        raise MetadataError(f"year cannot be {words!r}: it is from {FIRST_YEAR} to {LAST_YEAR}.")
    if not value:
        raise MetadataError(f"{field} cannot be {words!r}: it names nothing.")
    outer, _, inner = field.partition(".")
    try:
        _METADATA.validate_python({outer: {inner: value} if inner else value})
    except ValidationError as error:
        raise MetadataError(f"{field} cannot be {words!r}: {error.errors()[0]['msg']}.") from error
    if field == "centre":
        value = identify_centre(words)
    return Claim(field, value, ClaimSource.PERSON)
