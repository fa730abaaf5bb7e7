"""A researcher's list of references in, the library's related reports out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from corpus.identifiers import plain_doi, plain_title
from corpus.references import Reference
from corpus.types import Report, ReportStatus
from search.errors import InvalidQuery, UnknownId
from search.related.finder import RelatedStudies
from search.related.types import RelatedReport
from search.types import Filters

NOTHING: Final = "It has too little to compare: an abstract, or a longer title, is needed."
NO_TEXT: Final = "The library holds it without its text, so nothing can be compared."
TELLING_TITLE: Final = 4  # words from which a title is taken for one publication's


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """A reference and the library's reports near it.

    `held` are the library's reports that it is: by DOI, by a title of four words or more, or by
    its text. `related` holds close ones only; `problem` says why nothing could be compared.
    """

    reference: Reference
    held: tuple[Report, ...] = ()
    related: tuple[RelatedReport, ...] = ()
    problem: str | None = None


def relate_references(
    references: Iterable[Reference],
    studies: RelatedStudies,
    reports: Iterable[Report],
    *,
    filters: Filters = Filters(),
    k: int = 5,
) -> Iterator[ReferenceRow]:
    """A row for every reference, in order, as each is done.

    Args:
        references: what a researcher has.
        studies: the library's related studies.
        reports: of the library, to know which of the references it holds.
        filters: which reports may come back.
        k: how many of each, 1 to 100.

    Raises:
        InvalidQuery: a wrong k or filter.
    """
    by_name: dict[str, Report] = {}
    for report in (each for each in reports if each.status is ReportStatus.CURRENT):
        for name in _names(report.metadata.doi, report.title):
            by_name.setdefault(name, report)
    for reference in references:
        names = _names(reference.doi, reference.title)
        held = next((by_name[name] for name in names if name in by_name), None)
        try:
            own = studies.of_report(held.report_id) if held else studies.of_text(reference.text)
        except (InvalidQuery, UnknownId):  # the latter: it went meanwhile
            known = (held,) if held else ()
            yield ReferenceRow(reference, held=known, problem=NO_TEXT if held else NOTHING)
            continue
        answer = studies.near(own, filters=filters, k=k)
        yield ReferenceRow(
            reference,
            held=(held,) if held else answer.same,
            related=tuple(each for each in answer.reports if each.close),
        )


def _names(doi: str | None, title: str | None) -> Iterator[str]:
    """What a publication is known by; a title of a word or two is that of many."""
    if plain := plain_doi(doi):
        yield f"doi:{plain}"
    words = plain_title(title or "")
    if len(words.split()) >= TELLING_TITLE:
        yield words
