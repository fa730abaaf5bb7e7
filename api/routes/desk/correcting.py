"""Correcting a field of a report: a person's word wins over every other source."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Response

from api.desk.journal import Deed
from api.languages import gettext
from api.parameters import AnyId
from api.routes.desk.given import Acting, Seat, Seated, go, report_page
from api.routes.desk.reports import claims_on, find, title_of, words_of
from api.routes.desk.wording import cannot_be, field_words
from corpus.errors import MetadataError
from corpus.library.states import Entry
from corpus.metadata.claims import ClaimSource, winners
from corpus.metadata.corrections import FIELDS, SEVERAL, correction
from corpus.types import PublicationType

router = APIRouter()

LONGEST: Final = 2_000  # characters of a value
TOLD: Final = 200  # of them in the journal


@router.get("/reports/{report_id}/fields/{field}")
def form(seat: Seated, report_id: AnyId, field: AnyId) -> Response:
    """What is claimed of the field, and the box for what is right."""
    entry = _find(seat, report_id, field)
    best = winners(entry.claims).get(field)
    value = words_of(best, "\n" if field in SEVERAL else "; ") if best else ""
    return _form(seat, entry, field, value)


@router.post("/reports/{report_id}/fields/{field}")
def correct(
    seat: Acting,
    report_id: AnyId,
    field: AnyId,
    value: Annotated[str, Form()] = "",
    forget: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Enter a correction, or take the one there is back.

    One transaction of the catalogue: it need not wait for a job, which enters what it reads beside.
    """
    entry = _find(seat, report_id, field)
    if forget:
        return _take_back(seat, entry, field)
    fault = _fault(value)
    try:
        lines = value.splitlines() if field in SEVERAL else value.split()
        words = ("; " if field in SEVERAL else " ").join(lines)
        claim = None if fault else correction(field, words)
    except MetadataError as error:
        claim, fault = None, cannot_be(field, error)
    if claim is None:
        return _form(seat, entry, field, value[:LONGEST], fault)
    with seat.desk.library() as library:
        library.correct(report_id, [claim], forget=())
    seat.desk.journal.tell(
        seat.key.key_id, Deed.CORRECTED, f"{report_id}: {field} = {words_of(claim)[:TOLD]}"
    )
    return go(report_page(report_id, "corrected"))


def _take_back(seat: Seat, entry: Entry, field: str) -> Response:
    with seat.desk.library() as library:
        library.correct(entry.report_id, (), forget={field})
    seat.desk.journal.tell(seat.key.key_id, Deed.TAKEN_BACK, f"{entry.report_id}: {field}")
    return go(report_page(entry.report_id, "taken-back"))


def _find(seat: Seat, report_id: str, field: str) -> Entry:
    """The report, if it is still held and has such a field; raises HTTPException (404)."""
    if field not in FIELDS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    with seat.desk.library() as library:
        entry = find(library, report_id)
    if entry.removed is not None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return entry


def _fault(value: str) -> str:
    """What is wrong with a value of any field."""
    if not value.strip():
        return gettext("Write what is right.")
    if len(value) > LONGEST:
        return gettext("At most %(num)s characters, please.") % {"num": LONGEST}
    if not all(character.isprintable() or character.isspace() for character in value):
        return gettext("There are characters in it that cannot be seen; type it anew.")
    return ""


def _form(seat: Seat, entry: Entry, field: str, value: str, fault: str = "") -> Response:
    return seat.page(
        "field.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        entry=entry,
        title=title_of(entry),
        field=field,
        label=field_words(field),
        claims=claims_on(entry, field),
        own=any(c.field == field and c.source is ClaimSource.PERSON for c in entry.claims),
        value=value,
        fault=fault,
        several=field in SEVERAL,
        kinds=[kind.value for kind in PublicationType] if field == "publication_type" else [],
        longest=LONGEST,
    )
