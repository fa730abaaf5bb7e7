"""Who says what of a report, and which of them counts.

A claim is one field's value from one source. Claims are kept side by side; what is shown is,
for each field, the claim of the source that knows best: a person's correction first, a guess
from the file's name last.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from corpus.findings import Direction, Rating, Stated
from corpus.types import Metadata, PublicationType

Value = str | int | tuple[str, ...]


class ClaimSource(StrEnum):
    """Where a claim comes from; those that know best first."""

    PERSON = "person"  # `evidence edit`
    METADATA_FILE = "metadata_file"  # a file beside the reports, or an evidence record
    PAGE = "page"  # what the centre's page states for machines: JSON-LD, Highwire, Dublin Core
    LISTING = "listing"  # what the list of publications says
    DOI = "doi"  # Crossref or OpenAlex, by DOI
    EMBEDDED = "embedded"  # what the file itself states for machines: XMP, or its own meta tags
    TEXT = "text"  # read from the first pages
    FILE = "file"  # the file's own properties, often left over from a template
    NAME = "name"  # the file's name


class Confidence(StrEnum):
    """How far a claim can be trusted."""

    HIGH = "high"  # stated for this purpose by somebody who knows
    MEDIUM = "medium"  # stated in passing, or read by a rule
    LOW = "low"  # a guess


_ORDER: Final = {source: place for place, source in enumerate(ClaimSource)}
_NESTED: Final = ("rating", "stated")
_NUMBERS: Final = frozenset({"year", "stated.strength", "stated.cost", "stated.impact"})
_LISTS: Final = frozenset({"authors", "topics", "nations"})


@dataclass(frozen=True, slots=True)
class Claim:
    """One field's value, and its source. Parts of the rating are `rating.evidence` and so on."""

    field: str
    value: Value
    source: ClaimSource
    confidence: Confidence = Confidence.HIGH


def claims_of(
    metadata: Metadata, source: ClaimSource, confidence: Confidence = Confidence.HIGH
) -> tuple[Claim, ...]:
    """A claim for every field the metadata says something of.

    What is of another type than its field says nothing: sites' answers may hold anything.
    """
    said = {f.name: getattr(metadata, f.name) for f in fields(metadata) if f.name not in _NESTED}
    for name in _NESTED:
        part = getattr(metadata, name)
        said |= {f"{name}.{f.name}": getattr(part, f.name) for f in fields(part)}
    return tuple(
        Claim(name, value, source, confidence)
        for name, value in said.items()
        if value not in (None, (), "") and _fits(name, value)
    )


def _fits(name: str, value: object) -> bool:
    """Whether a field can have a value; half a surrogate pair, which JSON may give, is no text."""
    if name in _NUMBERS:
        return type(value) is int
    words = value if name in _LISTS and isinstance(value, tuple) else (value,)
    try:
        return all(isinstance(word, str) and word.encode() for word in words)
    except UnicodeEncodeError:
        return False


def put(known: Iterable[Claim], new: Iterable[Claim]) -> tuple[Claim, ...]:
    """What was claimed, with the new claims in place of the same source's on the same field."""
    merged = {(claim.field, claim.source): claim for claim in known}
    merged |= {(claim.field, claim.source): claim for claim in new}
    return tuple(sorted(merged.values(), key=lambda c: (c.field, _ORDER[c.source])))


def without(known: Iterable[Claim], sources: frozenset[ClaimSource]) -> tuple[Claim, ...]:
    """What others than these sources claim."""
    return tuple(claim for claim in known if claim.source not in sources)


def winners(claims: Iterable[Claim]) -> Mapping[str, Claim]:
    """For each field the claim that counts: low confidence yields, then the order of sources."""
    best: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda c: (c.confidence is Confidence.LOW, _ORDER[c.source])):
        best.setdefault(claim.field, claim)
    return best


def resolve(claims: Iterable[Claim]) -> Metadata:
    """What is known, all claims considered."""
    said: dict[str, Any] = {name: claim.value for name, claim in winners(claims).items()}
    nested: dict[str, dict[str, Any]] = {name: {} for name in _NESTED}
    plain: dict[str, Any] = {}
    for name, value in said.items():
        outer, _, inner = name.partition(".")
        (nested[outer] if inner else plain)[inner or name] = value
    if kind := plain.get("publication_type"):
        plain["publication_type"] = PublicationType(kind)
    if direction := nested["stated"].get("direction"):
        nested["stated"]["direction"] = Direction(direction)
    return Metadata(rating=Rating(**nested["rating"]), stated=Stated(**nested["stated"]), **plain)
