"""Gathering again, indexing and checking, from the desk."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.desk import work
from api.desk.errors import WrongWork
from api.desk.journal import Deed
from api.desk.types import Step, Task
from api.languages import gettext, said
from api.routes.desk.given import PATH, Acting, Seat, Seated, go
from corpus.centres import load_registry
from corpus.errors import EvidenceError
from corpus.uploads import can_read

router = APIRouter()
_Box = Annotated[str, Form(max_length=10)]


@router.get("/sync")
def sync_form(seat: Seated) -> Response:
    """Which centre to gather from."""
    return _sync_form(seat)


@router.post("/sync")
def sync(
    seat: Acting, centre: Annotated[str, Form(max_length=200)] = "", index: _Box = ""
) -> Response:
    """Gather from a centre, or from all, by a job."""
    if centre and centre not in dict(_gathered(seat)):
        told = gettext("The registry has no such centre that can be gathered from.")
        return _sync_form(seat, centre, told, index=bool(index))
    home = seat.desk.home.path
    steps = [work.sync(home, centre or None, seat.desk.registry)]
    if index:
        steps.append(work.index(home))
    try:
        return _asked(seat, Task.SYNC, steps, Deed.SYNCED, centre)
    except EvidenceError as error:
        return _sync_form(seat, centre, said(error), index=bool(index))


@router.get("/index")
def index_form(seat: Seated) -> Response:
    """How the index stands, and what can be done about it."""
    return _index_form(seat)


@router.post("/index")
def index(seat: Acting, reread: _Box = "") -> Response:
    """Bring the index up to date, by a job."""
    steps = [work.index(seat.desk.home.path, reread=bool(reread))]
    try:
        return _asked(seat, Task.INDEX, steps, Deed.INDEXED, "")
    except EvidenceError as error:
        return _index_form(seat, said(error))


@router.get("/check")
def checked() -> Response:
    """The address of the button, where it was reloaded or its language changed."""
    return go(f"{PATH}/index")


@router.post("/check")
def check(seat: Acting) -> Response:
    """Look at everything, by a job."""
    try:
        return _asked(seat, Task.CHECK, [work.check(seat.desk.home.path)], Deed.CHECKED, "")
    except EvidenceError as error:
        return _index_form(seat, said(error))


def _asked(seat: Seat, task: Task, steps: list[Step], deed: Deed, about: str) -> Response:
    if task is not Task.CHECK and not can_read():
        raise WrongWork(
            "This service was installed without what reads files.",
            cure="Do it where everything is installed, and restore a backup here.",
        )
    number = seat.desk.jobs.ask(task, steps, who=seat.key.key_id, about=about)
    seat.desk.journal.tell(seat.key.key_id, deed, about)
    return go(f"{PATH}/jobs/{number}")


def _gathered(seat: Seat) -> list[tuple[str, str]]:
    """Ids and names of the centres that can be gathered from, by name."""
    every = load_registry(seat.desk.registry).centre
    named = [(each.id, each.name) for each in every if each.source and each.licence.index]
    return sorted(named, key=lambda pair: pair[1].casefold())


def _sync_form(seat: Seat, centre: str = "", fault: str = "", *, index: bool = True) -> Response:
    with seat.desk.library() as library:
        runs = list(library.visits.runs(10))
    return seat.page(
        "sync.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        centres=_gathered(seat),
        chosen=centre,
        index=index,
        fault=fault,
        runs=runs,
        able=can_read(),
    )


def _index_form(seat: Seat, fault: str = "") -> Response:
    with seat.desk.library() as library:
        fresh = seat.desk.freshness(library)
    return seat.page(
        "index.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        fresh=fresh,
        fault=fault,
        able=can_read(),
    )
