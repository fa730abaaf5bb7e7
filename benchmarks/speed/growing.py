"""A library as large as wanted, made from a real one.

Vectors: each made one lies as near a real one as real ones lie to each other. The real ones are
taken in turn, with a cosine drawn from those that real vectors have with their nearest; the rest
of the way goes in a direction with the mean and the covariance (the spectrum) of real vectors.
Texts: sentences of real passages, combined anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from corpus.sentences import sentence_spans
from corpus.types import Report
from search.encoder.types import Vectors
from search.index.embedded import Generation
from search.index.parts import part_folders
from search.index.store import StoreEntry
from search.index.tokens import FIRSTS_NAME, RECORDS_NAME, Records, record_type

BLOCK: Final = 50_000
SHARES: Final = (0.0001, 0.01, 0.1, 0.5)  # of reports that a filter leaves


@dataclass(frozen=True, slots=True)
class Source:
    """Real vectors and what was learnt of them.

    `near` (vectors,) is each one's cosine with its nearest other, `mean` (dimension,) and
    `spread` (dimension, dimension) are of all: spread @ spread.T is their covariance.
    """

    vectors: Vectors
    near: NDArray[np.float32]
    mean: NDArray[np.float32]
    spread: Vectors

    @classmethod
    def of(cls, vectors: Vectors) -> Self:
        """Learn it."""
        near = faiss.knn(vectors, vectors, 2, metric=faiss.METRIC_INNER_PRODUCT)[0][:, 1]
        values, axes = np.linalg.eigh(np.cov(vectors.T))
        spread = axes * np.sqrt(np.maximum(values, 0))
        return cls(vectors, near, vectors.mean(axis=0), spread.astype(np.float32))

    def grown(self, sources: NDArray[np.int64], rng: np.random.Generator) -> Vectors:
        """A made vector for each of these real ones, shape (len(sources), dimension)."""
        real = self.vectors[sources]
        cosines = rng.choice(self.near, len(sources))[:, None]
        noise = rng.standard_normal(real.shape, np.float32)
        aside = self.mean + noise @ self.spread.T
        aside -= (aside * real).sum(axis=1, keepdims=True) * real
        aside /= np.linalg.norm(aside, axis=1, keepdims=True)
        rest = np.sqrt(np.maximum(0, 1 - cosines**2))
        return np.asarray(cosines * real + rest * aside, np.float32)

    def fill(self, made: Vectors) -> None:
        """Fill an array (size, dimension): the real vectors first, then each in turn, moved."""
        rng = np.random.default_rng(0)
        first = min(len(made), len(self.vectors))
        made[:first] = self.vectors[:first]
        for start in range(first, len(made), BLOCK):
            sources = np.arange(start, min(start + BLOCK, len(made))) % len(self.vectors)
            made[start : start + len(sources)] = self.grown(sources, rng)


@dataclass(frozen=True, slots=True)
class Parts:
    """What made passages are made of: a real library's ranked passages, cut in two.

    `heads` and `tails` are the first and second half of each one's sentences; `tokens` its token
    records.
    """

    reports: Sequence[Report]
    entries: Sequence[StoreEntry]
    heads: Sequence[str]
    tails: Sequence[str]
    tokens: Sequence[Records]
    vectors: Vectors

    @classmethod
    def of(cls, index: Generation) -> Self:
        """Those of a generation."""
        count = index.manifest.counts.ranked
        stored = index.store.fetch(range(count))
        entries = [StoreEntry(stored[n].passage, stored[n].report_row, n, n) for n in range(count)]
        halves = [_halves(entry.passage.text) for entry in entries]
        return cls(
            index.store.reports,
            entries,
            [head for head, _ in halves],
            [tail for _, tail in halves],
            token_records(
                part_folders(index.folder, index.manifest), index.manifest.encoder.token_dimension
            ),
            index.vectors(np.arange(count)),
        )


class Made(Sequence[StoreEntry]):
    """The passages of one turn, each made when it is asked for.

    Turn 0 has the real ones. In every other the whole library comes again as other reports: each
    passage keeps the first half of its sentences and has the second half of some other's, so
    that words meet as they do nowhere. Boxes are left out.
    """

    def __init__(self, parts: Parts, turn: int, size: int) -> None:
        """`size`: how many passages, of the library's at most."""
        self._parts = parts
        self._turn = turn
        self._size = size
        self._tails = np.random.default_rng(turn).integers(0, len(parts.entries), size).tolist()

    def __len__(self) -> int:
        """How many there are."""
        return self._size

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - one, or several
        """The passage at a place, or those of a slice."""
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(self._size))]
        if not 0 <= place < self._size:
            raise IndexError(place)
        parts, turn = self._parts, self._turn
        entry = parts.entries[place]
        if turn == 0:
            return entry
        passage = replace(
            entry.passage,
            passage_id=f"{entry.passage.passage_id}-{turn}",
            report_id=f"{entry.passage.report_id}-{turn}",
            text=f"{parts.heads[place]} {parts.tails[self._tails[place]]}".strip(),
            boxes=(),
        )
        return replace(entry, passage=passage)

    def reports(self) -> list[Report]:
        """Their reports; of `SHARES` each made one has topics by chance."""
        if self._turn == 0:
            return list(self._parts.reports)
        rng = np.random.default_rng((4, self._turn))
        found = []
        for report in self._parts.reports:
            drawn = rng.random()
            topics = tuple(topic_of(share) for share in SHARES if drawn < share)
            known = replace(report.metadata, topics=(*report.metadata.topics, *topics))
            name, file = f"{report.report_id}-{self._turn}", f"{self._turn}/{report.file}"
            found.append(replace(report, report_id=name, file=file, metadata=known))
        return found

    def vectors(self, source: Source) -> Vectors:
        """Those of the library, or made from them."""
        if self._turn == 0:
            return source.vectors[: self._size]
        return source.grown(np.arange(self._size), np.random.default_rng((5, self._turn)))

    def tokens(self) -> Iterator[Records]:
        """The token records of each passage: those of the real one it was made from."""
        return iter(self._parts.tokens[: self._size])


def topic_of(share: float) -> str:
    """The topic that this share of the made reports has."""
    return f"one of {1 / share:,.0f}"


def _halves(text: str) -> tuple[str, str]:
    spans = sentence_spans(text)
    if not spans:
        return text, ""
    middle = spans[len(spans) // 2][0] or spans[-1][1]
    return text[:middle].strip(), text[middle:].strip()


def token_records(folders: Iterable[Path], dimension: int) -> list[Records]:
    """The token records of every ranked passage, part after part."""
    found: list[Records] = []
    for folder in folders:
        firsts = np.load(folder / FIRSTS_NAME)
        records = np.fromfile(folder / RECORDS_NAME, record_type(dimension))
        found += np.split(records, firsts[1:-1])
    return found
