"""Adding a report at the desk: a file, or what an address gives."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, BinaryIO, Final

from fastapi import APIRouter, File, Form, Response, UploadFile

from api.desk import work
from api.desk.desk import Desk
from api.desk.errors import WrongWork
from api.desk.jobs import INSIDE
from api.desk.journal import Deed
from api.desk.types import Task
from api.languages import gettext
from api.languages import said as in_words
from api.routes.desk.given import PATH, Acting, Seat, Seated, go
from api.routes.desk.wording import cannot_be
from corpus.centres import load_registry
from corpus.errors import EvidenceError, MetadataError
from corpus.metadata.corrections import correction
from corpus.uploads import LARGEST_UPLOAD, can_read

router = APIRouter()

#: What may be said of a report as it is added.
SAID: Final = ("title", "centre", "year")
LONGEST: Final = 500  # characters of each
_Words = Annotated[str, Form(max_length=work.LONGEST_ADDRESS + 1)]


@dataclass(frozen=True, slots=True)
class Sent:
    """What the form's fields held, to be shown again, and what is wrong, by field."""

    address: str = ""
    said: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(SAID, ""))
    index: bool = True
    faults: Mapping[str, str] = field(default_factory=dict)


@router.get("/add")
def form(seat: Seated) -> Response:
    """The empty form."""
    return _form(seat, Sent())


@router.post("/add")
def add(
    seat: Acting,
    file: Annotated[UploadFile | None, File()] = None,
    address: _Words = "",
    title: _Words = "",
    centre: _Words = "",
    year: _Words = "",
    index: Annotated[str, Form()] = "",
) -> Response:
    """Have it added, by a job; a person sees at once what is wrong with what was typed."""
    said = {"title": title.strip(), "centre": centre.strip(), "year": year.strip()}
    upload = file if file and file.filename else None
    known, faults = _known(said)
    faults |= _faults(upload, address.strip())
    sent = Sent(address, said, bool(index), faults)
    if not faults:
        try:
            return go(f"{PATH}/jobs/{_ask(seat, upload, address, known, index=bool(index))}")
        except EvidenceError as error:
            sent = Sent(address, said, bool(index), {"": in_words(error)})
    return _form(seat, sent)


def _known(said: Mapping[str, str]) -> tuple[dict[str, str | int], dict[str, str]]:
    """What is said of the report, and what is wrong with it, by field."""
    known: dict[str, str | int] = {}
    faults: dict[str, str] = {}
    for name, words in said.items():
        if len(words) > LONGEST:
            faults[name] = gettext("At most %(num)s characters, please.") % {"num": LONGEST}
        elif words:
            try:
                value = correction(name, words).value
            except MetadataError as error:
                faults[name] = cannot_be(name, error)
            else:
                known[name] = value if isinstance(value, int) else str(value)
    return known, faults


def _faults(upload: UploadFile | None, address: str) -> dict[str, str]:
    """What is wrong with what is to be added, by field."""
    if (upload is not None) == bool(address):
        return {"file": gettext("Send a file or an address: one of the two.")}
    if upload is not None:
        size = upload.size or 0
        if not size:
            return {"file": gettext("The file is empty.")}
        if size > LARGEST_UPLOAD:
            told = gettext("The file is over %(size)s MiB: add it on the server by `evidence add`.")
            return {"file": told % {"size": LARGEST_UPLOAD // 2**20}}
        return {}
    try:
        work.web_address(address)
    except WrongWork as error:
        return {"address": in_words(error)}
    return {}


def _ask(
    seat: Seat,
    upload: UploadFile | None,
    address: str,
    known: Mapping[str, str | int],
    *,
    index: bool,
) -> int:
    """Ask for the job; its number."""
    desk, home = seat.desk, seat.desk.home.path
    files: dict[str, BinaryIO] = {}
    if upload is not None:
        about = work.plain_name(upload.filename or "")
        place = f"{INSIDE}/{about}"
        files[place] = upload.file
        step = work.add_file(home, about, described=bool(known))
    else:
        place = about = work.web_address(address)
        step = work.add_address(home, about, described=bool(known))
    if known:
        files[work.ABOUT] = io.BytesIO(work.described(place, known))
    steps = [step, work.index(home)] if index else [step]
    number = desk.jobs.ask(Task.ADD, steps, who=seat.key.key_id, about=about, files=files)
    desk.journal.tell(seat.key.key_id, Deed.ADDED, about)
    return number


def _form(seat: Seat, sent: Sent) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if sent.faults else HTTPStatus.OK
    return seat.page(
        "add.html",
        status,
        sent=sent,
        able=can_read(),
        centres=centres(seat.desk),
        largest=LARGEST_UPLOAD // 2**20,
        longest=work.LONGEST_ADDRESS,
    )


def centres(desk: Desk) -> list[tuple[str, str]]:
    """Ids and names of the centres of the registry, by name."""
    named = [(each.id, each.name) for each in load_registry(desk.registry).centre]
    return sorted(named, key=lambda pair: pair[1].casefold())
