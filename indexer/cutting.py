"""Reports into passages; those of the live index that still hold are taken from there."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from pydantic import TypeAdapter

from corpus.library.fingerprint import cut_name
from corpus.library.readings import Readings
from corpus.passages import PassageRules, split_document
from corpus.types import Passage, Report, ReportStatus
from search.encoder.types import Encoder
from search.index.stores import open_stores

if TYPE_CHECKING:
    from search.index.store import Store

_PASSAGES: Final = TypeAdapter(list[Passage])


class Cutter:
    """Cuts each report once; what was cut waits on disk. A context manager."""

    def __init__(
        self, readings: Readings, rules: PassageRules, encoder: Encoder, held: Sequence[Path]
    ) -> None:
        """`held` are the folders of parts of the live index."""
        self._readings = readings
        self._rules = rules
        self._encoder = encoder
        self._stores = open_stores(held)
        self._held: dict[str, tuple[str, int, Store]] = {
            report_id: (name, passages, store)
            for store in self._stores
            for report_id, (name, passages) in store.cuts().items()
            if passages  # one that was withdrawn had none, and may have come back
        }
        self._cut: dict[str, tuple[int, int, int]] = {}  # passages, and where they are in the file
        self._file = tempfile.TemporaryFile(prefix="evidence-cut-")  # noqa: SIM115 - closed on exit

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what is open."""
        self._file.close()
        for store in self._stores:
            store.close()

    def name(self, report: Report) -> str:
        """Names all that a report's passages follow from."""
        return cut_name(report, self._rules, self._encoder.spec.model_hash)

    def count(self, report: Report) -> int:
        """How many passages a report has; cuts it where it was not cut before."""
        if report.status is ReportStatus.WITHDRAWN:
            return 0
        name, passages, _ = self._held.get(report.report_id, ("", 0, None))
        if name == self.name(report):
            return passages
        if report.report_id not in self._cut:
            self._keep(report)
        return self._cut[report.report_id][0]

    def passages(self, report: Report) -> list[Passage]:
        """The passages of a report, in reading order; none of a withdrawn one."""
        if not self.count(report):
            return []
        if report.report_id not in self._cut:
            return list(self._held[report.report_id][2].passages_of(report.report_id))
        _, start, size = self._cut[report.report_id]
        self._file.seek(start)
        return _PASSAGES.validate_json(self._file.read(size))

    def _keep(self, report: Report) -> None:
        passages = split_document(
            self._readings.document(report.sha256),
            report_id=report.report_id,
            rules=self._rules,
            count_tokens=self._encoder.count_tokens,
            context=report.title,
        )
        start = self._file.seek(0, 2)
        size = self._file.write(_PASSAGES.dump_json(passages))
        self._cut[report.report_id] = (len(passages), start, size)
