"""Many passages, one after another: no more of them in memory than a part."""

from collections.abc import Callable, Iterator
from contextlib import suppress

from corpus.types import Passage, Report
from search.errors import UnknownId
from search.questions import DEEPEST, LARGEST_K
from search.searcher import Searcher
from search.statement import least_confidence
from search.types import Answer, Filters, ScoredPassage


def every_passage(searcher: Searcher, filters: Filters) -> Iterator[tuple[Report, Passage]]:
    """Every passage of the reports that pass, by report and in reading order.

    Raises:
        InvalidQuery: a filter that contradicts itself.
    """
    for report in searcher.reports(filters):
        with suppress(UnknownId):  # it went since they were listed
            for passage in searcher.report_passages(report.report_id):
                yield report, passage


def likely_passages(ask: Callable[[int, int], Answer]) -> Iterator[ScoredPassage]:
    """Every passage likely to answer, best first, out of the `DEEPEST` best.

    Looks no further once a whole part of the ranking holds none.

    Args:
        ask: gives the part of the ranking of a size `k` after `skip` passages.
    """
    least: float | None = None
    for skip in range(0, DEEPEST, LARGEST_K):
        answer = ask(LARGEST_K, skip)
        if least is None:
            least = least_confidence(answer.statement.confidence)
        likely = [hit for hit in answer.hits if hit.confidence >= least]
        yield from likely
        if not likely or len(answer.hits) < LARGEST_K:
            return
