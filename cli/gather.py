"""`evidence sync` and `evidence centres`: the registry, gathering, and what they came to."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.app import EXIT_ERROR, HomeOption, app, messages
from corpus.centres import Centre, load_registry

if TYPE_CHECKING:
    from corpus.library.visits import Run

USER_AGENT: Final = "what-works-evidence-search/0.1 (gathers public research reports; {contact})"
#: Counts of a run that gave something; what only stands on a list gave nothing yet.
_CAME: Final = frozenset(
    {"new", "changed", "unchanged", "duplicate", "withdrawn", "restored", "left", "downloaded"}
)
SHOWN: Final = 40  # failures listed before the rest is only counted

centres_app = typer.Typer(
    name="centres", no_args_is_help=True, help="The registry of centres: list it, check it."
)
app.add_typer(centres_app)

RegistryOption = Annotated[
    Path | None,
    typer.Option(
        "--registry",
        envvar="EVIDENCE_REGISTRY",
        help="The registry of centres.",
        show_default="corpus/data/centres.toml",
        dir_okay=False,
    ),
]


@app.command()
def sync(
    home: HomeOption,
    centre: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CENTRE]...", help="Centres' ids; all, where none is named."),
    ] = None,
    registry: RegistryOption = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only what its list says changed since that day."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Begin nothing new after so many requests for reports a centre."),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Go through the lists only; change nothing.")
    ] = False,
    accept_lost: Annotated[
        bool,
        typer.Option("--accept-lost", help="Withdraw reports however many vanished at once."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Gather what the centres publish: what is new, changed or withdrawn since the last time.

    Sites are asked slowly and as their robots.txt permits. It can be stopped and started again
    at any point. `evidence index` makes what came searchable.

    Example: evidence sync eef youth-endowment-fund --limit 50
    """
    from dataclasses import asdict
    from json import dumps

    from cli.progress import TerminalProgress
    from corpus.home import Home
    from corpus.library.library import Library
    from corpus.web.client import Manners, PoliteClient
    from indexer.entering import Gathering
    from indexer.gathering import choose, gather
    from indexer.settings import load_gather_settings
    from indexer.visiting import Plan

    settings = load_gather_settings(**({"registry": registry} if registry else {}))
    read = load_registry(settings.registry)
    chosen = choose(read, centre or [])
    manners = Manners(USER_AGENT.format(contact=settings.contact))
    how = Gathering(
        Plan(since.date() if since else None, limit, dry_run),
        accept_lost,
        settings.nice_key.get_secret_value() if settings.nice_key else None,
    )
    with (
        Library(Home(home).library) as library,
        PoliteClient(manners, allow_hosts=settings.allow_hosts) as client,
        TerminalProgress(messages()) as progress,
    ):
        run = gather(library, client, read, centres=chosen, how=how, progress=progress)
    if as_json:
        typer.echo(dumps(asdict(run), indent=2, ensure_ascii=False))
    else:
        _print_run(run)
    came = (n for c in run.counts.values() for name, n in c.items() if name in _CAME)
    if run.failures and not any(came):
        raise typer.Exit(EXIT_ERROR)


@centres_app.command("list")
def list_centres(registry: RegistryOption = None) -> None:
    """The centres, their lists of publications, and what their licences permit."""
    from rich.console import Console
    from rich.table import Table

    table = Table("Centre", "Name", "Lists", "Permits", "Rating schemes", box=None)
    for each in load_registry(*([registry] if registry else [])).centre:
        lists = ", ".join(spec.kind.value for spec in each.source) or "none"
        schemes = ", ".join(each.rating_schemes) or "none known"
        table.add_row(each.id, each.name, lists, _permits(each), schemes)
    Console(highlight=False).print(table)


@centres_app.command("check")
def check_centres(registry: RegistryOption = None) -> None:
    """Say what is wrong with the registry, all of it at once, and what is not known yet."""
    from rich.console import Console

    from corpus.assessment.schemes import load_schemes
    from corpus.errors import RegistryError
    from indexer.settings import load_gather_settings

    read = load_registry(*([registry] if registry else []))
    schemes = {scheme.id for scheme in load_schemes()}
    unknown = [
        f"centre {each.id!r}: no rating scheme {scheme!r} in schemes.toml"
        for each in read.centre
        for scheme in each.rating_schemes
        if scheme not in schemes
    ]
    if unknown:
        raise RegistryError(f"The registry has faults: {'; '.join(unknown)}.")
    console = Console(highlight=False)
    lists = [spec for each in read.centre for spec in each.source]
    console.print(f"{len(read.centre)} centres, {len(lists)} lists of publications: no fault.")
    if load_gather_settings().nice_key is None:
        console.print("nice: without EVIDENCE_NICE_KEY its API is left out", soft_wrap=True)
    for each in read.centre:
        unseen = [spec.url for spec in each.source if not spec.verified]
        if not each.source:
            console.print(f"{each.id}: no list of publications is known", soft_wrap=True)
        if unseen:
            console.print(f"{each.id}: not seen to answer yet: {', '.join(unseen)}", soft_wrap=True)


def _permits(centre: Centre) -> str:
    licence = centre.licence
    said = {"index": licence.index, "keep": licence.keep, "show": licence.show}
    return ", ".join(name for name, permitted in said.items() if permitted) or "nothing"


def _print_run(run: "Run") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    names = list(dict.fromkeys(name for counts in run.counts.values() for name in counts))
    table = Table("Centre", *names, box=None)
    for centre, counts in run.counts.items():
        table.add_row(centre, *(str(counts.get(name, 0)) for name in names))
    console.print(table)
    for url, reason in run.failures[:SHOWN]:
        console.print(f"[yellow]failed[/] {url}", soft_wrap=True, end=": ")
        console.print(reason, markup=False, soft_wrap=True)
    if len(run.failures) > SHOWN:
        console.print(f"and {len(run.failures) - SHOWN} more: `evidence status --json`")
