"""Withdrawing a report, with a reason, after a page that asks; and putting it back."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Response

from api.desk import work
from api.desk.errors import WrongWork
from api.desk.journal import Deed
from api.desk.types import Task
from api.languages import gettext
from api.parameters import AnyId
from api.routes.desk.given import PATH, Acting, NewestSearcher, Seat, Seated, go, report_page
from api.routes.desk.reports import find, title_of
from corpus.library.states import Departure, Entry
from corpus.uploads import can_read

router = APIRouter()

LONGEST: Final = 300  # characters of a reason


@router.get("/reports/{report_id}/withdraw")
def confirm(seat: Seated, report_id: AnyId) -> Response:
    """What it means, and the reason to be given."""
    return _form(seat, _held(seat, report_id))


@router.post("/reports/{report_id}/withdraw")
def withdraw(
    seat: Acting, report_id: AnyId, searcher: NewestSearcher, reason: Annotated[str, Form()] = ""
) -> Response:
    """Out of the library at once, out of the index by a job."""
    entry = _held(seat, report_id)
    words = " ".join(reason.split())
    if not words or len(words) > LONGEST or not words.isprintable():
        fault = gettext("Say why, in at most %(num)s plain characters.") % {"num": LONGEST}
        return _form(seat, entry, reason[: 2 * LONGEST], fault)
    indexed = any(each.report_id == report_id for each in searcher.standing_reports())
    with seat.desk.library() as library:
        library.remove(report_id, words)
    seat.desk.journal.tell(seat.key.key_id, Deed.WITHDRAWN, f"{report_id}: {words}")
    if indexed and can_read():
        step = work.remove(seat.desk.home.path, report_id)
        try:
            number = seat.desk.jobs.ask(Task.REMOVE, [step], who=seat.key.key_id, about=report_id)
        except WrongWork:  # the desk says that the index is behind
            return go(report_page(report_id, "withdrawn"))
        return go(f"{PATH}/jobs/{number}")
    return go(report_page(report_id, "withdrawn"))


@router.get("/reports/{report_id}/restore")
def restored(report_id: AnyId) -> Response:
    """The address of the button, where it was reloaded or its language changed."""
    return go(report_page(report_id))


@router.post("/reports/{report_id}/restore")
def restore(seat: Acting, report_id: AnyId) -> Response:
    """Put back what a person withdrew."""
    with seat.desk.library() as library:
        if find(library, report_id).departure is not Departure.REMOVED:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        library.restore(report_id)
    seat.desk.journal.tell(seat.key.key_id, Deed.PUT_BACK, report_id)
    return go(report_page(report_id, "put-back"))


def _held(seat: Seat, report_id: str) -> Entry:
    """The report, if it is still held; raises HTTPException (404)."""
    with seat.desk.library() as library:
        entry = find(library, report_id)
    if entry.removed is not None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return entry


def _form(seat: Seat, entry: Entry, reason: str = "", fault: str = "") -> Response:
    return seat.page(
        "withdraw.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        entry=entry,
        title=title_of(entry),
        reason=reason,
        fault=fault,
        longest=LONGEST,
    )
