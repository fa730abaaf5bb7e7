"""Sentences of passages as vectors: what a passage's best sentence has to do with a question.

Only passages that retrieval proposed are scored by their sentences ("late": after the candidates
are there). Vectors are kept as bytes with a scale for each, and read from the disk as they are
needed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus.sentences import sentence_spans
from search.encoder.types import Vectors
from search.errors import IndexUnusable
from search.index.manifest import REBUILD
from search.index.types import Ordinals, Scores

VECTORS_NAME: Final = "sentences.npy"  # int8, (sentences, dimension)
SCALES_NAME: Final = "sentence_scales.npy"  # float32, (sentences,)
FIRSTS_NAME: Final = "sentence_firsts.npy"  # int64, (ranked + 1,): a passage's first sentence
SHORTEST: Final = 25  # characters; shorter ones say nothing by themselves
_LARGEST: Final = 127


def scored_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences a passage is scored by; of all of it where all are short."""
    found = [(start, end) for start, end in sentence_spans(text) if end - start >= SHORTEST]
    return found or [(0, len(text))]


def sentences_of(text: str) -> list[str]:
    """The sentences a passage is scored by."""
    return [text[start:end] for start, end in scored_spans(text)]


@dataclass(frozen=True, slots=True)
class Sentences:
    """Vectors of sentences as bytes: row i is `vectors[i] * scales[i]`.

    Those of passage p are rows `firsts[p]` to `firsts[p + 1]`, at least one.
    """

    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    firsts: NDArray[np.int64]


def pack(blocks: Iterable[Vectors], counts: Sequence[int], dimension: int) -> Sentences:
    """Vectors as bytes.

    Args:
        blocks: the vectors of all sentences in order, shape (any, dimension) each.
        counts: how many sentences each passage has.
        dimension: of the vectors.
    """
    firsts = np.concatenate([[0], np.cumsum(np.asarray(counts, np.int64))]).astype(np.int64)
    vectors = np.empty((int(firsts[-1]), dimension), np.int8)
    scales = np.empty(len(vectors), np.float32)
    done = 0
    for block in blocks:
        scale = np.maximum(np.abs(block).max(axis=1), 1e-9) / _LARGEST
        scales[done : done + len(block)] = scale
        vectors[done : done + len(block)] = np.rint(block / scale[:, None])
        done += len(block)
    return Sentences(vectors, scales, firsts)


def write_sentences(sentences: Sentences, folder: Path) -> None:
    """Write them into a generation's folder."""
    np.save(folder / VECTORS_NAME, sentences.vectors)
    np.save(folder / SCALES_NAME, sentences.scales)
    np.save(folder / FIRSTS_NAME, sentences.firsts)


class SentenceHalf:
    """Scores passages by their best sentence."""

    def __init__(self, sentences: Sentences) -> None:
        self._held = sentences

    def score(self, query: NDArray[np.float32], ordinals: Ordinals) -> Scores:
        """The cosine of each given passage's best sentence, shape (len(ordinals),)."""
        if len(ordinals) == 0:
            return np.empty(0, np.float32)
        firsts, ends = self._held.firsts[ordinals], self._held.firsts[ordinals + 1]
        counts = ends - firsts
        starts = np.cumsum(counts) - counts
        rows = np.arange(int(counts.sum())) + np.repeat(firsts - starts, counts)
        cosines = (self._held.vectors[rows] @ query) * self._held.scales[rows]
        return np.asarray(np.maximum.reduceat(cosines, starts), np.float32)

    def score_each(self, query: NDArray[np.float32], ordinal: int) -> Scores:
        """The cosine of each of a passage's sentences, in the order of `scored_spans`."""
        rows = slice(*self._held.firsts[ordinal : ordinal + 2])
        return np.asarray((self._held.vectors[rows] @ query) * self._held.scales[rows], np.float32)


def open_sentences(folder: Path, *, dimension: int, ranked: int) -> SentenceHalf:
    """Open the sentences of a generation; they stay on the disk.

    Raises:
        IndexUnusable: unreadable, or not of the shape the manifest names.
    """
    try:
        held = Sentences(
            np.load(folder / VECTORS_NAME, mmap_mode="r"),
            np.load(folder / SCALES_NAME, mmap_mode="r"),
            np.load(folder / FIRSTS_NAME),
        )
    except (OSError, ValueError) as error:
        raise IndexUnusable(
            f"The sentences in {folder} cannot be opened: {error}", cure=REBUILD
        ) from error
    shape = (len(held.scales), dimension)
    if len(held.firsts) != ranked + 1 or held.vectors.shape != shape or held.firsts[-1] != shape[0]:
        raise IndexUnusable(
            f"The sentences in {folder} are not those of {ranked} passages.", cure=REBUILD
        )
    return SentenceHalf(held)
