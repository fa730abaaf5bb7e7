"""`evidence status`: every file ever added, the index, the model, sizes."""

import json
from collections import Counter
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.assessment.crosswalk import assess
from corpus.findings import Rating
from corpus.home import Home
from corpus.library.library import Library
from corpus.library.shelf import shelve
from corpus.library.states import Account, State
from corpus.library.visits import Run
from corpus.types import Report, ReportStatus
from indexer.build import live_report_ids
from indexer.settings import load_index_settings
from search.errors import EngineUnavailable, IndexUnusable, NoIndex
from search.index.address import Address
from search.index.manifest import Manifest
from search.index.parts import FOLDER_NAME as PARTS
from search.loading import index_source, open_engine

NO_CENTRE = "(no centre)"


@dataclass(frozen=True, slots=True)
class CentreStatus:
    """What is held of one centre.

    `rated` reports carry a native rating, `mapped` ones stand on the common scale; `failures`
    and `withdrawn` count addresses; years are those of the oldest and newest report.
    """

    centre: str
    reports: int
    indexed: int
    rated: int
    mapped: int
    failures: int
    withdrawn: int
    oldest: int | None
    newest: int | None
    fetched: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """What a home holds. `fault` says why the index cannot be used, where it cannot."""

    home: Path
    files: list[Account]
    index: Manifest | None
    fault: str | None
    centres: list[CentreStatus]
    last_run: Run | None
    generations: list[str]
    sizes: dict[str, int | None]  # bytes; None where the database cannot be asked
    engine: str | None = None  # the database that keeps the index, and its versions

    @property
    def counts(self) -> dict[str, int]:
        """How many files are in each state."""
        found = Counter(account.state for account in self.files)
        return {state.value: found[state] for state in State}

    def to_json(self, *, parts: bool = False) -> str:
        """The same as JSON; the index as its manifest has it, without checksums.

        Of its parts there are many: they are summed up, and told of each only where asked for.
        """
        index = _told(self.index, parts=parts) if self.index else None
        body = {
            "home": str(self.home),
            "counts": self.counts,
            "files": [asdict(account) for account in self.files],
            "index": index,
            "model": index["encoder"] if index else None,
            "fault": self.fault,
            "centres": [asdict(centre) for centre in self.centres],
            "last_sync": asdict(self.last_run) if self.last_run else None,
            "generations": self.generations,
            "bytes": self.sizes,
            "engine": self.engine,
        }
        return json.dumps(body, indent=2, ensure_ascii=False)


def gather(home: Path) -> Status:
    """Look at a home folder; an index that cannot be used is told of, not raised."""
    place = Home(home)
    address = load_index_settings().engine
    manifest, fault, engine, taken = None, None, str(address) if address else None, None
    indexed: frozenset[str] = frozenset()
    generations: list[str] = []
    try:
        if address:
            engine, taken = _in_database(address)
        with closing(index_source(place, address)) as source:
            generations = source.ids()
            manifest = source.manifest()
        indexed = live_report_ids(home, address)
    except NoIndex as error:
        fault = str(error)
    except (IndexUnusable, EngineUnavailable) as error:
        fault = f"{error} {error.cure}"
    with Library(place.library) as library:
        files = library.accounts(indexed)
        centres = _by_centre(library, indexed)
        last_run = next(library.visits.runs(1), None)
    folders = (place.library, place.index, place.models)
    sizes: dict[str, int | None] = {folder.name: _bytes_in(folder) for folder in folders}
    if address:
        sizes["database"] = taken
    return Status(
        home, files, manifest, fault, centres, last_run, generations, sizes, engine=engine
    )


def _told(index: Manifest, *, parts: bool) -> dict[str, Any]:
    """A manifest as it is told of; an index in a database has no parts, so nothing of them."""
    told = asdict(index)
    del told["files"]
    if not index.parts:
        return told | {"parts": None}
    sizes: Counter[str] = Counter()  # in bytes, by the name of a part
    for path, file in index.files.items():
        folder, _, rest = path.partition("/")
        sizes[rest.partition("/")[0] if folder == PARTS else ""] += file.size
    each = [asdict(part) | {"bytes": sizes[part.name]} for part in index.parts]
    told["parts"] = {
        "count": len(each),
        "passages": sum(part.counts.passages for part in index.parts),
        "bytes": sum(part["bytes"] for part in each),
    }
    if parts:
        told["parts"]["each"] = each
    return told


def _bytes_in(folder: Path) -> int:
    """What the files below take on the disk: those that generations share count once."""
    files = (path.stat() for path in folder.rglob("*") if path.is_file())
    return sum({(each.st_dev, each.st_ino): each.st_size for each in files}.values())


def _in_database(engine: Address) -> tuple[str, int]:
    """Where a database is and what it says it is; how many bytes its generations take."""
    with closing(open_engine(engine)) as held:
        return f"{engine}, {held.version()}", held.size()


def _by_centre(library: Library, indexed: frozenset[str]) -> list[CentreStatus]:
    """What is held of each centre, those with most reports first."""
    addresses = library.visits.all_addresses()
    shelved = [s.report for s in shelve(library) if s.report.status is ReportStatus.CURRENT]
    named = {centre for report in shelved for centre in report.centres or (NO_CENTRE,)}
    named |= {address.centre for address in addresses}
    found = []
    for centre in named:
        own = [r for r in shelved if centre in (r.centres or (NO_CENTRE,))]
        years = sorted(r.metadata.year for r in own if r.metadata.year)
        asked = [a for a in addresses if a.centre == centre]
        found.append(
            CentreStatus(
                centre,
                reports=len(own),
                indexed=sum(r.report_id in indexed for r in own),
                rated=sum(r.metadata.rating != Rating() for r in own),
                mapped=sum(_is_mapped(r) for r in own),
                failures=sum(a.fault is not None for a in asked),
                withdrawn=sum(a.gone is not None for a in asked),
                oldest=years[0] if years else None,
                newest=years[-1] if years else None,
                fetched=max((a.fetched for a in asked if a.fetched), default=None),
            )
        )
    return sorted(found, key=lambda c: (-c.reports, c.centre))


def _is_mapped(report: Report) -> bool:
    known = report.metadata
    found = assess(known.rating, centre=known.centre, stated=known.stated)
    return found.strength is not None or found.cost is not None or found.impact is not None
