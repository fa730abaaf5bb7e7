"""The dense half of a new generation: built whole, or what came since beside what there was."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from indexer.parts import VECTORS_NAME
from search.encoder.types import Vectors
from search.index.dense import FLAT
from search.index.dense_writing import write_dense
from search.index.generations import Held
from search.index.layers import FOLDER_NAME, KEYS_NAME, RECENT_NAME, ROWS_NAME, place_vectors
from search.index.linking import link_folder
from search.index.manifest import DenseInfo, Layers, Manifest
from search.index.parts import Places, part_folders, read_columns
from search.index.types import Ordinals


def write_vectors(
    manifest: Manifest, folder: Path, held: Held | None
) -> tuple[DenseInfo, Layers | None]:
    """Write the dense half of a generation whose parts are written.

    Args:
        manifest: names its parts.
        folder: of the generation.
        held: whose arrangement of vectors may be taken over; None: arrange all anew.

    Returns:
        How vectors are searched, and how those that came since.
    """
    folders = part_folders(folder, manifest)
    places = Places.of(part.counts for part in manifest.parts)
    keys = np.concatenate([each["key"] for each in read_columns(folders, places)])
    # Few are written whole each time: that takes less than finding out what changed.
    if held is None or held.manifest.dense.kind == FLAT:
        target = folder / FOLDER_NAME
        target.mkdir()
        info = write_dense(_vectors(folders, places, np.arange(len(keys))), target)
        np.save(target / KEYS_NAME, keys)
        return info, None
    link_folder(held.folder / FOLDER_NAME, folder / FOLDER_NAME)
    rows = place_vectors(keys, np.load(folder / FOLDER_NAME / KEYS_NAME))
    if np.array_equal(rows, np.arange(len(keys))):
        return held.manifest.dense, None
    np.save(folder / ROWS_NAME, rows)
    came = np.setdiff1d(np.arange(len(keys)), rows)
    target = folder / RECENT_NAME
    target.mkdir()
    info = write_dense(_vectors(folders, places, came), target)
    return held.manifest.dense, Layers(info, len(came), int((rows < 0).sum()))


def _vectors(folders: Sequence[Path], places: Places, ordinals: Ordinals) -> Iterator[Vectors]:
    """The vectors of these passages, ascending, from the files of their parts."""
    bounds = np.searchsorted(ordinals, places.ranked)
    for part, folder in enumerate(folders):
        within = ordinals[bounds[part] : bounds[part + 1]] - places.ranked[part]
        vectors = np.load(folder / VECTORS_NAME, mmap_mode="r")
        yield vectors if len(within) == len(vectors) else vectors[within]
