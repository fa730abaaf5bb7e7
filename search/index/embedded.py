"""The embedded index: one generation's files, opened, behind the `Index` protocol."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.types import Report
from search.encoder.types import Vectors
from search.filters import passing
from search.index.dense import EXACT_UP_TO, DenseHalf
from search.index.layers import LayeredDense
from search.index.lexical import LexicalHalf
from search.index.manifest import Manifest
from search.index.parts import Columns
from search.index.proposing import propose
from search.index.shelves import Shelves
from search.index.tokens import PartedTokens
from search.index.types import Allowed, Candidates, Ordinals, Proposed, Within
from search.stopwatch import Stopwatch
from search.types import Filters


class Generation:
    """An opened generation: `dense`, `lexical` and, where the encoder gives any, `tokens`."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        *,
        dense: DenseHalf | LayeredDense,
        lexical: LexicalHalf,
        tokens: PartedTokens | None,
        store: Shelves,
        columns: Sequence[Columns],
    ) -> None:
        """`columns` are those of each part."""
        self.folder = folder
        self.manifest = manifest
        self.dense = dense
        self.lexical = lexical
        self.tokens = tokens
        self.store = store
        self._report_rows = np.concatenate(
            [store.rows(part)[each["row"]] for part, each in enumerate(columns)]
        )
        self._alike = np.concatenate([each["alike"] for each in columns]).view(np.int64)
        reports, of = store.reports, self._report_rows
        # Nothing here may lead back to this index: one that is done with goes at once.
        self._allowed = lru_cache(maxsize=64)(lambda within: allowed_by(within, reports, of))

    @cached_property
    def _spans(self) -> NDArray[np.int64]:
        """The first ranked passage of each report and the end of its passages, (reports, 2)."""
        rows = self._report_rows
        firsts = np.flatnonzero(np.diff(rows, prepend=-1))
        spans = np.zeros((len(self.store.reports), 2), np.int64)
        spans[rows[firsts]] = np.column_stack([firsts, np.append(firsts[1:], len(rows))])
        return spans

    @cached_property
    def _by_alike(self) -> Ordinals:
        """Ordinals in order of what their passages say; with a million it takes a while."""
        return np.argsort(self._alike, kind="stable")

    @property
    def years(self) -> tuple[int, int]:
        """The years of the oldest and the newest report; zeros where none is known."""
        return self.store.years

    def propose(
        self,
        question: str,
        vector: Callable[[], NDArray[np.float32]],
        depth: int,
        within: Within,
        watch: Stopwatch,
    ) -> Proposed:
        """The `depth` best of each half, every one of them scored by both."""
        with watch.stage("filter"):
            allowed = self._allowed(within)
        return propose(
            question,
            vector,
            depth,
            dense=self.dense,
            lexical=self.lexical,
            allowed=allowed,
            watch=watch,
        )

    def near(self, vectors: Vectors, depth: int, within: Within) -> Iterator[Candidates]:
        """Passages near any of the vectors: all within at once, or the nearest of each."""
        allowed = self._allowed(within)
        mask = np.ones(len(self.dense), np.bool_) if allowed is None else allowed.mask
        ordinals = np.flatnonzero(mask)
        if len(ordinals) <= EXACT_UP_TO:
            if len(ordinals):
                yield Candidates(ordinals, (vectors @ self.vectors(ordinals).T).max(axis=0))
            return
        for vector in vectors:
            yield self.dense.search(vector, depth, allowed)

    def centre(self, sample: int) -> NDArray[np.float32]:
        """The mean vector of an even sample of the passages, shape (dimension,)."""
        count = len(self.dense)
        if not count:
            return np.zeros(self.manifest.encoder.dimension, np.float32)
        places = np.unique(np.linspace(0, count - 1, min(sample, count)).round().astype(np.int64))
        return np.asarray(self.vectors(places).mean(axis=0), np.float32)

    def vectors(self, ordinals: Ordinals) -> Vectors:
        """The vectors of ranked passages, shape (len(ordinals), dimension)."""
        return self.dense.vectors(ordinals)

    def ranked_of(self, report_row: int) -> Ordinals:
        """The ranked passages of a report, in reading order."""
        return np.arange(*self._spans[report_row])

    def report_rows(self, ordinals: Ordinals) -> Ordinals:
        """The report row of each ranked passage."""
        return self._report_rows[ordinals]

    def groups(self, ordinals: Ordinals) -> Ordinals:
        """A number for each ranked passage: near-duplicates share one."""
        return self._alike[ordinals]

    def repeats(self, ordinals: Ordinals, within: Within) -> Mapping[int, list[int]]:
        """For each of these passages the ordinals of its other near-duplicates within."""
        allowed = self._allowed(within)
        groups = self._alike[ordinals]
        starts = np.searchsorted(self._alike, groups, side="left", sorter=self._by_alike)
        ends = np.searchsorted(self._alike, groups, side="right", sorter=self._by_alike)
        return {
            int(ordinal): [
                other
                for other in self._by_alike[start:end].tolist()
                if other != ordinal and (allowed is None or allowed.mask[other])
            ]
            for ordinal, start, end in zip(ordinals, starts, ends, strict=True)
        }

    def passing(self, filters: Filters) -> tuple[Report, ...]:
        """The reports that can be found and pass, in row order."""
        return passing(self.store.reports, filters)

    def check(self) -> None:
        """Nothing: its files are open."""

    def close(self) -> None:
        """Let go of the files; it cannot be used afterwards."""
        self.store.close()


def allowed_by(within: Within, reports: Sequence[Report], report_rows: Ordinals) -> Allowed | None:
    """What may be retrieved; None for everything.

    `report_rows` gives the report row of each passage, by ordinal.
    """
    if within.everything:
        return None
    keep = np.fromiter((within.admits(report) for report in reports), np.bool_, len(reports))
    return Allowed(mask=keep[report_rows], report_rows=np.flatnonzero(keep))
