"""Reports into what an index keeps of them: passages, their vectors and tokens."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from corpus.duplicates import group_duplicates
from corpus.library.shelf import Shelved
from corpus.passages import embedded_text
from corpus.types import UNRANKED_KINDS, Passage, ReportStatus
from indexer.content import Content
from indexer.cutting import Cutter
from indexer.progress import Progress
from indexer.vectors import VectorCache, key_of
from search.encoder.types import Encoded
from search.index.store import StoreEntry

#: Encodes texts, some at a time, by their keys.
Encode = Callable[[Mapping[bytes, str]], Iterator[Mapping[bytes, Encoded]]]


class Filling:
    """Makes contents. `encoded` is how many texts have been encoded for them so far."""

    def __init__(
        self,
        cutter: Cutter,
        encode: Encode,
        cache: VectorCache,
        progress: Progress,
        *,
        tokens: bool,
    ) -> None:
        """`tokens`: whether the encoder gives any."""
        self._cutter = cutter
        self._encode_some = encode
        self._tokens = tokens
        self._cache = cache
        self._progress = progress
        self.encoded = 0

    def cut(self, shelved: Sequence[Shelved]) -> dict[str, int]:
        """Cut the reports that were not cut before; how many passages each has, by id."""
        sizes: dict[str, int] = {}
        for each in shelved:
            sizes[each.report.report_id] = self._cutter.count(each.report)
            self._progress.advance()
        return sizes

    def content(self, shelved: Sequence[Shelved]) -> Content:
        """All that is kept of these reports, encoded where it was not.

        Each passage is given as the first of its near-duplicates: parts find those by what they
        say (`likeness`), and `grouped` does for an index that is written whole.
        """
        entries, ranked = self._entries(shelved)
        titles = [shelved[entry.report_row].report.title for entry in entries[:ranked]]
        texts = [
            embedded_text(title, entry.passage)
            for title, entry in zip(titles, entries[:ranked], strict=True)
        ]
        keys = [key_of(text) for text in texts]
        self._encode(dict(zip(keys, texts, strict=True)))
        return Content(
            [each.report for each in shelved],
            [each.details for each in shelved],
            entries,
            self._cache.matrix(keys),
            self._cache.tokens(keys) if self._tokens else (),
            [self._cutter.name(each.report) for each in shelved],
        )

    def _entries(self, shelved: Sequence[Shelved]) -> tuple[list[StoreEntry], int]:
        """All passages in ordinal order, ranked ones first, and how many of them are ranked."""
        ranked: list[tuple[Passage, int, int]] = []
        unranked: list[tuple[Passage, int, int]] = []
        for row, report in enumerate(each.report for each in shelved):
            standing = report.status is ReportStatus.CURRENT
            for place, passage in enumerate(self._cutter.passages(report)):
                rankable = standing and passage.kind not in UNRANKED_KINDS
                (ranked if rankable else unranked).append((passage, row, place))
        return [
            StoreEntry(passage, row, place, ordinal)
            for ordinal, (passage, row, place) in enumerate(ranked + unranked)
        ], len(ranked)

    def _encode(self, texts: Mapping[bytes, str]) -> None:
        """Encode the texts, by key, that the cache lacks, and keep them there."""
        missing = self._cache.missing(texts)
        todo = {key: text for key, text in texts.items() if key in missing}
        if todo:
            self._progress.start("Encoding passages", len(todo), "passages")
            for encoded in self._encode_some(todo):
                self._cache.put(encoded)
                self._progress.advance(len(encoded))
        self.encoded += len(todo)


def grouped(content: Content) -> Content:
    """With the first of each passage's near-duplicates, for an index that is written whole."""
    ranked = len(content.vectors)
    firsts = group_duplicates([entry.passage.text for entry in content.entries[:ranked]])
    firsts += range(ranked, len(content.entries))
    entries = [
        replace(entry, first=first) for entry, first in zip(content.entries, firsts, strict=True)
    ]
    return replace(content, entries=entries)
