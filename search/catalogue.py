"""What an index holds, to be read: reports, their passages, how many there are of each kind."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property

from corpus.details import ReportDetails
from corpus.types import Passage, Report, ReportStatus
from search.again import once_more
from search.errors import UnknownId
from search.facets import count_facets
from search.filters import check_filters
from search.index.protocol import Index
from search.types import FacetCount, Filters


class Catalogue:
    """Reads what one index holds. Safe to share by threads."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def report(self, report_id: str) -> Report:
        """The report of that id; raises UnknownId."""
        return self._index.store.report(report_id)

    def reports_of(self, ids: Iterable[str]) -> tuple[Report, ...]:
        """Those of these reports that are here: one may have gone since it was told of."""
        found = []
        for report_id in ids:
            with suppress(UnknownId):
                found.append(self.report(report_id))
        return tuple(found)

    def report_details(self, report_id: str) -> ReportDetails:
        """Everything kept of the report of that id besides its pages; raises UnknownId."""
        return self._index.store.details(report_id)

    @once_more
    def report_passages(self, report_id: str) -> tuple[Passage, ...]:
        """All passages of a report in reading order; raises UnknownId."""
        return self._index.store.passages_of(report_id)

    @once_more
    def passage(self, passage_id: str) -> Passage:
        """The passage of that id; raises UnknownId."""
        return self._index.store.passage(passage_id).passage

    def standing_reports(self) -> tuple[Report, ...]:
        """Every report that can be found: replaced and withdrawn ones left out."""
        return tuple(r for r in self._index.store.reports if r.status is ReportStatus.CURRENT)

    def all_reports(self) -> tuple[Report, ...]:
        """Every report that can be read here, replaced and withdrawn ones too."""
        return tuple(self._index.store.reports)

    @cached_property
    def facets(self) -> Mapping[str, tuple[FacetCount, ...]]:
        """Counts of every standing report by the facets of `search.facets`."""
        return count_facets(self.standing_reports())

    def reports(self, filters: Filters = Filters()) -> tuple[Report, ...]:
        """The reports that can be found and pass the filters, by id.

        Raises:
            InvalidQuery: a filter that contradicts itself.
        """
        check_filters(filters)
        return self._index.passing(filters)

    def reports_by_centre(self) -> Mapping[str, int]:
        """How many reports each centre has here, "" for those of no known centre."""
        counts: dict[str, int] = {}
        for report in self.standing_reports():
            for centre in report.centres or (report.metadata.centre or "",):
                counts[centre] = counts.get(centre, 0) + 1
        return counts
