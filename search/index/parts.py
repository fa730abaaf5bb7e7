"""Where the passages of each part lie among those of the whole generation.

Ranked passages come first, those of one part after those of another, so that ordinals below
`Manifest.counts.ranked` are those that can be retrieved; then the unranked ones, likewise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from search.errors import IndexUnusable
from search.index.manifest import REBUILD, Counts, Manifest
from search.index.mapping import saved
from search.index.types import Ordinals

FOLDER_NAME: Final = "parts"
COLUMNS_NAME: Final = "passages.npy"

#: Of a ranked passage: `key` names its id and the text that is embedded for it, `alike` what it
#: says (near-duplicates share it), `row` is its report's within the part.
COLUMNS: Final = np.dtype([("key", "<u8"), ("alike", "<u8"), ("row", "<u4")])
Columns = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Places:
    """Ordinals of passages by part.

    `ranked` (parts + 1,) has each part's first ranked ordinal and how many there are in all;
    `others` likewise those of the unranked passages, which come after all ranked ones.
    """

    ranked: Ordinals
    others: Ordinals

    @classmethod
    def of(cls, counts: Iterable[Counts]) -> Self:
        """Parts with so many passages, in order."""
        pairs = [(each.ranked, each.passages - each.ranked) for each in counts]
        firsts = np.cumsum([(0, 0), *pairs], axis=0, dtype=np.int64)
        return cls(firsts[:, 0], firsts[:, 1] + firsts[-1, 0])

    def part(self, ordinals: Ordinals) -> Ordinals:
        """The part in which each ranked passage is."""
        return np.searchsorted(self.ranked, ordinals, side="right") - 1

    def find(self, ordinal: int) -> tuple[int, int]:
        """The part in which a passage is, and its ordinal there."""
        is_ranked = ordinal < self.ranked[-1]
        firsts = self.ranked if is_ranked else self.others
        part = int(np.searchsorted(firsts, ordinal, side="right")) - 1
        before = 0 if is_ranked else self._ranked_in(part)
        return part, before + ordinal - int(firsts[part])

    def ordinal(self, part: int, within: int) -> int:
        """The ordinal of a passage by its part and its ordinal there."""
        ranked = self._ranked_in(part)
        if within < ranked:
            return int(self.ranked[part]) + within
        return int(self.others[part]) + within - ranked

    def _ranked_in(self, part: int) -> int:
        return int(self.ranked[part + 1] - self.ranked[part])


def write_columns(columns: Columns, folder: Path) -> None:
    """Write those of a part."""
    np.save(folder / COLUMNS_NAME, columns)


def read_columns(folders: Sequence[Path], places: Places) -> list[Columns]:
    """The columns of each part.

    Raises:
        IndexUnusable: unreadable, or not as many as the manifest says.
    """
    try:
        found: list[Columns] = [saved(folder / COLUMNS_NAME, COLUMNS) for folder in folders]
    except (OSError, ValueError) as error:
        raise IndexUnusable(
            f"A part of the index cannot be opened: {error}", cure=REBUILD
        ) from error
    if [len(each) for each in found] != np.diff(places.ranked).tolist():
        raise IndexUnusable("The parts of the index are not those of its manifest.", cure=REBUILD)
    return found


def part_folders(folder: Path, manifest: Manifest) -> list[Path]:
    """The folders of a generation's parts, in order."""
    return [folder / FOLDER_NAME / part.name for part in manifest.parts]
