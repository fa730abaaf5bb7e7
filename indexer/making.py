"""The library into an index: in the home, part by part, or in a database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from corpus.library.fingerprint import fingerprint
from corpus.library.shelf import Shelved
from corpus.passages import PassageRules
from indexer.content import Content
from indexer.dividing import PART_MOST, divide
from indexer.filling import Filling, grouped
from indexer.progress import Progress
from indexer.publish import Wanted, publish_parts
from search.encoder.types import EncoderSpec
from search.index.address import Address
from search.index.generations import Generations, Held
from search.index.layers import is_overdue
from search.index.manifest import Manifest
from search.index.tokens import Records
from search.loading import open_engine


@dataclass(frozen=True, slots=True)
class Making:
    """What the writing of an index goes by.

    `anew` takes nothing over from a live one in a database; a part has `part_most` passages at
    most.
    """

    encoder: EncoderSpec
    rules: PassageRules
    library_digest: str
    progress: Progress
    anew: bool = False
    part_most: int = PART_MOST


def to_engine(
    filling: Filling, shelved: Sequence[Shelved], making: Making, engine: Address
) -> Manifest:
    """Write the index into the database."""
    from indexer.engine import publish_to_engine  # noqa: PLC0415 - its driver is an extra

    making.progress.start("Splitting into passages", len(shelved), "reports")
    filling.cut(shelved)
    with closing(open_engine(engine)) as places:
        return publish_to_engine(
            lambda: grouped(filling.content(shelved)),
            places,
            encoder=making.encoder,
            rules=making.rules,
            library_digest=making.library_digest,
            progress=making.progress,
            anew=making.anew,
        )


def to_files(
    filling: Filling,
    shelved: Sequence[Shelved],
    stamps: Mapping[str, bytes],
    making: Making,
    generations: Generations,
    held: Held | None,
) -> Manifest:
    """Write the index into the home; then, where it is due, once more with its vectors in one.

    `stamps` are of the reports, by id; `held` is what may be taken over from.
    """
    making.progress.start("Splitting into passages", len(shelved), "reports")
    sizes = filling.cut(shelved)
    by_id = {each.report.report_id: each for each in shelved}

    def wanted(names: Sequence[str]) -> Wanted:
        told = (stamps[name] for name in names)
        key = fingerprint(told, making.rules, making.encoder.model_hash)
        return Wanted(key, lambda: _told(filling.content([by_id[n] for n in names]), making))

    write = partial(
        publish_parts,
        [wanted(names) for names in divide(sizes, making.part_most)],
        generations,
        encoder=making.encoder,
        rules=making.rules,
        library_digest=making.library_digest,
    )
    manifest = write(held=held)
    if is_overdue(manifest):
        making.progress.start("Arranging vectors anew", 1, "generations")
        written = Held(manifest, generations.path(manifest.generation))
        manifest = write(held=written, whole=True)
        making.progress.advance()
    return manifest


def _told(content: Content, making: Making) -> Content:
    """Content that tells, as its tokens are taken, how far its writing is."""
    ranked = len(content.vectors)
    making.progress.start("Writing passages", ranked, "passages")
    if making.encoder.token_dimension:
        return replace(content, tokens=_each(content.tokens, making.progress))
    making.progress.advance(ranked)
    return content


def _each(tokens: Iterable[Records], progress: Progress) -> Iterator[Records]:
    for records in tokens:
        yield records
        progress.advance()
