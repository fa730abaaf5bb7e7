"""Related studies: candidates by their passages, put in order by how near the studies are."""

import time
from collections import defaultdict
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus.types import Document, Report
from search.again import once_more
from search.cache import Cache
from search.encoder.types import Encoder
from search.errors import InvalidQuery
from search.filters import check_filters
from search.index.protocol import Index
from search.index.types import Ordinals, Within
from search.related.probes import (
    probe_document,
    probe_passage,
    probe_report,
    probe_text,
    report_of_doi,
)
from search.related.scoring import CLOSE, SAME, centred, closest, nearness, thinned
from search.related.types import ClosePair, Probe, Related, RelatedReport
from search.related.why import shared_topics, shared_words
from search.types import Filters

LARGEST_K: Final = 100
CLOSEST: Final = 5  # reports told of beside one
PAIRS: Final = 3  # shown of each report
CLOSE_HELD: Final = 2_048  # reports whose close ones are kept
_DEPTH: Final = 200  # passages looked up for each passage of a probe
_CANDIDATES: Final = 100  # reports held against the probe, at least
_COMPARED: Final = 256  # passages of a candidate; longer ones are thinned evenly
_SAMPLE: Final = 20_000  # vectors the centre is the mean of


class RelatedStudies:
    """Finds the reports nearest to what somebody points at. Safe to share by threads."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self._index = index
        self._encoder = encoder
        self._close: Cache[str, tuple[Report, ...]] = Cache(CLOSE_HELD)

    @once_more
    def of_report(self, report_id: str) -> Probe:
        """A report of the library; raises UnknownId, InvalidQuery where no text is kept."""
        self._index.store.report(report_id)
        row = self._index.store.row_of(report_id)
        return probe_report(self._index, report_id, self._index.ranked_of(row), self._encoder)

    @once_more
    def of_passage(self, passage_id: str) -> Probe:
        """A passage of the library; raises UnknownId."""
        return probe_passage(self._index, passage_id, self._encoder)

    def of_doi(self, doi: str) -> Probe:
        """The library's report of that DOI; raises UnknownId."""
        return self.of_report(report_of_doi(self._index.store.reports, doi))

    def of_text(self, text: str) -> Probe:
        """A pasted text, an abstract say; raises InvalidQuery where it is too short or long."""
        return probe_text(text, self._encoder, self._index.manifest.passage_rules)

    def of_document(self, document: Document) -> Probe:
        """A file as it was read; raises InvalidQuery where it holds no text."""
        return probe_document(document, self._encoder, self._index.manifest.passage_rules)

    def close_to(self, report_id: str) -> tuple[Report, ...]:
        """The reports close to one, nearest first, found once; empty where no text of it is kept.

        Raises:
            UnknownId: there is no such report.
        """
        found = self._close.get(
            [report_id], lambda wanted: {each: self._find_close(each) for each in wanted}
        )
        return found[report_id]

    def _find_close(self, report_id: str) -> tuple[Report, ...]:
        try:
            probe = self.of_report(report_id)
        except InvalidQuery:
            return ()
        return tuple(each.report for each in self.near(probe, k=CLOSEST).reports if each.close)

    @once_more
    def near(self, probe: Probe, *, filters: Filters = Filters(), k: int = 10) -> Related:
        """The k reports nearest to a probe, its study family and repeats of its text apart.

        Args:
            probe: from one of the `of_` methods.
            filters: which reports may come back, as for `Searcher.ask`.
            k: how many, 1 to 100.

        Raises:
            InvalidQuery: a wrong k or filter.
            EngineUnavailable: the database that keeps the index does not answer.
        """
        if not 1 <= k <= LARGEST_K:
            raise InvalidQuery(
                "k is {k}; it must be from 1 to {most}.", values={"k": k, "most": LARGEST_K}
            )
        check_filters(filters)
        start = time.perf_counter()
        within = Within(filters, _own(probe))
        probing = centred(probe.vectors, self._centre)
        found: list[tuple[float, int, Ordinals, NDArray[np.float32]]] = []
        same: list[Report] = []
        for row in self._candidates(probe, within):
            ordinals = self._index.ranked_of(row)
            if not len(ordinals):  # the report went since its passages were found
                continue
            ordinals = ordinals[thinned(len(ordinals), _COMPARED)]
            vectors = self._index.vectors(ordinals)
            if probe.report is None and _repeats(probe.vectors @ vectors.T):
                same.append(self._index.store.at([row])[row])
                continue
            cosines = probing @ centred(vectors, self._centre).T
            found.append((nearness(cosines), row, ordinals, cosines))
        found.sort(key=lambda each: (-each[0], each[1]))
        return Related(
            probe=probe,
            filters=filters,
            reports=tuple(
                self._told(probe, rank, *each) for rank, each in enumerate(found[:k], start=1)
            ),
            same=tuple(same),
            generation=self._index.manifest.generation,
            model=self._encoder.spec.name,
            took_ms={"total": round((time.perf_counter() - start) * 1000, 3)},
        )

    @cached_property
    def _centre(self) -> NDArray[np.float32]:
        """The mean vector of the library's passages, by an even sample of them."""
        return self._index.centre(_SAMPLE)

    def _candidates(self, probe: Probe, within: Within) -> list[int]:
        """Rows of reports that have a passage near one of the probe's, the nearest first."""
        best: dict[int, float] = defaultdict(lambda: -np.inf)
        for found in self._index.near(probe.vectors, _DEPTH, within):
            rows = self._index.report_rows(found.ordinals).tolist()
            for row, cosine in zip(rows, found.scores.tolist(), strict=True):
                best[row] = max(best[row], cosine)
        return sorted(best, key=lambda row: (-best[row], row))[:_CANDIDATES]

    def _told(
        self,
        probe: Probe,
        rank: int,
        score: float,
        row: int,
        ordinals: Ordinals,
        cosines: NDArray[np.float32],
    ) -> RelatedReport:
        report = self._index.store.at([row])[row]
        places = closest(cosines, PAIRS)
        stored = self._index.store.fetch(int(ordinals[column]) for _, column in places)
        vectors = self._index.vectors(ordinals)
        pairs = []
        for own, other in places:
            mine, theirs = probe.passages[own], stored[int(ordinals[other])].passage
            cosine = float(probe.vectors[own] @ vectors[other])
            words = shared_words(mine.text, theirs.text, self._index.lexical)
            pairs.append(ClosePair(mine, theirs, round(cosine, 4), words))
        return RelatedReport(
            report=report,
            rank=rank,
            score=round(score, 4),
            close=score >= CLOSE,
            topics=shared_topics(probe.report, report),
            pairs=tuple(pairs),
        )


def _own(probe: Probe) -> frozenset[str]:
    """The probe's own report and its family."""
    own = {probe.report.report_id} if probe.report else set()
    return frozenset(own | {relative.report_id for relative in probe.family})


def _repeats(cosines: NDArray[np.float32]) -> bool:
    """Whether nearly every passage of a text stands in a report too."""
    return float(np.mean(cosines.max(axis=1))) >= SAME
