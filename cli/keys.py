"""`evidence keys`: who may ask from where, how much, and for how long."""

import getpass
import re
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Annotated, Final

import typer
from pydantic import TypeAdapter

from api.keys.errors import WrongKeyOptions
from api.keys.store import KeyStore
from api.keys.types import Key, KeyKind, Quota, utc_now
from cli.app import HomeOption, HomeThereOption, app, messages
from corpus.centres import load_centres
from corpus.home import Home

keys_app = typer.Typer(
    name="keys",
    no_args_is_help=True,
    help="Keys of the service: make, list, revoke. See docs/keys.md.",
)
app.add_typer(keys_app)

_DAYS: Final = re.compile(r"(\d{1,4})d")
_LIMIT: Final = 10_000_000

KeyId = Annotated[str, typer.Argument(metavar="KEY_ID", help="As `evidence keys list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@keys_app.command()
def create(
    kind: Annotated[KeyKind, typer.Argument(help="What the key is for.")],
    home: HomeOption,
    name: Annotated[str, typer.Option(help="Who uses it, and where.")],
    origin: Annotated[
        list[str] | None,
        typer.Option(help="A site the key works on, like https://example.org (may be repeated)."),
    ] = None,
    centre: Annotated[
        list[str] | None, typer.Option(help="A centre it may ask (may be repeated); all if none.")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="A topic it may ask (may be repeated); all if none.")
    ] = None,
    greatest_k: Annotated[
        int | None,
        typer.Option(help="The most passages of an answer.", show_default="10"),
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option(min=1, max=_LIMIT, help="Questions a minute, of all who use it.")
    ] = None,
    per_day: Annotated[
        int | None, typer.Option(min=1, max=_LIMIT, help="Questions a day, of all who use it.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="The last day it works, 2027-03-31, or a time: 90d.")
    ] = None,
) -> None:
    """Make a key and print it, this once: only its hash is kept.

    `site` keys are public and work in pages of the named sites; `api` keys are secrets of
    programs; `admin` keys are secrets of librarians.

    Example: evidence keys create site --name "EEF blog" --origin https://blog.example.org
    """
    from api.keys.making import QUOTAS, make_key, make_scope

    scoped = origin or centre or topic or greatest_k is not None
    scope = None
    if kind is KeyKind.SITE or scoped:
        scope = make_scope(
            origins=origin or (),
            centres=centre or (),
            topics=topic or (),
            greatest_k=10 if greatest_k is None else greatest_k,
        )
    usual = QUOTAS[kind]
    now = utc_now()
    key, text = make_key(
        KeyStore(Home(home).keys),
        kind,
        name=name,
        who=_who(),
        now=now,
        scope=scope,
        quota=Quota(per_minute or usual.per_minute, per_day or usual.per_day),
        expires=None if expires is None else _last_moment(expires, now),
    )
    typer.echo(str(text))
    console = messages()
    console.print(f"Made the {kind.value} key {key.key_id}. It is shown this once.", markup=False)
    for unknown in _unknown_centres(centre or ()):
        console.print(f"[yellow]Note:[/] {unknown}")


@keys_app.command("list")
def list_keys(home: HomeThereOption, *, as_json: AsJson = False) -> None:
    """Every key ever made, without its secret."""
    keys = KeyStore(Home(home).keys).all()
    if as_json:
        typer.echo(_json(keys))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Key", "Kind", "Name", "Works", "Last used", box=None)
    for key in keys:
        table.add_row(key.key_id, key.kind.value, key.name, _works(key), _day(key.last_used))
    Console(highlight=False, markup=False).print(table)


@keys_app.command()
def show(key: KeyId, home: HomeThereOption, *, as_json: AsJson = False) -> None:
    """What a key may do, its quotas and when it was last used."""
    found = KeyStore(Home(home).keys).get(key)
    if as_json:
        typer.echo(_json([found]))
        return
    told = {
        "key": found.key_id,
        "kind": found.kind.value,
        "name": found.name,
        "works": _works(found),
        "quota": f"{found.quota.per_minute} a minute, {found.quota.per_day} a day",
        "created": f"{found.created:%Y-%m-%d %H:%M} UTC by {found.created_by}",
        "last used": _day(found.last_used),
    }
    if found.scope:
        told["origins"] = ", ".join(found.scope.origins)
        told["centres"] = ", ".join(found.scope.centres) or "all"
        told["topics"] = ", ".join(found.scope.topics) or "all"
        told["greatest k"] = str(found.scope.greatest_k)
    for name, value in told.items():
        typer.echo(f"{name}: {value}")


@keys_app.command()
def revoke(key: KeyId, home: HomeThereOption) -> None:
    """Let a key open nothing any more, at once and for good."""
    found = KeyStore(Home(home).keys).revoke(key, who=_who(), now=utc_now())
    messages().print(f"The key {found.key_id} opens nothing any more.", markup=False)


@keys_app.command()
def audit(home: HomeThereOption) -> None:
    """Who made and revoked which key, and when."""
    for entry in KeyStore(Home(home).keys).audit():
        when = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC"
        typer.echo(f"{when} {entry.who} {entry.what} {entry.key_id} ({entry.details})")


def _last_moment(text: str, now: datetime) -> datetime:
    """When a key named like this expires; raises WrongKeyOptions."""
    if days := _DAYS.fullmatch(text.strip()):
        return now + timedelta(days=int(days[1]))
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise WrongKeyOptions(
            f"{text!r} is no day.", cure="Write it like 2027-03-31, or a number of days: 90d."
        ) from error
    return day + timedelta(days=1)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return "unknown"


def _unknown_centres(centres: list[str] | tuple[()]) -> list[str]:
    known = [each.id for each in load_centres()]
    told = []
    for centre in centres:
        if centre not in known:
            near = get_close_matches(centre, known, n=1)
            meant = f" (did you mean {near[0]}?)" if near else ""
            told.append(f"no centre of the registry is {centre!r}{meant}")
    return told


def _works(key: Key) -> str:
    if key.revoked is not None:
        return f"revoked {_day(key.revoked)}"
    if fault := key.fault(utc_now()):
        return f"expired {_day(key.expires)}" if key.expires else fault
    return f"until {_day(key.expires)}" if key.expires else "yes"


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _json(keys: list[Key]) -> str:
    return TypeAdapter(list[Key]).dump_json(keys, indent=2).decode()
