"""What the desk's jobs are made of: each word of a command from what was typed, never an option."""

import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Final
from urllib.parse import urlsplit

from api.desk.errors import WrongWork
from api.desk.types import Step

LONGEST_ADDRESS: Final = 2_000
LONGEST_NAME: Final = 100  # bytes, the last ones
ABOUT: Final = "about-what-is-added.jsonl"
_UNFIT: Final = re.compile(r"[^\w .()-]")


def add_file(home: Path, name: str, *, described: bool) -> Step:
    """Add a file that lies in the job's folder, with the metadata beside it where there is any."""
    about = ("--metadata", f"../{ABOUT}") if described else ()
    return Step(("add", *_at(home), *about, "--", name), inside=True)


def add_address(home: Path, address: str, *, described: bool) -> Step:
    """Add what an address gives."""
    about = ("--metadata", f"../{ABOUT}") if described else ()
    return Step(("add", *_at(home), *about, "--", address), inside=True)


def sync(home: Path, centre: str | None, registry: Path) -> Step:
    """Gather from a centre, or from all."""
    named = ("--", centre) if centre else ()
    return Step(("sync", *_at(home), "--registry", str(registry.resolve()), *named))


def index(home: Path, *, reread: bool = False) -> Step:
    """Bring the index up to date; `reread` has every file read again, failed ones too."""
    return Step(("index", *_at(home), *(("--reread",) if reread else ())))


def remove(home: Path, report_id: str) -> Step:
    """Take a report out of the index."""
    return Step(("remove", *_at(home), "--", report_id))


def check(home: Path) -> Step:
    """Look at everything."""
    return Step(("doctor", *_at(home)))


def plain_name(name: str) -> str:
    """A file's name that is nothing else: no path, no option, not hidden, not too long."""
    last = PurePath(name.replace("\\", "/")).name
    plain = _UNFIT.sub("_", last).encode()[-LONGEST_NAME:].decode("utf-8", "ignore")
    return plain.lstrip(" .-") or "upload"


def web_address(text: str) -> str:
    """An address that `evidence add` takes for one, and never for a path.

    Raises:
        WrongWork: it is none.
    """
    address = text.strip()
    wrong = WrongWork(
        "This is no web address.", cure="It begins with https:// or http:// and names a host."
    )
    if len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address:
        raise wrong
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"http", "https"} or not host:
        raise wrong
    return address


def described(key: str, known: Mapping[str, str | int]) -> bytes:
    """A metadata file that says this of one file or address."""
    return (json.dumps({"file": key, **known}, ensure_ascii=False) + "\n").encode()


def _at(home: Path) -> tuple[str, str]:
    return ("--home", str(home.resolve()))
