"""Opening a generation on disk, with the libraries that search it.

Apart from `search.index.generations`, so that which encoder is needed is known, and that is being
opened, while these are imported.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from search.errors import IndexUnusable
from search.index.counted import open_counts
from search.index.embedded import Generation
from search.index.layers import open_layers
from search.index.lexical import open_lexical
from search.index.manifest import REBUILD, Manifest, read_manifest, verify_files
from search.index.numbers import Numbers
from search.index.parts import Places, part_folders, read_columns
from search.index.shelves import Shelves
from search.index.store import Store
from search.index.stores import many_files, open_stores
from search.index.tokens import open_tokens


def open_generation(folder: Path, *, read_all: bool = False) -> Generation:
    """Open a generation's folder, every file checked against the manifest (`verify_files`).

    Raises:
        IndexUnusable: damaged or of another format version.
    """
    manifest = read_manifest(folder)
    folders = part_folders(folder, manifest)
    with ExitStack() as opened, many_files(len(folders)):
        verify_files(manifest, folder, read_all=read_all)
        stores = open_stores(folders)
        for store in stores:
            opened.callback(store.close)
        generation = _open(manifest, folder, stores)
        opened.pop_all()  # they are the generation's to close
    return generation


def _open(manifest: Manifest, folder: Path, stores: Sequence[Store]) -> Generation:
    """Open the rest of a generation whose stores, one a part, are open."""
    places = Places.of(part.counts for part in manifest.parts)
    folders = part_folders(folder, manifest)
    tokens = manifest.encoder.token_dimension
    shelves = Shelves(stores, places)
    if (standing := shelves.standing) != manifest.counts.reports:
        raise IndexUnusable(
            f"The stores in {folder} hold {standing} reports; "
            f"the manifest says {manifest.counts.reports}.",
            cure=REBUILD,
        )
    return Generation(
        folder=folder,
        manifest=manifest,
        dense=open_layers(folder, manifest),
        lexical=open_lexical(
            folder,
            ranked=manifest.counts.ranked,
            numbers=_numbers(manifest, shelves, places),
            counted=open_counts(folders, places),
        ),
        tokens=open_tokens(folders, dimension=tokens, places=places) if tokens else None,
        store=shelves,
        columns=read_columns(folders, places),
    )


def _numbers(manifest: Manifest, shelves: Shelves, places: Places) -> Numbers:
    """The lexical half's."""
    starts = np.array([part.numbered_from for part in manifest.parts], np.int64)
    parts, rows = shelves.places()
    return Numbers(starts, places.ranked, starts[parts] + rows)
