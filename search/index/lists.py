"""How many lists the vectors of a library lie in, in a database (ADR 0033)."""

from math import sqrt
from typing import Final

from search.index.manifest import DenseInfo, Manifest

IN_LISTS: Final = "ivf"
_FULL: Final = 2_000  # lists of a million passages, which take 1.1 GB to be made
_OUTGROWN: Final = 2  # times as many lists, or half of them


def lists_for(passages: int) -> DenseInfo:
    """The lists of so many passages, all of which are gone through until they are tuned.

    More lists hold fewer vectors each, and take memory by their square to be made.
    """
    lists = max(1, round(min(2 * sqrt(passages), max(_FULL, sqrt(passages)))))
    return DenseInfo(kind=IN_LISTS, recall=1.0, lists=lists, probes=lists)


def is_outgrown(manifest: Manifest) -> bool:
    """Whether the lists are far from those that so many passages would have.

    Vectors that were of no use in lists stay without.
    """
    held = manifest.dense.lists
    if manifest.dense.kind != IN_LISTS or not held:
        return False
    wanted = lists_for(manifest.counts.ranked).lists
    return not held / _OUTGROWN <= wanted <= held * _OUTGROWN
