"""What a home holds, in the terminal."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from cli.status import CentreStatus, Status
from corpus.library.states import Account, State

SHOWN_CENTRES = 25
SHOWN = 40  # files listed for each state before the rest is only counted


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
