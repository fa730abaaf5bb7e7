"""`evidence doctor`: is everything in place, and if not, what is the cure."""

import importlib.metadata
import platform
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from corpus.errors import EvidenceError
from corpus.home import Home
from corpus.library.library import Library
from corpus.library.shelf import current_reports
from corpus.library.states import State
from indexer.build import live_report_ids
from indexer.settings import load_index_settings
from search.index.address import Address
from search.index.generations import Generations
from search.index.parts import part_folders
from search.index.store import FILE_NAME
from search.loading import load_searcher, open_engine

_PACKAGES: Final = (
    "faiss-cpu", "tantivy", "onnxruntime", "tokenizers", "pypdf", "pypdfium2",
    "sentence-transformers", "torch", "fastapi",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, what was found, and the cure where it is not."""

    name: str
    well: bool
    told: str
    cure: str | None = None


def examine(home: Path) -> list[Finding]:
    """Look at installation, library, index and model."""
    settings = load_index_settings()
    engine, device = settings.engine, settings.device
    checks: dict[str, Callable[[Path], str]] = {
        "Installation": _installation,
        "Library": _library,
        **({"Engine": lambda _: _engine(engine)} if engine else {"Index": _index}),
        **({"Device": lambda _: _device(device)} if device else {}),
        "Library and index": lambda place: _agree(place, engine),
        "Model and answer": lambda place: _answer(place, engine),
    }
    return [_looked_at(name, check, home) for name, check in checks.items()]


def _looked_at(name: str, check: Callable[[Path], str], home: Path) -> Finding:
    try:
        return Finding(name, well=True, told=check(home))
    except EvidenceError as error:
        return Finding(name, well=False, told=str(error), cure=error.cure)


def _installation(_: Path) -> str:
    found = list(_versions())
    missing = [name for name, version in found if version is None]
    if missing:
        raise EvidenceError(f"Not installed: {', '.join(missing)}.", cure="Run `make setup`.")
    return f"Python {platform.python_version()}, " + ", ".join(f"{n} {v}" for n, v in found)


def _versions() -> Iterator[tuple[str, str | None]]:
    for name in _PACKAGES:
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield name, None


def _opened(home: Path) -> Library:
    Home(home).check_begun()  # to look into another would begin it
    return Library(Home(home).library)


def _library(home: Path) -> str:
    with _opened(home) as library:
        missing = [
            entry.name
            for entry in library.entries().values()
            if entry.removed is None
            and not entry.unkept
            and not library.original(entry.sha256).is_file()
        ]
        files = library.accounts(frozenset())
    if missing:
        raise EvidenceError(
            f"{len(missing)} originals are missing from the library, the first {missing[0]!r}.",
            cure="Add those files again with `evidence add`.",
        )
    bad = sum(account.state is State.QUARANTINED for account in files)
    return f"{len(files):,} files, every original to be kept is there" + (
        f"; {bad:,} quarantined (see `evidence status`)" if bad else ""
    )


def _device(wanted: str) -> str:
    from indexer.accelerators import named

    return f"torch sees {', '.join(named(wanted))}"


def _index(home: Path) -> str:
    """Every file against its checksum, and the own check of every store."""
    generation = Generations(Home(home).index).open_current(read_all=True)
    generation.close()
    for folder in part_folders(generation.folder, generation.manifest):
        uri = f"{(folder / FILE_NAME).resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            (told,) = database.execute("PRAGMA integrity_check").fetchone()
        if told != "ok":
            raise EvidenceError(
                f"A store is damaged: {told}.", cure="Run `evidence index --rebuild`."
            )
    counts = generation.manifest.counts
    return f"{counts.reports:,} reports, {counts.passages:,} passages, every checksum right"


def _engine(engine: Address) -> str:
    """The database: whether it answers, what it is, and what it keeps."""
    generations = open_engine(engine)
    try:
        told = generations.version()
        if "vector" not in told:
            raise EvidenceError(
                f"{engine} is {told}.", cure="Install pgvector there, then run `evidence index`."
            )
        counts = generations.manifest().counts
        size = generations.size() / 2**20
    finally:
        generations.close()
    return (
        f"{engine}, {told}: {counts.reports:,} reports, {counts.passages:,} passages, "
        f"{size:,.1f} MiB"
    )


def _agree(home: Path, engine: Address | None) -> str:
    """The library against the index."""
    with _opened(home) as library:
        held = {report.report_id for report in current_reports(library)}
    if held != (live := live_report_ids(home, engine)):
        raise EvidenceError(
            f"The index is behind the library: {len(held - live)} reports to come, "
            f"{len(live - held)} to go.",
            cure="Run `evidence index`.",
        )
    return f"the same {len(held):,} reports in both"


def _answer(home: Path, engine: Address | None) -> str:
    searcher = load_searcher(home, engine=engine)
    try:
        answer = searcher.ask("what works?", k=1)
    finally:
        searcher.close()
    took = answer.took_ms["total"]
    return f"{searcher.spec.name} ({searcher.spec.runtime}) answers in {took:.0f} ms"


def print_findings(findings: list[Finding]) -> None:
    """One line each, on standard output, with the cure beneath."""
    console = Console(highlight=False)
    for finding in findings:
        mark = "[green]well[/]" if finding.well else "[red]ill[/]"
        console.print(f"{mark}  [bold]{finding.name}[/]: {finding.told}", soft_wrap=True)
        if finding.cure:
            console.print(f"      Cure: {finding.cure}", soft_wrap=True)
