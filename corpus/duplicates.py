"""Near-duplicate passages, within a report and across reports.

Candidates come from MinHash signatures banded by locality-sensitive hashing (Broder, 1997,
"On the resemblance and containment of documents"; datasketch), and are kept where the exact
Jaccard similarity of their five-word shingles reaches `ALIKE` and they differ in small words
alone: a finding and its opposite are often one word apart, and neither may hide the other.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from datasketch import MinHash, MinHashLSH

ALIKE: Final = 0.8
SHINGLE: Final = 5  # words
SHORTEST: Final = 12  # words; a shorter text is only a duplicate of an identical one
PERMUTATIONS: Final = 64
_WORD: Final = re.compile(r"[^\W_]+|[-+<>=%\u2212\u2264\u2265\u00a3$\u20ac]")
#: Words two near-duplicates may differ in; any other makes them say different things.
_SMALL: Final = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "it", "its", "of", "on"}
    | {"page", "see", "that", "the", "this", "to", "was", "were", "with"}
)


def group_duplicates(texts: Sequence[str]) -> list[int]:
    """For each text the place of the first text of its group: its own, where it stands alone.

    The result depends on the texts and their order alone.
    """
    words = [_WORD.findall(text.casefold()) for text in texts]
    first = list(range(len(texts)))
    identical: dict[str, int] = {}
    distinct: list[int] = []
    for place, found in enumerate(words):
        first[place] = identical.setdefault(" ".join(found), place)
        if first[place] == place and len(found) >= SHORTEST:
            distinct.append(place)
    for one, other in _similar(distinct, words):
        _join(first, one, other)
    return [_root(first, place) for place in range(len(texts))]


def _similar(places: list[int], words: list[list[str]]) -> list[tuple[int, int]]:
    """Pairs of places, the earlier first, whose shingles are alike."""
    shingles = {place: _shingles(words[place]) for place in places}
    hashes = MinHash.bulk(
        ([shingle.encode() for shingle in sorted(shingles[place])] for place in places),
        num_perm=PERMUTATIONS,
    )
    table = MinHashLSH(threshold=ALIKE - 0.1, num_perm=PERMUTATIONS)
    pairs = []
    for place, signature in zip(places, hashes, strict=True):
        pairs += [
            (earlier, place)
            for earlier in sorted(table.query(signature))
            if _jaccard(shingles[earlier], shingles[place]) >= ALIKE
            and _differ_in_small_words(words[earlier], words[place])
        ]
        table.insert(place, signature, check_duplication=False)
    return pairs


def _shingles(words: list[str]) -> frozenset[str]:
    return frozenset(" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _differ_in_small_words(one: list[str], other: list[str]) -> bool:
    """Whether no number, sign or telling word ("raised", "not") stands in one alone."""
    a, b = Counter(one), Counter(other)
    return ((a - b) + (b - a)).keys() <= _SMALL


def _root(first: list[int], place: int) -> int:
    while first[place] != place:
        place = first[place]
    return place


def _join(first: list[int], one: int, other: int) -> None:
    a, b = _root(first, one), _root(first, other)
    first[max(a, b)] = min(a, b)
