"""The library into a new generation: read, split, encode, publish. Every step resumes.

What reading a file gave and every vector are kept as they come, so a build that was killed
goes on where it stopped, and one that has nothing to do says so in a moment.
"""

import gc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus.centres import load_centres
from corpus.home import Home
from corpus.library.fingerprint import assessed, fingerprint, stamp
from corpus.library.library import REMOVED, Library
from corpus.library.shelf import shelve
from corpus.library.states import Entry, Outcome
from corpus.passages import PassageRules
from corpus.reading.workers import ReadJob, ReadLimits
from corpus.types import ReportStatus
from indexer.cutting import Cutter
from indexer.filling import Filling
from indexer.hands import hands
from indexer.making import Making, to_engine, to_files
from indexer.progress import Progress
from indexer.vectors import VectorCache
from indexer.workforce import Workforce
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL
from search.encoder.prepare import prepare_encoder
from search.errors import IndexUnusable, NoIndex
from search.index.address import Address
from search.index.generations import Generations
from search.index.layers import is_overdue
from search.index.manifest import Manifest
from search.loading import encoder_folder, index_source, open_engine


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build.

    `model` None keeps the live index's model, or takes the default where none is live;
    `read_new` off leaves unread files waiting; `rebuild` builds even where nothing changed;
    `engine` is the database that keeps the index, None where it is in the home; `ray` the cluster
    that reads and encodes, None where this machine does; `device` is what encodes, as torch names
    it, None for the processor.
    """

    model: str | None = None
    workers: int = 2
    limits: ReadLimits = ReadLimits()
    rules: PassageRules = PassageRules()
    read_new: bool = True
    rebuild: bool = False
    engine: Address | None = None
    ray: str | None = None
    device: str | None = None


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
    with closing(hands(options.workers, options.ray, options.device)) as workforce:
        return _build_by(workforce, library, home, options, progress)


def _build_by(
    workforce: Workforce, library: Library, home: Home, options: BuildOptions, progress: Progress
) -> Built:
    read, failed = _read(library, workforce, options, progress) if options.read_new else (0, 0)
    live = _live(home, options.engine)
    model = options.model or _model_in_use(home, live) or DEFAULT_MODEL
    folder = encoder_folder(home, model)
    progress.start("Preparing the encoder", 1, "models")
    spec = prepare_encoder(model, folder, progress=progress.say)
    progress.advance()
    with _no_looking_for_garbage():
        shelved = [assessed(each) for each in shelve(library)]
        stamps = {each.report.report_id: stamp(each) for each in shelved}
    rules = options.rules.fitted(spec.max_tokens)
    wanted = fingerprint(stamps.values(), rules, spec.model_hash)
    same = live is not None and live.library_digest == wanted and live.encoder == spec
    if live and same and not options.rebuild and not is_overdue(live):
        return Built(live, changed=False, read=read, failed=failed, encoded=0)
    encoder = load_encoder(folder)
    fresh = options.rebuild or options.engine
    held = None if fresh else Generations(home.index).sound()
    with (
        Cutter(library.readings, rules, encoder, held.parts if held else ()) as cutter,
        VectorCache(home.index / "vectors", spec) as cache,
    ):
        filling = Filling(
            cutter,
            partial(workforce.encode, encoder=encoder, folder=folder),
            cache,
            progress,
            tokens=bool(spec.token_dimension),
        )
        making = Making(spec, rules, wanted, progress, anew=options.rebuild)
        if options.engine:
            manifest = to_engine(filling, shelved, making, options.engine)
        else:
            manifest = to_files(filling, shelved, stamps, making, Generations(home.index), held)
    return Built(manifest, changed=True, read=read, failed=failed, encoded=filling.encoded)


@contextmanager
def _no_looking_for_garbage() -> Iterator[None]:
    """Leave the collector off: of a library there is much, all stays, and each look goes over it.

    With 25,000 reports it took as long as all the rest.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _live(home: Home, engine: Address | None) -> Manifest | None:
    """The live generation's manifest; None where there is none that could be built upon."""
    try:
        with closing(index_source(home, engine)) as held:
            return held.manifest()
    except (NoIndex, IndexUnusable):
        return None


def _model_in_use(home: Home, live: Manifest | None) -> str | None:
    """The model of the live index, even where its format is an older one."""
    return live.encoder.name if live else Generations(home.index).model()


def _read(
    library: Library, workforce: Workforce, options: BuildOptions, progress: Progress
) -> tuple[int, int]:
    """Read what was not read yet; how many files were, and how many of them failed."""
    waiting = {entry.report_id: entry for entry in library.readings.unread()}
    if not waiting:
        return 0, 0
    progress.start("Reading reports", len(waiting), "reports")
    jobs = [ReadJob(e.report_id, library.original(e.sha256), e.name) for e in waiting.values()]
    failed = 0
    for outcome in workforce.read(jobs, options.limits):
        entry = waiting[outcome.key]
        if outcome.found is None:
            failed += 1
            library.readings.fail(entry, outcome.error or "it cannot be read")
            progress.say(f"{entry.name}: {outcome.error}")
        else:
            done = library.readings.record(entry, outcome.found)
            _let_go(library, done)
        progress.advance()
    return len(waiting), failed


def _let_go(library: Library, entry: Entry) -> None:
    """Delete the original where its centre's licence lets no copy be kept."""
    licences = {centre.id: centre.licence for centre in load_centres()}
    licence = licences.get(entry.metadata.centre or "")
    if licence is not None and not licence.keep and entry.outcome is Outcome.READ:
        library.drop_original(entry)


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
        built = _build(library, home, BuildOptions(read_new=False, engine=engine), progress)
        if engine is None:
            Generations(home.index).prune(keep=1)  # they have its text still
        return wanted, built


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
