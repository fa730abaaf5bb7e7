"""The library into a database: what changed of it, or a whole generation beside the live one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from corpus.passages import PassageRules
from indexer.content import Content
from indexer.content_rows import ContentRows, stems_of
from indexer.errors import BuildFailed
from indexer.probing import FLAT, clusters_of, is_dated, tuned
from indexer.progress import Progress
from search.encoder.types import EncoderSpec
from search.index.generations import generation_id
from search.index.layers import is_overdue
from search.index.lists import lists_for
from search.index.manifest import FORMAT_VERSION, Manifest
from search.index.postgres.generating import Generating, Kept
from search.index.postgres.generations import EngineGenerations
from search.index.postgres.opened import EngineIndex, Routing
from search.index.postgres.writing import Writer
from search.index.types import Within

DRIFT: Final = 0.05  # of the mean length that lexical weights rest on, until they are made anew
_SAMPLE: Final = 50  # passages asked for by their own vector before a generation is trusted
_SAME: Final = 0.99  # cosine of a vector with itself, kept in 16 bits
_NONE: Final = (0, b"")
_MEASURED: Final = 5_000  # passages that tell whether the mean length has drifted
_CURE: Final = "Look at the database's log and its disk's space, then try again."


def publish_to_engine(
    content: Callable[[], Content],
    generations: EngineGenerations,
    *,
    encoder: EncoderSpec,
    rules: PassageRules,
    library_digest: str,
    progress: Progress,
    anew: bool = False,
) -> Manifest:
    """Bring the database up to date with the library, and make that the live generation.

    Reports that went are gone, and those that came are there, as each batch is written; then,
    where it is due, all is written once more beside that. Stopped half-way, it goes on where it
    was. Nobody else writes meanwhile.

    Args:
        content: gives the whole library, once for each writing.
        generations: of the database.
        encoder: what made the vectors.
        rules: what cut the passages.
        library_digest: names the state of the library.
        progress: told how it goes.
        anew: write a generation beside the live one even where that would do.

    Raises:
        EngineUnavailable: the database does not answer.
        IndexUnusable: it cannot keep an index, or another process is writing.
        BuildFailed: what was written does not come back.
    """
    made = _Made(encoder, rules, library_digest, progress, generations.routing)
    first = content()  # which may encode for hours: nobody is kept out meanwhile
    with generations.writing() as writing:
        manifest = _published(first, writing, made, anew=anew)
        if is_overdue(manifest):
            progress.say("The library needs other lists of vectors: all is written anew")
            manifest = _published(content(), writing, made, anew=True)
    return manifest


@dataclass(frozen=True, slots=True)
class _Made:
    """What a writing goes by, besides the library."""

    encoder: EncoderSpec
    rules: PassageRules
    library_digest: str
    progress: Progress
    routing: Routing


def _published(content: Content, writing: Generating, made: _Made, *, anew: bool) -> Manifest:
    """Write the library, into the live generation where that does and `anew` does not forbid it."""
    now = datetime.now(UTC)
    digests = content.digests()
    digest = content.digest(digests)
    counts = content.counts
    exact = made.routing.is_exact(counts.ranked, filtered=False)
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        generation=generation_id(now, digest),
        created=now.isoformat(timespec="seconds"),
        encoder=made.encoder,
        passage_rules=made.rules,
        counts=counts,
        dense=FLAT if exact else lists_for(counts.ranked),
        library_digest=made.library_digest,
        content_digest=digest,
        files={},
    )
    kept = _place(writing, manifest, content, anew=anew)
    writer = Writer(
        writing.connection,
        kept.number,
        pivot=kept.pivot,
        token_dimension=made.encoder.token_dimension,
    )
    _write(content, digests, writer, made.progress)
    held = kept.manifest if kept.state == "live" else None
    if held and held.dense.kind == manifest.dense.kind:
        manifest = replace(manifest, dense=held.dense)
        untuned = is_dated(manifest)
    else:
        writer.make_indexes()
        untuned = manifest.dense.lists > 0
        if untuned:
            made.progress.say("Arranging the vectors in lists")
            writer.make_lists(manifest.dense.lists, made.encoder.dimension)
    if untuned:
        clusters = clusters_of(content.vectors, manifest.dense.lists)
        writer.write_clusters(*clusters)
        opened = partial(writing.opened, kept.number)
        manifest = tuned(manifest, content.vectors, clusters, opened, made.progress)
    _verify(content, writing.opened(kept.number, manifest))
    writing.publish(kept.number, manifest)
    if not manifest.dense.lists:
        writer.drop_vector_indexes()
    return manifest


def _place(writing: Generating, wanted: Manifest, content: Content, *, anew: bool) -> Kept:
    """The generation to write into: the live one, one that was begun, or a new one."""
    live = [] if anew else writing.kept("live")
    for kept in live:
        if _fits(kept, wanted, _mean_length(content, _MEASURED)):
            return kept
    pivot = _mean_length(content)
    for begun in writing.kept("building"):
        if _fits(begun, wanted, pivot):
            return begun
        writing.drop(begun.number)
    return writing.begin(wanted, pivot)


def _fits(kept: Kept, wanted: Manifest, pivot: float) -> bool:
    """Whether vectors, passages and weights of a generation are those that would be written."""
    held = kept.manifest
    return (
        held is not None
        and (held.encoder, held.passage_rules) == (wanted.encoder, wanted.passage_rules)
        and abs(kept.pivot - pivot) <= DRIFT * pivot
    )


def _mean_length(content: Content, most: int | None = None) -> float:
    """Terms a ranked passage has, on average; of an even share of them where `most` is given."""
    count = len(content.vectors)
    every = max(1, count // most) if most else 1
    ranked = content.entries[:count:every]
    return sum(len(stems_of(content, entry)) for entry in ranked) / max(1, len(ranked))


def _write(content: Content, digests: Sequence[bytes], writer: Writer, progress: Progress) -> None:
    """Write what differs, a batch of reports at a time."""
    library = ContentRows(content)
    held = writer.held()
    ids = [report.report_id for report in content.reports]
    came = [str(report.added).encode() for report in content.reports]
    digests = [digest + when for digest, when in zip(digests, came, strict=True)]
    changed = [row for row, name in enumerate(ids) if held.get(name, _NONE)[1] != digests[row]]
    standing = set(ids)
    writer.replace([row for name, (row, _) in held.items() if name not in standing], [])
    progress.start("Writing the index", len(changed), "reports")
    for batch in library.batches(changed):
        old = [held[ids[row]][0] for row in batch if ids[row] in held]
        writer.replace(old, [library.row(row, digests[row]) for row in batch])
        progress.advance(len(batch))


def _verify(content: Content, index: EngineIndex) -> None:
    """Ask for a sample of passages by their vector and by their id."""
    ranked = len(content.vectors)
    for place in range(0, ranked, max(1, ranked // _SAMPLE)):
        passage = content.entries[place].passage
        stored = index.store.passage(passage.passage_id).passage
        best = next(index.near(content.vectors[place][None], 1, Within()))
        if len(best) != 1 or best.scores[0] < _SAME or stored.text != passage.text:
            raise BuildFailed(f"The new index does not give back passage {place}.", cure=_CURE)
