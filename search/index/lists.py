"""How many lists the vectors of a library lie in, in a database (ADR 0033)."""

from math import ceil, sqrt
from typing import Final

from search.index.manifest import DenseInfo, Manifest

IN_LISTS: Final = "ivf"
_FULL: Final = 2_000  # lists of a million passages, which take 1.1 GB to be made
_OUTGROWN: Final = 2  # times as many lists, or half of them
_SCATTERED: Final = 3.5  # times the root of the lists: about what policy questions need of many


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


def fewest_probes(lists: int, passages: int, exact_up_to: int) -> int:
    """How many lists are gone through at least, where it is as many for every question.

    Real passages lie in clusters, and a made question's nearest in few of them: it finds them in
    fewer lists than the questions of people, whose nearest are scattered, most of all where little
    of a library is near (docs/performance.md).

    Args:
        lists: how many there are.
        passages: in all of them.
        exact_up_to: passages of the largest library whose vectors are all compared; about as many
            at least are gone through in a larger one.
    """
    scattered = ceil(_SCATTERED * sqrt(lists))
    return min(lists, max(scattered, ceil(lists * exact_up_to / passages)))
