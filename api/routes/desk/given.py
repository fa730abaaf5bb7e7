"""What the desk's pages are given: who sits at it, and that a form is really theirs."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import Depends, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from api.admission import Doorkeeper
from api.dependencies import AnySearcher, Keeper
from api.desk.desk import Desk
from api.desk.sessions import LONGEST_S, form_fits, form_token
from api.keys.errors import UnknownKey
from api.keys.types import Key, utc_now
from api.languages import N_, visit
from api.routes.rendering import render
from search.live import LiveSearcher
from search.searcher import Searcher

COOKIE: Final = "evidence-desk"
FORM_COOKIE: Final = "evidence-desk-form"  # of the sign-in form, before there is a session
PATH: Final = "/desk"
#: A browser names the page a form was sent from only where it may.
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}
_FOREIGN: Final = N_(
    "This form was not sent from the desk's own page, or is older than the session."
)


async def desk(request: Request) -> Desk:
    """The desk."""
    found: Desk = request.app.state.desk
    return found


TheDesk = Annotated[Desk, Depends(desk)]


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits at the desk: the key they showed, the token of their session."""

    key: Key
    token: str
    desk: Desk

    def page(
        self,
        template: str,
        status: HTTPStatus = HTTPStatus.OK,
        **shown: Any,  # noqa: ANN401
    ) -> Response:
        """A page of theirs, with the token its forms send."""
        html = render(f"desk/{template}", form=form_token(self.token), key=self.key, **shown)
        return Response(html, status, headers=HEADERS, media_type="text/html")


def seat_of(request: Request, desk: Desk, keeper: Doorkeeper) -> Seat | None:
    """Who sits at the desk; None where nobody does, or their key opens nothing any more."""
    session = desk.sessions.find(request.cookies.get(COOKIE, ""))
    if session is None:
        return None
    try:
        key = keeper.keys.get(session.key_id)
    except UnknownKey:  # a backup from before it was made
        key = None
    if key is None or key.fault(utc_now()):
        desk.sessions.end(session.token)
        return None
    return Seat(key, session.token, desk)


def seat(request: Request, desk: TheDesk, keeper: Keeper) -> Seat:
    """Who sits at the desk; whoever does not is sent to sign in."""
    found = seat_of(request, desk, keeper)
    if found is None:
        headers = {"Location": visit().to(PATH)}
        raise HTTPException(HTTPStatus.SEE_OTHER, "Sign in first.", headers)
    return found


Seated = Annotated[Seat, Depends(seat)]
FormToken = Annotated[str, Form(max_length=200)]


def acting(request: Request, seat: Seated, keeper: Keeper, form: FormToken = "") -> Seat:
    """Who sits at the desk and sent a form of it; raises HTTPException (403) for any other."""
    check_form(request, keeper, seat.token, form)
    return seat


Acting = Annotated[Seat, Depends(acting)]


def newest(request: Request, searcher: AnySearcher) -> Searcher:
    """The searcher over what a job made a moment ago."""
    source = request.app.state.source
    return source.newest() if isinstance(source, LiveSearcher) else searcher


NewestSearcher = Annotated[Searcher, Depends(newest)]


def check_form(request: Request, keeper: Doorkeeper, token: str, form: str) -> None:
    """Refuse a form that another site had somebody send.

    Raises:
        HTTPException: 403.
    """
    if not (keeper.is_own_form(request) and token and form_fits(token, form)):
        raise HTTPException(HTTPStatus.FORBIDDEN, _FOREIGN)


def give_cookie(response: Response, name: str, token: str, site: str) -> None:
    """Have the browser keep a token, for the desk's pages of this very site alone."""
    response.set_cookie(
        name,
        token,
        max_age=LONGEST_S,
        path=PATH,
        secure=site.startswith("https:"),
        httponly=True,
        samesite="strict",
    )


def new_token() -> str:
    """For the sign-in form."""
    return secrets.token_urlsafe(32)


def go(path: str) -> Response:
    """To a page of the desk, after a form was taken."""
    return RedirectResponse(visit().to(path), HTTPStatus.SEE_OTHER, headers=HEADERS)


def report_page(report_id: str, done: str = "") -> str:
    """The desk's page of a report, told what was just done to it."""
    path = f"{PATH}/reports/{quote(report_id, safe='')}"
    return f"{path}?{urlencode({'done': done})}" if done else path
