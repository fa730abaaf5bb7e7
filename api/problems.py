"""Every error as problem details (RFC 9457), from one table of exception types."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from starlette.exceptions import HTTPException

from api.cursors import StaleCursor, WrongCursor
from api.desk.errors import DeskUnusable, WrongWork
from api.faults import describe_faults
from api.feedback.errors import FeedbackFull, FeedbackOff, FeedbackUnusable, ForeignPage
from api.keys.errors import KeysUnusable, OutOfScope
from api.languages import ENGLISH, N_, gettext, language_of, visit
from corpus.errors import EvidenceError, MetadataError, ReadingError, filled
from search.errors import (
    EncoderError,
    EngineUnavailable,
    IndexChanged,
    IndexUnusable,
    InvalidQuery,
    NoIndex,
    UnknownId,
)

MEDIA_TYPE: Final = "application/problem+json"

#: Which status an error has; the first that fits counts.
STATUS: Final[tuple[tuple[type[EvidenceError], HTTPStatus], ...]] = (
    (InvalidQuery, HTTPStatus.UNPROCESSABLE_ENTITY),
    (WrongCursor, HTTPStatus.UNPROCESSABLE_ENTITY),
    (StaleCursor, HTTPStatus.GONE),
    (UnknownId, HTTPStatus.NOT_FOUND),
    (ReadingError, HTTPStatus.UNPROCESSABLE_ENTITY),  # a file that was sent
    (MetadataError, HTTPStatus.UNPROCESSABLE_ENTITY),  # a list of references that was sent
    (OutOfScope, HTTPStatus.FORBIDDEN),
    (FeedbackOff, HTTPStatus.FORBIDDEN),
    (ForeignPage, HTTPStatus.FORBIDDEN),
    (FeedbackFull, HTTPStatus.INSUFFICIENT_STORAGE),
    (FeedbackUnusable, HTTPStatus.SERVICE_UNAVAILABLE),
    (KeysUnusable, HTTPStatus.SERVICE_UNAVAILABLE),
    (DeskUnusable, HTTPStatus.SERVICE_UNAVAILABLE),
    (WrongWork, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NoIndex, HTTPStatus.SERVICE_UNAVAILABLE),
    (EngineUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexUnusable, HTTPStatus.SERVICE_UNAVAILABLE),
    (EncoderError, HTTPStatus.SERVICE_UNAVAILABLE),
    (EvidenceError, HTTPStatus.INTERNAL_SERVER_ERROR),
)

_DESCRIBED: Final = N_("The parameters are described at /docs.")
_CHANGED: Final = (N_("The index changed while it was asked."), N_("Ask again."))
_AWAY: Final = (N_("The index cannot be reached just now."), N_("Try again in a few seconds."))
#: No cache keeps an error, or hands a person's page to a program.
_PASSING: Final = {"Cache-Control": "no-store", "Vary": "Accept"}

_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(default="about:blank", description="The status says what kind it is.")
    title: str = Field(description="The status in words.", examples=["Not Found"])
    status: int = Field(description="As in the response.", examples=[404])
    detail: str = Field(
        description="What is wrong.", examples=["There is no report 'x' in this index."]
    )
    cure: str | None = Field(
        None, description="What to do about it.", examples=["Search again for its id."]
    )
    instance: str = Field(description="The address asked.", examples=["/v1/reports/x"])
    #: That of `detail` and `cure`; for pages only.
    language: SkipJsonSchema[str] = Field(default=ENGLISH, exclude=True)


class QuotaProblem(Problem):
    """Problem details where a limit was exceeded, by the draft of the RateLimit headers."""

    type: str = "https://iana.org/assignments/http-problem-types#quota-exceeded"
    violated_policies: list[str] = Field(
        serialization_alias="violated-policies", examples=[["visitor-minute"]]
    )


#: Shows a problem to a person.
ProblemPage = Callable[[Problem], str]


def make_problem(
    request: Request,
    status: HTTPStatus,
    detail: str,
    cure: str | None = None,
    values: Mapping[str, object] | None = None,
) -> Problem:
    """What went wrong with a request; for a person in the language of the page.

    Args:
        request: what was asked.
        status: of the answer.
        detail: what is wrong, in English, with places in braces for `values`, if any.
        cure: likewise.
        values: what fills the places.
    """
    say = _voice(request)
    return Problem(
        title=status.phrase,
        status=status,
        detail=filled(say(detail), values),
        cure=None if cure is None else filled(say(cure), values),
        instance=request.url.path,
        language=language_of(detail) if say is gettext else ENGLISH,
    )


def _voice(request: Request) -> Callable[[str], str]:
    """What puts words into the language of whoever asks: the API speaks English."""
    return str if request.url.path.startswith("/v1/") else gettext


def unforeseen(request: Request) -> Problem:
    """The problem for an error nobody foresaw; what it was is only in the log."""
    return make_problem(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        N_("Something went wrong here; it has been logged."),
        N_("Try again; if it stays so, tell whoever runs this service the X-Request-Id."),
    )


def respond(request: Request, told: Problem, page: ProblemPage) -> Response:
    """Problem details for programs; the page for a browser that is not asking the API."""
    for_person = not request.url.path.startswith("/v1/")
    if for_person and "text/html" in request.headers.get("accept", ""):
        return Response(page(told), told.status, headers=_PASSING, media_type="text/html")
    return JSONResponse(
        told.model_dump(by_alias=True), told.status, headers=_PASSING, media_type=MEDIA_TYPE
    )


def status_of(error: EvidenceError) -> HTTPStatus:
    """The status the table gives an error."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def _parameters(request: Request) -> list[str]:
    """Names of the query parameters of the address asked."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return []
    models = [parameter.field_info.annotation for parameter in route.dependant.query_params]
    return [
        name
        for model in models
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name in model.model_fields
    ]


def install_problems(app: FastAPI, page: ProblemPage) -> None:
    """Answer every error the app raises on purpose with a problem."""

    @app.exception_handler(EvidenceError)
    def _evidence(request: Request, error: EvidenceError) -> Response:
        status = status_of(error)
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("%s: %s", request.url.path, error)
        response = respond(request, _problem_of(request, status, error), page)
        if isinstance(error, EngineUnavailable):
            response.headers["Retry-After"] = str(error.retry_after_s)
        return response

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        say = _voice(request)
        detail = describe_faults(error.errors(), _parameters(request), say=say)
        problem = make_problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, _DESCRIBED)
        if say is gettext:
            problem.language = visit().language
        return respond(request, problem, page)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        if status is HTTPStatus.NOT_MODIFIED:
            return Response(status_code=status, headers=error.headers)
        response = respond(request, make_problem(request, status, _detail(error, status)), page)
        response.headers.update(error.headers or {})
        return response


def told_outside(error: EvidenceError) -> tuple[str, str | None]:
    """What an error says, and its cure: where the database is, is nobody else's business."""
    if isinstance(error, EngineUnavailable):
        return _CHANGED if isinstance(error, IndexChanged) else _AWAY
    return error.message, error.advice


def _problem_of(request: Request, status: HTTPStatus, error: EvidenceError) -> Problem:
    """What an error says; where the database is, is nobody else's business."""
    message, cure = told_outside(error)
    return make_problem(request, status, message, cure, error.values)


def _detail(error: HTTPException, status: HTTPStatus) -> str:
    if status is HTTPStatus.NOT_FOUND:
        return N_("There is nothing at this address.")
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        return N_("This address does not answer this method.")
    return str(error.detail)
