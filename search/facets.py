"""Counts of the values that reports of a result have."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from corpus.types import Report
from search.types import FacetCount

FACETS = ("centre", "year", "document_type", "topic")


def count_facets(reports: Iterable[Report]) -> Mapping[str, tuple[FacetCount, ...]]:
    """Counts by facet and value, most frequent first, then by name."""
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    for report in reports:
        for facet, value in _values(report):
            counts[facet][value] += 1
    return {
        facet: tuple(
            FacetCount(value, count)
            for value, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))
        )
        for facet, found in counts.items()
    }


def _values(report: Report) -> Iterator[tuple[str, str]]:
    known = report.metadata
    if known.centre:
        yield "centre", known.centre
    if known.year is not None:
        yield "year", str(known.year)
    yield "document_type", report.document_type
    for topic in dict.fromkeys(known.topics):
        yield "topic", topic
