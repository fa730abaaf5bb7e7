"""The words of each passage, counted: what BM25 makes of passages that something else found.

tantivy leads from words to passages; to score given ones it goes through nearly all of the words'
postings. Here a passage leads to its words. A word is kept as 64 bits of its hash.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from search.errors import IndexUnusable
from search.index.bm25 import K1, saturation
from search.index.manifest import REBUILD
from search.index.mapping import mapped, saved
from search.index.parts import Places
from search.index.types import Ordinals, Scores

RECORDS_NAME: Final = "words.bin"  # one record after the other
ENDS_NAME: Final = "word_ends.npy"  # of each passage: where its records end, and its length
_RECORD: Final = np.dtype([("term", "<u8"), ("count", "<u2")])
_END: Final = np.dtype([("end", "<i8"), ("length", "<u4")])

#: The spellings of one word of a question, each with its rarity: the one that scores most counts.
Weighted = Sequence[tuple[str, float]]


@lru_cache(maxsize=200_000)
def _key(term: str) -> int:
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")


def write_counts(passages: Iterable[Sequence[str]], folder: Path) -> None:
    """Write those of a part, from the terms of each passage (as `terms.stems` gives them)."""
    ends = []
    end = 0
    with (folder / RECORDS_NAME).open("wb") as file:
        for terms in passages:
            counts = Counter(map(_key, terms))
            records = np.empty(len(counts), _RECORD)
            records["term"] = np.fromiter(counts.keys(), np.uint64, len(counts))
            records["count"] = np.minimum(list(counts.values()), np.iinfo(np.uint16).max)
            file.write(records.tobytes())
            end += len(records)
            ends.append((end, len(terms)))
    np.save(folder / ENDS_NAME, np.array(ends, _END))


class CountedWords:
    """Scores passages by their words. Safe to share by threads."""

    def __init__(
        self, records: Sequence[NDArray[Any]], ends: Sequence[NDArray[Any]], places: Places
    ) -> None:
        """`records` and `ends` are those of each part."""
        # As bytes: numpy takes its time to put records together.
        self._records = [each.view(np.uint8).reshape(-1, _RECORD.itemsize) for each in records]
        self._places = places
        self._ends = np.concatenate([each["end"] for each in ends])
        self._lengths = np.concatenate([each["length"] for each in ends])
        self._pivot = float(self._lengths.mean(dtype=np.float64)) if len(self._lengths) else 0.0

    def score(self, words: Sequence[Weighted], ordinals: Ordinals) -> Scores:
        """The BM25 score of each given passage, shape (len(ordinals),); 0 without any word."""
        rarities = {_key(term): rarity for word in words for term, rarity in word}
        if not rarities or not len(ordinals):
            return np.zeros(len(ordinals), np.float32)
        keys = np.sort(np.fromiter(rarities, np.uint64, len(rarities)))
        places = {int(key): place for place, key in enumerate(keys)}
        weights = self._weights(keys, ordinals)
        weights *= np.array([rarities[key] for key in places])[:, None]
        rows = ([places[_key(term)] for term, _ in word] for word in words)
        best = np.array([weights[each].max(axis=0) for each in rows if each])
        return np.asarray(best.sum(axis=0), np.float32)

    def _weights(self, keys: NDArray[np.uint64], ordinals: Ordinals) -> NDArray[np.float64]:
        """What each term weighs in each passage but for its rarity, shape (keys, passages)."""
        parts, ends = self._places.part(ordinals), self._ends[ordinals]
        is_first = ordinals == self._places.ranked[parts]
        starts = np.where(is_first, 0, self._ends[ordinals - 1])
        held = [
            self._records[part][start:end]
            for part, start, end in zip(parts.tolist(), starts.tolist(), ends.tolist(), strict=True)
        ]
        passages = np.repeat(np.arange(len(held)), ends - starts)
        records = np.concatenate(held).view(_RECORD)[:, 0]
        terms = np.ascontiguousarray(records["term"])
        at = np.minimum(np.searchsorted(keys, terms), len(keys) - 1)
        found = np.flatnonzero(keys[at] == terms)
        passages, counts = passages[found], records["count"][found].astype(np.float64)
        short = saturation(self._lengths[ordinals], self._pivot)[passages]
        weights = np.zeros((len(keys), len(ordinals)))
        weights[at[found], passages] = counts * (1 + K1) / (counts + short)
        return weights


def open_counts(folders: Sequence[Path], places: Places) -> CountedWords:
    """Open those of all parts; they stay on the disk.

    Raises:
        IndexUnusable: unreadable, or not as many as there are passages.
    """
    records, ends = [], []
    for folder, ranked in zip(folders, np.diff(places.ranked).tolist(), strict=True):
        path = folder / RECORDS_NAME
        try:
            ends.append(saved(folder / ENDS_NAME, _END))
            records.append(mapped(path, _RECORD))
        except (OSError, ValueError) as error:
            raise IndexUnusable(f"The words {path} cannot be opened.", cure=REBUILD) from error
        last = int(ends[-1]["end"][-1]) if len(ends[-1]) else 0
        if len(ends[-1]) != ranked or last != len(records[-1]):
            raise IndexUnusable(
                f"The words {path} are not those of {ranked} passages.", cure=REBUILD
            )
    return CountedWords(records, ends, places)
