"""A generation written beside the live one, verified, and swapped in.

Parts that are what they were are taken over from the live generation as they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

from corpus.passages import PassageRules
from indexer.content import Content
from indexer.errors import BuildFailed
from indexer.layers import write_vectors
from indexer.parts import VECTORS_NAME, write_part
from search.encoder.types import EncoderSpec
from search.errors import IndexUnusable
from search.index.embedded import Generation
from search.index.generations import Generations, Held, generation_id
from search.index.lexical import FOLDER_NAME as LEXICAL
from search.index.lexical_writing import join_lexical
from search.index.linking import link_folder
from search.index.manifest import (
    FORMAT_VERSION,
    Counts,
    DenseInfo,
    Manifest,
    Part,
    by_inode,
    checksum_files,
    numbered_from,
    write_manifest,
)
from search.index.opening import open_generation
from search.index.parts import FOLDER_NAME as PARTS
from search.index.parts import Places, part_folders

_NOT_WRITTEN: Final = DenseInfo(kind="", recall=0.0)
_SAME: Final = 0.999  # cosine of a vector with itself, rounding allowed
_PROBES: Final = 50  # passages asked for by their own vector before a generation is trusted


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part a generation shall have: `key` names its content, which is made when it is needed."""

    key: str
    content: Callable[[], Content]


def publish(
    content: Content,
    generations: Generations,
    *,
    encoder: EncoderSpec,
    rules: PassageRules,
    library_digest: str,
) -> Manifest:
    """Write a generation of one part; see `publish_parts`."""
    return publish_parts(
        [Wanted(content.digest(), lambda: content)],
        generations,
        encoder=encoder,
        rules=rules,
        library_digest=library_digest,
    )


def publish_parts(
    wanted: Sequence[Wanted],
    generations: Generations,
    *,
    encoder: EncoderSpec,
    rules: PassageRules,
    library_digest: str,
    held: Held | None = None,
    whole: bool = False,
) -> Manifest:
    """Write a generation, verify it, make it the live one, and prune old ones.

    Args:
        wanted: its parts, one at least; one numbered as another gets a key of its own.
        generations: of the home.
        encoder: what made the vectors.
        rules: what cut the passages.
        library_digest: names the state of the library.
        held: the live generation, found sound, of which parts may be taken over; None: of none.
        whole: arrange all vectors at once, even where those that came since can be searched apart.

    Raises:
        BuildFailed: what was written does not check out; the live index is untouched.
    """
    now = datetime.now(UTC)
    if held and held.manifest.encoder != encoder:
        held = None
    wanted = _told_apart(wanted)
    with generations.writing(f"{now:%Y%m%dT%H%M%S%f}") as folder:
        parts = tuple(_part(each, held, folder, encoder) for each in wanted)
        digest = sha256("".join(part.content for part in parts).encode()).hexdigest()
        manifest = Manifest(
            format_version=FORMAT_VERSION,
            generation=generation_id(now, digest),
            created=now.isoformat(timespec="seconds"),
            encoder=encoder,
            passage_rules=rules,
            counts=_sum(parts),
            dense=_NOT_WRITTEN,
            library_digest=library_digest,
            content_digest=digest,
            files={},
            parts=parts,
        )
        _write_lexical(manifest, folder, held)
        dense, layers = write_vectors(manifest, folder, None if whole else held)
        known = by_inode(held.manifest, held.folder) if held else {}
        manifest = replace(manifest, dense=dense, layers=layers)
        manifest = replace(manifest, files=checksum_files(folder, known))
        write_manifest(manifest, folder)
        _verify(folder, held)
        generations.publish(folder, manifest.generation, known)
    generations.prune()
    return manifest


def _told_apart(wanted: Sequence[Wanted]) -> list[Wanted]:
    """With other keys for parts that would have the numbers of one before them.

    Numbers are made of 39 bits of a key: among a thousand parts two share them once in two
    million builds.
    """
    taken: set[int] = set()
    apart = []
    for each in wanted:
        key = each.key
        while numbered_from(key) in taken:
            key = sha256(key.encode()).hexdigest()
        taken.add(numbered_from(key))
        apart.append(replace(each, key=key))
    return apart


def _part(wanted: Wanted, held: Held | None, folder: Path, encoder: EncoderSpec) -> Part:
    """Take a part over, or write it."""
    if held:
        for part, source in zip(held.manifest.parts, held.parts, strict=True):
            if part.key == wanted.key:
                link_folder(source, folder / PARTS / part.name)
                return part
    return write_part(
        wanted.content(),
        wanted.key,
        folder / PARTS,
        token_dimension=encoder.token_dimension,
    )


def _sum(parts: Sequence[Part]) -> Counts:
    return Counts(
        sum(part.counts.reports for part in parts),
        sum(part.counts.passages for part in parts),
        sum(part.counts.ranked for part in parts),
    )


def _write_lexical(manifest: Manifest, folder: Path, held: Held | None) -> None:
    if held and held.manifest.parts == manifest.parts:
        link_folder(held.folder / LEXICAL, folder / LEXICAL)
    else:
        join_lexical(part_folders(folder, manifest), folder)


def _verify(folder: Path, held: Held | None) -> None:
    """Open it as a reader would, and ask for a sample of the new passages by vector and by id."""
    old = {part.key for part in held.manifest.parts} if held else set[str]()
    try:
        generation = open_generation(folder)
    except IndexUnusable as error:
        raise BuildFailed(f"The new index does not open: {error}", cure=_CURE) from error
    try:
        parts = generation.manifest.parts
        new = [place for place, part in enumerate(parts) if part.key not in old]
        new = new or list(range(len(parts)))  # vectors were arranged anew
        for place in new:
            _probe(generation, place, max(1, _PROBES // len(new)))
    finally:
        generation.close()


def _probe(generation: Generation, place: int, most: int) -> None:
    """Ask for some passages of a part by their vector, and by their id."""
    part = generation.manifest.parts[place]
    places = Places.of(each.counts for each in generation.manifest.parts)
    vectors = np.load(generation.folder / PARTS / part.name / VECTORS_NAME, mmap_mode="r")
    for within in range(0, part.counts.ranked, max(1, part.counts.ranked // most)):
        ordinal = places.ordinal(place, within)
        best = generation.dense.search(vectors[within], 1)
        stored = generation.store.fetch([ordinal])[ordinal].passage
        known = generation.store.passage(stored.passage_id)
        if not len(best) or best.scores[0] <= _SAME or known.ordinal != ordinal:
            raise BuildFailed(f"The new index does not give back passage {ordinal}.", cure=_CURE)


_CURE: Final = "The live index is untouched. Check the disk's space and health, then try again."
