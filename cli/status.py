"""`evidence status`: every file ever added, the index, the model, sizes."""

import json
from collections import Counter
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from corpus.assessment.crosswalk import assess
from corpus.home import Home
from corpus.library.library import Library
from corpus.library.shelf import shelve
from corpus.library.states import Account, State
from corpus.library.visits import Run
from corpus.types import Rating, Report, ReportStatus
from indexer.build import live_report_ids
from indexer.settings import load_index_settings
from search.errors import EngineUnavailable, IndexUnusable, NoIndex
from search.index.address import Address
from search.index.manifest import Manifest
from search.index.parts import FOLDER_NAME as PARTS
from search.loading import index_source, open_engine

NO_CENTRE = "(no centre)"
SHOWN_CENTRES = 25
SHOWN = 40  # files listed for each state before the rest is only counted


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


def print_status(status: Status) -> None:
    """For people, on standard output."""
    console = Console(highlight=False)
    console.print(f"[bold]Home[/] {status.home}", soft_wrap=True)
    if status.engine:
        console.print(f"[bold]Engine[/] {status.engine}", soft_wrap=True)
    _print_index(status, console)
    told = ", ".join(f"{count:,} {state}" for state, count in status.counts.items() if count)
    console.print(f"[bold]Files[/] {len(status.files):,} ever added: {told or 'none'}")
    sizes = ", ".join(f"{name} {_mib(size)}" for name, size in status.sizes.items())
    console.print(f"[bold]Disk[/] {sizes}")
    if status.last_run:
        run = status.last_run
        ended = f"finished {run.finished}" if run.finished else "broken off"
        failed = f", {len(run.failures):,} failures" if run.failures else ""
        console.print(f"[bold]Last sync[/] {run.started}, {ended}{failed}")
    if status.centres:
        console.print(_centres_table(status.centres))
    worth_telling = [
        account
        for account in status.files
        if account.state is not State.INDEXED or (account.reason and "OCR" in account.reason)
    ]
    if worth_telling:
        console.print(_table(worth_telling))


def _mib(size: int | None) -> str:
    return "unknown" if size is None else f"{size / 2**20:,.1f} MiB"


def _print_index(status: Status, console: Console) -> None:
    if status.fault:
        console.print(f"[bold]Index[/] [yellow]{status.fault}[/]", soft_wrap=True)
    if status.index:
        made = status.index
        console.print(
            f"[bold]Index[/] {made.counts.reports:,} reports, {made.counts.passages:,} passages "
            f"({made.counts.ranked:,} ranked), {made.dense.kind} dense search with recall "
            f"{made.dense.recall:.3f}, made {made.created}, generation {made.generation}"
        )
        if others := [each for each in status.generations if each != made.generation]:
            console.print(f"[bold]Kept beside it[/] {', '.join(others)}", soft_wrap=True)
        console.print(
            f"[bold]Model[/] {made.encoder.name} ({made.encoder.runtime}, "
            f"{made.encoder.dimension} dimensions, hash {made.encoder.model_hash[:16]})"
        )


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


def _centres_table(centres: list[CentreStatus]) -> Table:
    table = Table(
        "Centre", "Reports", "Indexed", "Rated", "Mapped", "Failed", "Withdrawn", "Years",
        "Last fetched", title="By centre", title_justify="left",
        box=None,
    )  # fmt: skip
    for each in centres[:SHOWN_CENTRES]:
        years = f"{each.oldest}\u2013{each.newest}" if each.oldest else "unknown"
        counts = (
            each.reports,
            each.indexed,
            each.rated,
            each.mapped,
            each.failures,
            each.withdrawn,
        )
        table.add_row(each.centre, *map(str, counts), years, each.fetched or "")
    if len(centres) > SHOWN_CENTRES:
        table.add_row(f"and {len(centres) - SHOWN_CENTRES} more: see --json")
    return table


def _table(accounts: list[Account]) -> Table:
    table = Table(
        "State", "File", "Why", title="Not in the index, or only in part", title_justify="left"
    )
    listed: Counter[State] = Counter()
    for account in sorted(accounts, key=lambda a: (a.state, a.file)):
        listed[account.state] += 1
        if listed[account.state] <= SHOWN:
            table.add_row(account.state, account.file, account.reason or "")
    for state, count in listed.items():
        if count > SHOWN:
            table.add_row(state, f"… and {count - SHOWN:,} more", "`--json` lists them all")
    return table
