"""Reports into parts of an index that are small enough to be written anew whenever one changes.

Which part a report is in follows from its id's hash, and from how many passages lie beside it, as
in a trie (Fagin et al., 1979, "Extendible hashing"): a part too large falls in two. The library
alone decides, not its past, so that an index that grew is the index that is built from nothing.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

PART_MOST: Final = 8_192  # passages; a report that has more is a part alone
_BITS: Final = 256


def divide(sizes: Mapping[str, int], most: int = PART_MOST) -> list[list[str]]:
    """Report ids in parts of at most `most` passages; each part by id, one part at least.

    Args:
        sizes: how many passages each report has, by id.
        most: passages of a part.
    """
    hashed = [(int.from_bytes(hashlib.sha256(each.encode()).digest()), each) for each in sizes]
    return list(_parts(hashed, sizes, most, _BITS - 1))


def _parts(
    hashed: Sequence[tuple[int, str]], sizes: Mapping[str, int], most: int, bit: int
) -> Iterator[list[str]]:
    if len(hashed) <= 1 or sum(sizes[each] for _, each in hashed) <= most:
        yield sorted(each for _, each in hashed)
        return
    for side in (0, 1):
        half = [pair for pair in hashed if pair[0] >> bit & 1 == side]
        if half:
            yield from _parts(half, sizes, most, bit - 1)
