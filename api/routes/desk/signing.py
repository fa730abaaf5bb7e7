"""The desk's first page: signing in, or what there is to do; signing out."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from api.dependencies import Keeper, Site
from api.desk.journal import Deed
from api.desk.sessions import form_token
from api.keys.types import KeyKind
from api.languages import gettext, ngettext
from api.refusals import Refusal
from api.routes.desk.given import (
    COOKIE,
    FORM_COOKIE,
    HEADERS,
    PATH,
    Acting,
    FormToken,
    Seat,
    TheDesk,
    check_form,
    give_cookie,
    go,
    new_token,
    seat_of,
)
from api.routes.desk.wording import DEEDS
from api.routes.rendering import render
from corpus.uploads import can_read

router = APIRouter()

LATEST: Final = 5  # lines of the journal
DAYS: Final = 7


@router.get("")
def front(request: Request, desk: TheDesk, keeper: Keeper, site: Site) -> Response:
    """What there is to do; the sign-in form for whoever is not signed in."""
    seat = seat_of(request, desk, keeper)
    return _overview(seat) if seat else _sign_in(request, site)


@router.post("")
def sign_in(
    request: Request,
    desk: TheDesk,
    keeper: Keeper,
    site: Site,
    key: Annotated[str, Form()] = "",
    form: FormToken = "",
) -> Response:
    """Take an admin key; the session's token is a new one, whatever was sent."""
    check_form(request, keeper, request.cookies.get(FORM_COOKIE, ""), form)
    try:
        found = keeper.identify(key.strip(), (KeyKind.ADMIN,), request)
    except Refusal as refusal:
        return _sign_in(request, site, refusal)
    session = desk.sessions.begin(found.key_id)
    desk.journal.tell(found.key_id, Deed.SIGNED_IN)
    response = go(PATH)
    give_cookie(response, COOKIE, session.token, site)
    response.delete_cookie(FORM_COOKIE, path=PATH)
    return response


@router.post("/leave")
def sign_out(seat: Acting) -> Response:
    """End the session, in every worker."""
    seat.desk.sessions.end(seat.token)
    seat.desk.journal.tell(seat.key.key_id, Deed.SIGNED_OUT)
    response = go(PATH)
    response.delete_cookie(COOKIE, path=PATH)
    return response


@router.get("/leave")
def left() -> Response:
    """The address of the button, where it was reloaded or its language changed."""
    return go(PATH)


def _sign_in(request: Request, site: str, refusal: Refusal | None = None) -> Response:
    token = request.cookies.get(FORM_COOKIE) or new_token()
    html = render("desk/sign-in.html", form=form_token(token), fault=_told(refusal))
    status = refusal.status if refusal else HTTPStatus.OK
    response = Response(html, status, headers=HEADERS, media_type="text/html")
    if refusal and (wait := refusal.headers.get("Retry-After")):
        response.headers["Retry-After"] = wait
    give_cookie(response, FORM_COOKIE, token, site)
    return response


def _told(refusal: Refusal | None) -> str:
    if refusal is None:
        return ""
    if wait := refusal.headers.get("Retry-After"):
        return ngettext(
            "Too many wrong keys came from this address. Try again in %(num)s second.",
            "Too many wrong keys came from this address. Try again in %(num)s seconds.",
            int(wait),
        ) % {"num": wait}
    return gettext(
        "This key does not open the desk: it is unknown, revoked, expired, or no admin key."
    )


def _overview(seat: Seat) -> Response:
    desk = seat.desk
    with desk.library() as library:
        fresh = desk.freshness(library)
    return seat.page(
        "front.html",
        fresh=fresh,
        able=can_read(),
        jobs=desk.jobs.open(),
        days=desk.tallies.days(DAYS),
        lines=[(line, gettext(DEEDS[line.what])) for line in desk.journal.lines(LATEST)],
    )
