"""BM25 as tantivy has it, in two parts whose product it is.

A term's weight in a passage is kept; its rarity, which changes with the library, comes with the
question, so that the inner product of the two is the passage's score. The lengths of passages are
rounded as tantivy rounds them (Lucene's byte encoding), which a test holds against tantivy.
"""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

K1: Final = 1.2
B: Final = 0.75
_EXACT: Final = 24  # lengths up to this are kept as they are, then with four significant bits


def _decoded(code: int) -> int:
    rest = code - _EXACT
    if rest < 8:  # noqa: PLR2004 - three bits
        return code
    return _EXACT + (((rest & 7) | 8) << ((rest >> 3) - 1))


_LENGTHS: Final = np.array([_decoded(code) for code in range(256)], np.int64)


def rounded(lengths: ArrayLike) -> NDArray[np.int64]:
    """Passages' lengths in terms as tantivy keeps them: never longer than they are."""
    return _LENGTHS[np.searchsorted(_LENGTHS, lengths, side="right") - 1]


def saturation(lengths: ArrayLike, pivot: float) -> NDArray[np.float64]:
    """How many of a term half of what it can weigh takes, by the length of a passage.

    Args:
        lengths: of passages, in terms.
        pivot: the mean length of passages.
    """
    relative = np.asarray(rounded(lengths), np.float64) / max(pivot, 1e-9)
    return K1 * (1 - B + B * relative)


def weights(counts: Mapping[str, int], pivot: float) -> dict[str, float]:
    """What each term weighs in a passage that has it so many times.

    Args:
        counts: of the passage's terms.
        pivot: the mean length of passages, in terms.
    """
    short = float(saturation(sum(counts.values()), pivot))
    return {term: count * (1 + K1) / (count + short) for term, count in counts.items()}


def rarity(frequency: int, passages: int) -> float:
    """What a term weighs that so many of the passages have (inverse document frequency)."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def sparse(values: Mapping[int, float], dimensions: int) -> str:
    """A sparse vector as pgvector reads it, from values by place (from 1)."""
    told = ",".join(f"{place}:{value:.9g}" for place, value in sorted(values.items()))
    return f"{{{told}}}/{dimensions}"
