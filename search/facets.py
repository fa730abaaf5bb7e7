"""Counts of the values that reports of a result have."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from corpus.findings import Direction
from corpus.types import Report
from search.types import FacetCount

FACETS = (
    "centre",
    "year",
    "document_type",
    "topic",
    "strength",
    "cost",
    "direction",
    "design",
    "nation",
    "language",
)


def count_facets(reports: Iterable[Report]) -> Mapping[str, tuple[FacetCount, ...]]:
    """Counts by facet and value, most frequent first, then by name."""
    counts = Counter(chain.from_iterable(map(_values, reports)))
    found: dict[str, list[FacetCount]] = {facet: [] for facet in FACETS}
    for (facet, value), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        found[facet].append(FacetCount(value, count))
    return {facet: tuple(each) for facet, each in found.items()}


def _values(report: Report) -> Iterator[tuple[str, str]]:
    known = report.metadata
    for centre in report.centres or ((known.centre,) if known.centre else ()):
        yield "centre", centre
    if known.year is not None:
        yield "year", str(known.year)
    yield "document_type", report.document_type
    for topic in dict.fromkeys(known.topics):
        yield "topic", topic
    assessment = report.assessment
    if assessment.strength is not None:
        yield "strength", str(assessment.strength)
    if assessment.cost is not None:
        yield "cost", str(assessment.cost)
    if assessment.scheme or assessment.direction is not Direction.UNCLEAR:
        yield "direction", assessment.direction
    for tag in report.designs:
        yield "design", tag.design
    for nation in dict.fromkeys(known.nations):
        yield "nation", nation
    if known.language:
        yield "language", known.language
