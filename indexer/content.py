"""What goes into an index, or a part of one."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from pydantic import TypeAdapter

from corpus.details import ReportDetails
from corpus.types import Report, ReportStatus
from search.encoder.types import Vectors
from search.index.manifest import Counts
from search.index.store import StoreEntry, passage_body
from search.index.tokens import Records

_REPORTS: Final = TypeAdapter(list[Report])
_DETAILS: Final = TypeAdapter(list[ReportDetails])


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

    def digest(self) -> str:
        """SHA-256 over reports, passages and vectors: the same for two builds of one library.

        When a report came is no part of it: two libraries of the same reports hold the same.
        """
        digest = hashlib.sha256(_REPORTS.dump_json([replace(r, added=None) for r in self.reports]))
        digest.update(_DETAILS.dump_json(list(self.details)))
        for entry in self.entries:
            passage = entry.passage
            told = [passage.passage_id, passage.text, entry.report_row, entry.place]
            digest.update(json.dumps([*told, passage_body(passage)]).encode())
        digest.update(np.ascontiguousarray(self.vectors, "<f4").tobytes())
        return digest.hexdigest()
