"""Content report by report, as a database takes it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from indexer.content import Content
from search.index.postgres.rows import PassageRow, RankedPart, ReportRow
from search.index.store import StoreEntry
from search.index.terms import stems, words_of
from search.index.tokens import Records

AT_ONCE: Final = 1_000  # passages of one transaction, about


def stems_of(content: Content, entry: StoreEntry) -> list[str]:
    """The terms of a passage, its report's title and headings among them."""
    title = content.reports[entry.report_row].title
    return stems(words_of(title, entry.passage.section, entry.passage.text))


class ContentRows:
    """Content by report, as it is written."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._own: list[list[int]] = [[] for _ in content.reports]  # places of its entries
        for place, entry in enumerate(content.entries):
            self._own[entry.report_row].append(place)
        self._tokens = _InOrder(content.tokens)

    def batches(self, rows: Iterable[int]) -> Iterator[list[int]]:
        """Reports in batches of about `AT_ONCE` passages."""
        batch, passages = [], 0
        for row in rows:
            batch.append(row)
            passages += len(self._own[row]) + 1
            if passages >= AT_ONCE:
                yield batch
                batch, passages = [], 0
        if batch:
            yield batch

    def row(self, row: int, digest: bytes) -> ReportRow:
        """A report as it is written."""
        content = self._content
        return ReportRow(
            content.reports[row],
            content.details[row],
            digest,
            [
                PassageRow(
                    content.entries[place].place,
                    content.entries[place].passage,
                    self._alike(place),
                    self._ranked(place) if place < len(content.vectors) else None,
                )
                for place in self._own[row]
            ],
        )

    def _ranked(self, place: int) -> RankedPart:
        counts = Counter(stems_of(self._content, self._content.entries[place]))
        return RankedPart(self._content.vectors[place], counts, self._tokens.at(place))

    def _alike(self, place: int) -> int:
        """One number for all near-duplicates, whatever else the library holds."""
        first = self._content.alike(place).encode()
        return int.from_bytes(hashlib.sha256(first).digest()[:8], signed=True)


class _InOrder:
    """Records by place; where they can be gone through once, places must ascend."""

    def __init__(self, records: Iterable[Records]) -> None:
        self._held = records if isinstance(records, Sequence) else None
        self._coming = enumerate(records)

    def at(self, place: int) -> Records | None:
        """The records at a place; None where the model gives no tokens."""
        if self._held is not None:
            return self._held[place] if self._held else None
        return next((each for at, each in self._coming if at == place), None)
