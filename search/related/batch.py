"""A researcher's list of references in, the library's related reports out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.identifiers import plain_doi, plain_title
from corpus.references import Reference
from corpus.types import Report, ReportStatus
from search.errors import SearchError
from search.related.finder import RelatedStudies
from search.related.types import RelatedReport
from search.types import Filters


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """A reference and the library's reports near it.

    `held` are ids of the library's reports that it is: by DOI, title or text. `related` holds
    close ones only; `problem` says why nothing could be compared.
    """

    reference: Reference
    held: tuple[str, ...] = ()
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
    by_doi: dict[str, str] = {}
    by_title: dict[str, str] = {}
    for report in reports:
        if report.status is ReportStatus.CURRENT:
            by_doi.setdefault(plain_doi(report.metadata.doi), report.report_id)
            by_title.setdefault(plain_title(report.title), report.report_id)
    by_doi.pop("", None)
    by_title.pop("", None)
    for reference in references:
        held = by_doi.get(plain_doi(reference.doi)) or by_title.get(
            plain_title(reference.title or "")
        )
        try:
            probe = studies.of_report(held) if held else studies.of_text(reference.text)
        except SearchError:
            yield ReferenceRow(reference, problem="It has neither title nor abstract to compare.")
            continue
        answer = studies.near(probe, filters=filters, k=k)
        yield ReferenceRow(
            reference,
            held=(held,) if held else answer.same,
            related=tuple(each for each in answer.reports if each.close),
        )
