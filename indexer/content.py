"""What goes into an index, or a part of one."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from pydantic import TypeAdapter

from corpus.details import ReportDetails
from corpus.types import Passage, Report, ReportStatus
from search.encoder.types import Vectors
from search.index.manifest import Counts
from search.index.store import StoreEntry
from search.index.tokens import Records

_REPORT: Final = TypeAdapter(Report)
_DETAILS: Final = TypeAdapter(ReportDetails)
_PASSAGES: Final = TypeAdapter(list[Passage])


@dataclass(frozen=True, slots=True)
class Content:
    """Entries in ordinal order, ranked ones first.

    `vectors` has shape (ranked, dimension); `tokens` has a ranked passage's records each, and
    may be gone through once. `cuts` name what each report's passages follow from: without them
    no later build can take passages over.
    """

    reports: Sequence[Report]
    details: Sequence[ReportDetails]  # one for each report
    entries: Sequence[StoreEntry]
    vectors: Vectors
    tokens: Iterable[Records]
    cuts: Sequence[str] = ()

    @property
    def standing(self) -> int:
        """How many of the reports can be found: not replaced, not withdrawn."""
        return sum(report.status is ReportStatus.CURRENT for report in self.reports)

    @property
    def counts(self) -> Counts:
        """How much there is."""
        return Counts(self.standing, len(self.entries), len(self.vectors))

    def digest(self, reports: Sequence[bytes] | None = None) -> str:
        """SHA-256 over reports, passages and vectors: the same for two builds of one library.

        When a report came is no part of it: two libraries of the same reports hold the same.

        Args:
            reports: what `digests` gave, where that is at hand.
        """
        digest = hashlib.sha256(b"".join(self.digests() if reports is None else reports))
        digest.update(np.ascontiguousarray(self.vectors, "<f4").data)
        return digest.hexdigest()

    def digests(self) -> list[bytes]:
        """SHA-256 of all that is kept of each report but its vectors, which follow from that."""
        told = [
            hashlib.sha256(
                _REPORT.dump_json(replace(report, added=None)) + _DETAILS.dump_json(known)
            )
            for report, known in zip(self.reports, self.details, strict=True)
        ]
        own: list[list[Passage]] = [[] for _ in self.reports]
        for place, entry in enumerate(self.entries):
            ranked = place < len(self.vectors)
            own[entry.report_row].append(entry.passage)
            told[entry.report_row].update(f"{entry.place} {self.alike(place)} {ranked} ".encode())
        for digest, passages in zip(told, own, strict=True):
            digest.update(_PASSAGES.dump_json(passages))
        return [digest.digest() for digest in told]

    def alike(self, place: int) -> str:
        """The passage that names this one and its near-duplicates."""
        return self.entries[self.entries[place].first].passage.passage_id
