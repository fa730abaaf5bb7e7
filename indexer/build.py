"""The library into a new generation: read, split, encode, publish. Every step resumes.

What reading a file gave and every vector are kept as they come, so a build that was killed
goes on where it stopped, and one that has nothing to do says so in a moment.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from corpus.centres import load_centres
from corpus.duplicates import group_duplicates
from corpus.home import Home
from corpus.library.fingerprint import assessed, fingerprint
from corpus.library.library import REMOVED, Library
from corpus.library.shelf import Shelved, shelve
from corpus.library.states import Entry, Outcome
from corpus.passages import PassageRules, embedded_text, split_document
from corpus.reading.workers import ReadJob, ReadLimits
from corpus.types import UNRANKED_KINDS, Passage, ReportStatus
from indexer.hands import hands
from indexer.progress import Progress
from indexer.publish import Content, publish
from indexer.vectors import VectorCache, key_of
from indexer.workforce import Workforce
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL
from search.encoder.prepare import prepare_encoder
from search.encoder.types import Encoder, EncoderSpec
from search.errors import IndexUnusable, NoIndex
from search.index.address import Address
from search.index.generations import Generations
from search.index.manifest import Manifest
from search.index.store import StoreEntry
from search.loading import encoder_folder, index_source, open_engine


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build.

    `model` None keeps the live index's model, or takes the default where none is live;
    `read_new` off leaves unread files waiting; `rebuild` builds even where nothing changed;
    `engine` is the database that keeps the index, None where it is in the home; `ray` the cluster
    that reads and encodes, None where this machine does.
    """

    model: str | None = None
    workers: int = 2
    limits: ReadLimits = ReadLimits()
    rules: PassageRules = PassageRules()
    read_new: bool = True
    rebuild: bool = False
    engine: Address | None = None
    ray: str | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """What a build came to. `manifest` is the live generation's."""

    manifest: Manifest
    changed: bool
    read: int
    failed: int
    encoded: int


def build_index(home: Home, options: BuildOptions, progress: Progress) -> Built:
    """Bring the index up to date with the library.

    Raises:
        LibraryError: another process is changing this home.
        EncoderError: the model cannot be prepared.
        BuildFailed: the new generation does not check out; the live one stays.
    """
    with Library(home.library) as library, library.writing():
        return _build(library, home, options, progress)


def _build(library: Library, home: Home, options: BuildOptions, progress: Progress) -> Built:
    workforce = hands(options.workers, options.ray)
    read, failed = _read(library, workforce, options, progress) if options.read_new else (0, 0)
    live = _live(home, options.engine)
    model = options.model or (live.encoder.name if live else DEFAULT_MODEL)
    folder = encoder_folder(home, model)
    progress.start("Preparing the encoder", 1, "models")
    spec = prepare_encoder(model, folder, progress=progress.say)
    progress.advance()
    shelved = [assessed(each) for each in shelve(library)]
    rules = options.rules.fitted(spec.max_tokens)
    wanted = fingerprint(shelved, rules, spec.model_hash)
    if live and live.library_digest == wanted and live.encoder == spec and not options.rebuild:
        return Built(live, changed=False, read=read, failed=failed, encoded=0)
    encoder = load_encoder(folder)
    entries, ranked = _entries(library, shelved, rules, encoder, progress)
    with VectorCache(home.index / "vectors", spec) as cache:
        titles = [shelved[entry.report_row].report.title for entry in entries]
        texts = [
            embedded_text(title, entry.passage)
            for title, entry in zip(titles[:ranked], entries[:ranked], strict=True)
        ]
        keys = [key_of(text) for text in texts]
        todo = dict(zip(keys, texts, strict=True))
        encoded = _encode(todo, workforce, encoder, folder, cache, progress)
        content = Content(
            [each.report for each in shelved],
            [each.details for each in shelved],
            entries,
            cache.matrix(keys),
            cache.tokens(keys) if spec.token_dimension else (),
        )
        manifest = _publish(content, home, options, spec, rules, wanted, progress)
    return Built(manifest, changed=True, read=read, failed=failed, encoded=encoded)


def _publish(
    content: Content,
    home: Home,
    options: BuildOptions,
    encoder: EncoderSpec,
    rules: PassageRules,
    library_digest: str,
    progress: Progress,
) -> Manifest:
    """Write the index where it is kept."""
    if options.engine:
        from indexer.engine import publish_to_engine  # noqa: PLC0415 - its driver is an extra

        with closing(open_engine(options.engine)) as places:
            return publish_to_engine(
                content,
                places,
                encoder=encoder,
                rules=rules,
                library_digest=library_digest,
                progress=progress,
                anew=options.rebuild,
            )
    progress.start("Writing the index", 1, "generations")
    manifest = publish(
        content,
        Generations(home.index),
        encoder=encoder,
        rules=rules,
        library_digest=library_digest,
    )
    progress.advance()
    return manifest


def _live(home: Home, engine: Address | None) -> Manifest | None:
    """The live generation's manifest; None where there is none that could be built upon."""
    try:
        with closing(index_source(home, engine)) as held:
            return held.manifest()
    except (NoIndex, IndexUnusable):
        return None


def _read(
    library: Library, workforce: Workforce, options: BuildOptions, progress: Progress
) -> tuple[int, int]:
    """Read what was not read yet; how many files were, and how many of them failed."""
    waiting = {entry.report_id: entry for entry in library.unread()}
    if not waiting:
        return 0, 0
    progress.start("Reading reports", len(waiting), "reports")
    jobs = [ReadJob(e.report_id, library.original(e.sha256), e.name) for e in waiting.values()]
    failed = 0
    for outcome in workforce.read(jobs, options.limits):
        entry = waiting[outcome.key]
        if outcome.found is None:
            failed += 1
            library.record_failure(entry, outcome.error or "it cannot be read")
            progress.say(f"{entry.name}: {outcome.error}")
        else:
            done = library.record_reading(entry, outcome.found)
            _let_go(library, done)
        progress.advance()
    return len(waiting), failed


def _let_go(library: Library, entry: Entry) -> None:
    """Delete the original where its centre's licence lets no copy be kept."""
    licences = {centre.id: centre.licence for centre in load_centres()}
    licence = licences.get(entry.metadata.centre or "")
    if licence is not None and not licence.keep and entry.outcome is Outcome.READ:
        library.drop_original(entry)


def _entries(
    library: Library,
    shelved: Sequence[Shelved],
    rules: PassageRules,
    encoder: Encoder,
    progress: Progress,
) -> tuple[list[StoreEntry], int]:
    """All passages in ordinal order, ranked ones first, and how many of them are ranked."""
    progress.start("Splitting into passages", len(shelved), "reports")
    placed: list[tuple[Passage, int, int]] = []
    standing: set[int] = set()
    for row, report in enumerate(each.report for each in shelved):
        progress.advance()
        if report.status is ReportStatus.WITHDRAWN:
            continue
        if report.status is ReportStatus.CURRENT:
            standing.add(row)
        passages = split_document(
            library.document(report.sha256),
            report_id=report.report_id,
            rules=rules,
            count_tokens=encoder.count_tokens,
            context=report.title,
        )
        placed += [(passage, row, place) for place, passage in enumerate(passages)]
    ranked: list[tuple[Passage, int, int]] = []
    unranked: list[tuple[Passage, int, int]] = []
    for item in placed:
        passage, row, _ = item
        rankable = passage.kind not in UNRANKED_KINDS and row in standing
        (ranked if rankable else unranked).append(item)
    firsts = group_duplicates([passage.text for passage, _, _ in ranked])
    firsts += range(len(ranked), len(placed))
    return [
        StoreEntry(passage, row, place, first)
        for (passage, row, place), first in zip(ranked + unranked, firsts, strict=True)
    ], len(ranked)


def _encode(
    texts: Mapping[bytes, str],
    workforce: Workforce,
    encoder: Encoder,
    folder: Path,
    cache: VectorCache,
    progress: Progress,
) -> int:
    """Encode the texts, by key, that the cache lacks, and keep them there; how many they were."""
    missing = cache.missing(texts)
    todo = {key: text for key, text in texts.items() if key in missing}
    if todo:
        progress.start("Encoding passages", len(todo), "passages")
        for encoded in workforce.encode(todo, encoder, folder):
            cache.put(encoded)
            progress.advance(len(encoded))
    return len(todo)


def remove_report(
    home: Home,
    wanted: str,
    progress: Progress,
    *,
    reason: str = REMOVED,
    engine: Address | None = None,
) -> tuple[str, Built | None]:
    """Take a report out of the library and of the index at once; its id, and the build.

    A removal that was broken off is finished: the report may be gone from the library already.

    Args:
        home: the home folder.
        wanted: the report's id, or the path it was added from.
        progress: told how it goes.
        reason: why, as `evidence status` tells it.
        engine: the database that keeps the index; None: it is in the home.

    Raises:
        LibraryError: there is no such report.
    """
    live = _live(home, engine)
    with Library(home.library) as library, library.writing():
        known = library.entries().get(wanted)
        if (
            known is None
            or known.removed is None
            or wanted not in live_report_ids(home.path, engine)
        ):
            wanted = library.find(wanted).report_id
            library.remove(wanted, reason)
        if live is None:
            return wanted, None
        return wanted, _build(library, home, BuildOptions(read_new=False, engine=engine), progress)


def live_report_ids(home: Path, engine: Address | None = None) -> frozenset[str]:
    """Ids of the reports in the live index; none where there is no index."""
    if engine:
        with closing(open_engine(engine)) as held:
            return held.report_ids()
    try:
        generation = Generations(Home(home).index).open_current()
    except NoIndex:
        return frozenset()
    try:
        return frozenset(
            report.report_id
            for report in generation.store.reports
            if report.status is ReportStatus.CURRENT
        )
    finally:
        generation.store.close()
