"""The small protocol both halves of an index answer to; a cluster engine may stand in for either.

A passage is addressed by its *ordinal*: its row number in the generation, from 0. `allowed`
restricts retrieval to some ordinals *inside* the search: the k best allowed ones come back.
"""

from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Ordinals = NDArray[np.int64]
Scores = NDArray[np.float32]
Q_contra = TypeVar("Q_contra", contravariant=True)


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


class Retriever(Protocol[Q_contra]):
    """One half of a hybrid index; the query is a vector for one half, text for the other."""

    def search(self, query: Q_contra, k: int, allowed: Allowed | None = None) -> Candidates:
        """The k best passages among the allowed ones, fewer where fewer match."""
        ...

    def score(self, query: Q_contra, ordinals: Ordinals) -> Scores:
        """This half's score of each given passage, shape (len(ordinals),); 0 without a match."""
        ...
