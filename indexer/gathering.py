"""Every centre's publications into the library: what is new, changed, gone, and what failed.

Everything is entered as it comes, so a run can be stopped and started again at any point:
what was fetched is asked for again only if it changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from corpus.centres import Centre, Registry
from corpus.errors import RegistryError
from corpus.library.library import Library
from corpus.library.visits import Run
from corpus.web.client import PoliteClient
from indexer.entering import Entering, Gathering
from indexer.progress import Progress


def choose(registry: Registry, wanted: Sequence[str]) -> list[Centre]:
    """The centres of these ids; all that have a list of publications, where none is named.

    Raises:
        RegistryError: an id is not in the registry, or may not be indexed.
    """
    by_id = {centre.id: centre for centre in registry.centre}
    if unknown := [each for each in wanted if each not in by_id]:
        raise RegistryError(
            f"The registry has no centre {', '.join(unknown)}.",
            cure=f"It has {', '.join(by_id)}.",
        )
    for centre in (by_id[each] for each in wanted):
        if not centre.source or not centre.licence.index:
            why = "has no list of publications" if not centre.source else "may not be indexed"
            raise RegistryError(f"{centre.id} {why}, says the registry.", cure="Mend it there.")
    chosen = [by_id[each] for each in dict.fromkeys(wanted)] or list(registry.centre)
    return [centre for centre in chosen if centre.source and centre.licence.index]


def gather(
    library: Library,
    client: PoliteClient,
    registry: Registry,
    *,
    centres: Sequence[Centre],
    how: Gathering,
    progress: Progress,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Run:
    """Go through centres one after another.

    Returns:
        The run, as it is kept in the catalogue (a dry run is not).

    Raises:
        LibraryError: another process gathers into this library.
    """
    run = Run(_iso(now()), tuple(centre.id for centre in centres))
    with library.gathering():
        number = None
        if not how.plan.dry_run:
            with library.recording():
                number = library.visits.start_run(run)
        for centre in centres:
            if not centre.politeness.permits(now()):
                hours = centre.politeness.hours
                progress.say(f"{centre.id}: to be asked between {hours} UK time only; left out.")
                continue
            one = Entering(library, client, centre, how, progress, now)
            counts, failures = one.gather(registry.lookups)
            run = replace(
                run,
                counts={**run.counts, centre.id: counts},
                failures=(*run.failures, *failures),
            )
            if number is not None:
                with library.recording():
                    library.visits.put_run(number, run)
        run = replace(run, finished=_iso(now()))
        if number is not None:
            with library.recording():
                library.visits.put_run(number, run)
    return run


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
