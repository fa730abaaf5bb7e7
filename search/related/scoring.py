"""How near two studies are, by the vectors of their passages.

Vectors are centred first: what all passages of the library have in common (that they are prose
about public policy) says nothing of two of them, and without it the rest tells more (the common
mean removed, as in Mu and Viswanath (2018), "All-but-the-Top"). Then each passage of the one is
held against its nearest of the other, both ways, and the two means are averaged (the symmetric
form of the sum of best matches of Khattab and Zaharia (2020), "ColBERT"; as a distance between
sets it is the Chamfer distance). `benchmarks.relevance.related` compares it with the mean of a
report's passages, with its best pairs alone and with mixes (docs/relevance.md).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Vectors

CLOSE: Final = 0.3
SAME: Final = 0.9  # the cosine from which a passage repeats another


def centred(vectors: Vectors, centre: NDArray[np.float32]) -> Vectors:
    """Unit vectors, shape (n, dimension), less `centre`, and made unit length again."""
    moved = vectors - centre
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-9), np.float32)


def nearness(cosines: NDArray[np.float32]) -> float:
    """How near two studies are, -1 to 1, from the cosines of their passages, shape (a, b)."""
    return float((cosines.max(axis=1).mean() + cosines.max(axis=0).mean()) / 2)


def closest(cosines: NDArray[np.float32], most: int) -> list[tuple[int, int]]:
    """The closest pairs, best first: each row's and each column's passage once at most."""
    left = cosines.copy()
    pairs: list[tuple[int, int]] = []
    while len(pairs) < min(most, *cosines.shape):
        row, column = (int(place) for place in np.unravel_index(np.argmax(left), left.shape))
        pairs.append((row, column))
        left[row, :] = left[:, column] = -np.inf
    return pairs


def thinned(count: int, most: int) -> NDArray[np.int64]:
    """At most `most` of `count` places, evenly spread, in order."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.int64))
