"""How passages are addressed, what may be retrieved, and what a half of the embedded index is.

A passage is addressed by its *ordinal*: its row number in the generation, from 0. `allowed`
restricts retrieval to some ordinals *inside* the search: the k best allowed ones come back.
"""

from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from corpus.types import Report
from search.filters import passes
from search.types import Filters

Ordinals = NDArray[np.int64]
Scores = NDArray[np.float32]
Q_contra = TypeVar("Q_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Within:
    """Which reports may answer: those that pass the filters, less some by their ids."""

    filters: Filters = Filters()
    without: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether nothing is restricted."""
        return not self.filters.active and not self.without

    def admits(self, report: Report) -> bool:
        """Whether a report may answer."""
        return passes(report, self.filters) and report.report_id not in self.without


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be retrieved: report rows, and the mask over ordinals that follows from them."""

    mask: NDArray[np.bool_]
    report_rows: Ordinals


@dataclass(frozen=True, slots=True)
class Candidates:
    """A retriever's best passages, best first: two arrays of one length."""

    ordinals: Ordinals
    scores: Scores

    def __len__(self) -> int:
        """How many there are."""
        return len(self.ordinals)

    def first(self, k: int) -> Self:
        """The best k."""
        return type(self)(self.ordinals[:k], self.scores[:k])

    def within(self, allowed: Allowed) -> Self:
        """Those that are allowed."""
        kept = allowed.mask[self.ordinals]
        return type(self)(self.ordinals[kept], self.scores[kept])


@dataclass(frozen=True, slots=True)
class Proposed:
    """The candidates of both halves, by ordinal ascending, each scored by both.

    `dense_rank` and `lexical_rank` give an ordinal's rank (from 1) where that half proposed it.
    """

    ordinals: Ordinals
    dense: Scores
    lexical: Scores
    dense_rank: dict[int, int]
    lexical_rank: dict[int, int]


class Retriever(Protocol[Q_contra]):
    """One half of a hybrid index; the query is a vector for one half, text for the other."""

    def __len__(self) -> int:
        """How many passages there are."""
        ...

    def search(self, query: Q_contra, k: int, allowed: Allowed | None = None) -> Candidates:
        """The k best passages among the allowed ones, fewer where fewer match."""
        ...

    def score(self, query: Q_contra, ordinals: Ordinals) -> Scores:
        """This half's score of each given passage, shape (len(ordinals),); 0 without a match."""
        ...
