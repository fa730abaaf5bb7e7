"""Tokens of passages as vectors: how near each of the question's tokens comes to a passage.

Late interaction (Khattab and Zaharia, 2020, "ColBERT"): a passage's score is the sum over the
question's tokens of the cosine of its nearest token, here weighed by how rare the token is in
the library. Only passages that retrieval proposed are scored. A token takes four bits for each
dimension and ten bytes more; they are read from the disk as they are needed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Tokens, Vectors
from search.errors import IndexUnusable
from search.index.manifest import REBUILD
from search.index.mapping import mapped, saved
from search.index.parts import Places
from search.index.types import Ordinals, Scores

RECORDS_NAME: Final = "tokens.bin"  # one record after the other
FIRSTS_NAME: Final = "token_firsts.npy"  # int64, (ranked + 1,): a passage's first record
COUNTS_NAME: Final = "token_counts.npy"  # int64, (vocabulary,): passages that have a token
LEAST_WEIGHT: Final = 0.01  # of a token that every passage has
_LEVELS: Final = 7  # on either side of zero
_ZERO: Final = 8  # the code of zero

#: Records of one passage: a structured array, shape (tokens,).
Records = NDArray[np.void]


def record_type(dimension: int) -> "np.dtype[Any]":
    """What is kept of a token: its vector is (codes - 8) * scale, two codes in a byte."""
    return np.dtype(
        [("id", "<u4"), ("start", "<u4"), ("scale", "<f2"), ("codes", "u1", (dimension // 2,))]
    )


def pack(tokens: Tokens) -> Records:
    """The records of a text's tokens."""
    count, dimension = tokens.vectors.shape
    records = np.empty(count, record_type(dimension))
    scales = (np.abs(tokens.vectors).max(axis=1) / _LEVELS).astype(np.float16)
    levels = np.rint(tokens.vectors / scales.astype(np.float32)[:, None])
    codes = (np.clip(levels, -_LEVELS, _LEVELS) + _ZERO).astype(np.uint8)
    records["id"], records["start"], records["scale"] = tokens.ids, tokens.starts, scales
    records["codes"] = codes[:, : dimension // 2] | codes[:, dimension // 2 :] << 4
    return records


def write_tokens(passages: Iterable[Records], folder: Path) -> None:
    """Write the records of ranked passages, in order, and how many have each token."""
    counts: list[int] = []
    frequencies = np.zeros(0, np.int64)
    with (folder / RECORDS_NAME).open("wb") as file:
        for records in passages:
            file.write(records.tobytes())
            counts.append(len(records))
            ids = np.unique(records["id"])
            if len(ids) and ids[-1] >= len(frequencies):
                frequencies = np.pad(frequencies, (0, int(ids[-1]) + 1 - len(frequencies)))
            frequencies[ids] += 1
    np.save(folder / FIRSTS_NAME, np.cumsum([0, *counts], dtype=np.int64))
    np.save(folder / COUNTS_NAME, frequencies)


def rarity_of(frequencies: NDArray[np.int64], passages: int) -> NDArray[np.float32]:
    """What each token weighs, from the number of passages that have it, of so many."""
    rarity = np.log((passages + 1) / (frequencies + 0.5))
    return np.maximum(rarity, LEAST_WEIGHT).astype(np.float32)


@dataclass(frozen=True, slots=True)
class TokenFile:
    """The tokens of a part's ranked passages; each one's first is at `firsts`, (ranked + 1,)."""

    records: Records
    firsts: NDArray[np.int64]

    def of(self, place: int) -> Records:
        """The records of one passage."""
        return self.records[self.firsts[place] : self.firsts[place + 1]]


class TokensOf:
    """The tokens of some passages of a library, in memory, to be scored."""

    def __init__(self, each: Sequence[Records], rarity: NDArray[np.float32], passages: int) -> None:
        """`each` passage's, at least one's; `passages` is how many the library has."""
        # As bytes: numpy takes its time to put records together.
        joined = np.concatenate([records.view(np.uint8) for records in each])
        self._records: Records = joined.view(each[0].dtype)
        self._firsts = np.cumsum([0, *map(len, each[:-1])], dtype=np.int64)
        self._rarity = rarity
        self._passages = passages

    def scores(self, query: Tokens) -> Scores:
        """Each passage's score, -1 to 1, shape (passages given,)."""
        nearest = np.maximum.reduceat(self._cosines(query), self._firsts)
        return self._weighed(query, nearest)

    def scores_of_spans(
        self, query: Tokens, spans: Sequence[tuple[int, int]], before: int
    ) -> Scores:
        """The score of each part of the only passage, shape (len(spans),); -1 without a token.

        Args:
            query: the question's tokens.
            spans: offsets in the passage's text.
            before: characters of the embedded text that stand before the passage's own.
        """
        cosines = self._cosines(query)
        at = self._records["start"].astype(np.int64) - before
        scores = np.full(len(spans), -1.0, np.float32)
        for place, (start, end) in enumerate(spans):
            within = (at >= start) & (at < end)
            if within.any():
                scores[place] = self._weighed(query, cosines[within].max(axis=0)[None])[0]
        return scores

    def _cosines(self, query: Tokens) -> Vectors:
        """Shape (records, tokens of the query)."""
        codes, half = np.ascontiguousarray(self._records["codes"]), query.vectors.shape[1] // 2
        asked = query.vectors.T
        products = (codes & 0xF).astype(np.float32) @ asked[:half]
        products += (codes >> 4).astype(np.float32) @ asked[half:]
        products -= _ZERO * asked.sum(axis=0)  # here rather than from each code
        products *= self._records["scale"].astype(np.float32)[:, None]
        return products

    def _weighed(self, query: Tokens, nearest: Vectors) -> Scores:
        """Rows of the cosine of each token's nearest into one number each."""
        unseen = np.log((self._passages + 1) / 0.5)
        known = np.minimum(query.ids, len(self._rarity) - 1)
        weights = np.where(query.ids < len(self._rarity), self._rarity[known], unseen)
        return np.asarray(nearest @ weights / weights.sum(), np.float32)


class PartedTokens:
    """Scores passages by their tokens, which lie in several files."""

    def __init__(
        self, parts: Sequence[TokenFile], places: Places, rarity: NDArray[np.float32]
    ) -> None:
        self._parts = parts
        self._places = places
        self._rarity = rarity

    def score(self, query: Tokens, ordinals: Ordinals) -> Scores:
        """Each given passage's score, -1 to 1, shape (len(ordinals),)."""
        if len(ordinals) == 0:
            return np.empty(0, np.float32)
        return self._of(ordinals).scores(query)

    def score_spans(
        self, query: Tokens, ordinal: int, spans: Sequence[tuple[int, int]], before: int
    ) -> Scores:
        """The score of each part of a passage: see `TokensOf.scores_of_spans`."""
        return self._of(np.array([ordinal])).scores_of_spans(query, spans, before)

    def _of(self, ordinals: Ordinals) -> TokensOf:
        parts = self._places.part(ordinals)
        within = ordinals - self._places.ranked[parts]
        each = [
            self._parts[part].of(place)
            for part, place in zip(parts.tolist(), within.tolist(), strict=True)
        ]
        return TokensOf(each, self._rarity, int(self._places.ranked[-1]))


def open_tokens(folders: Sequence[Path], *, dimension: int, places: Places) -> PartedTokens:
    """Open the tokens of all parts; they stay on the disk.

    Raises:
        IndexUnusable: unreadable, or not of the shape the manifest names.
    """
    ranked = np.diff(places.ranked).tolist()
    parts, total = list[TokenFile](), np.zeros(0, np.int64)
    for folder, count in zip(folders, ranked, strict=True):
        part, counts = _open(folder, dimension=dimension, ranked=count)
        parts.append(part)
        if len(counts) > len(total):
            total = np.pad(total, (0, len(counts) - len(total)))
        total[: len(counts)] += counts
    return PartedTokens(parts, places, rarity_of(total, int(places.ranked[-1])))


def _open(folder: Path, *, dimension: int, ranked: int) -> tuple[TokenFile, NDArray[np.int64]]:
    """A part's, and how many of its passages have each token, (vocabulary,)."""
    kind = record_type(dimension)
    try:
        firsts = saved(folder / FIRSTS_NAME, "<i8")
        counts = saved(folder / COUNTS_NAME, "<i8")
        records = mapped(folder / RECORDS_NAME, kind)
    except (OSError, ValueError) as error:
        raise IndexUnusable(
            f"The tokens in {folder} cannot be opened: {error}", cure=REBUILD
        ) from error
    if len(firsts) != ranked + 1 or firsts[-1] != len(records):
        raise IndexUnusable(
            f"The tokens in {folder} are not those of {ranked} passages.", cure=REBUILD
        )
    return TokenFile(records, firsts), counts
