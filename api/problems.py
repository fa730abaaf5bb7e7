"""Every error as problem details (RFC 9457), from one table of exception types."""

import logging
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from corpus.errors import EvidenceError
from search.errors import EncoderError, IndexUnusable, InvalidQuery, NoIndex, UnknownId

MEDIA_TYPE: Final = "application/problem+json"

#: Which status an error has; the first that fits counts.
STATUS: Final[tuple[tuple[type[EvidenceError], HTTPStatus], ...]] = (
    (InvalidQuery, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UnknownId, HTTPStatus.NOT_FOUND),
    (NoIndex, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexUnusable, HTTPStatus.SERVICE_UNAVAILABLE),
    (EncoderError, HTTPStatus.SERVICE_UNAVAILABLE),
    (EvidenceError, HTTPStatus.INTERNAL_SERVER_ERROR),
)

_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """Problem details."""

    type: str = "about:blank"
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no report 'x' in the library."])
    cure: str | None = Field(None, description="What to do about it.")
    instance: str


def problem(
    request: Request, status: HTTPStatus, detail: str, cure: str | None = None
) -> JSONResponse:
    """A problem as a response."""
    body = Problem(
        title=status.phrase, status=status, detail=detail, cure=cure, instance=request.url.path
    )
    return JSONResponse(body.model_dump(), status_code=status, media_type=MEDIA_TYPE)


def status_of(error: EvidenceError) -> HTTPStatus:
    """The status the table gives an error."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def describe_faults(error: RequestValidationError) -> str:
    """All faults of a request in a sentence each."""
    told = []
    for fault in error.errors():
        where = [str(part) for part in fault["loc"] if part not in {"query", "path"}]
        name = ".".join(where) or "the request"
        if fault["type"] == "missing":
            told.append(f"{name} is missing")
        elif fault["type"] == "extra_forbidden":
            told.append(f"{name} is no parameter of this address{_near(name)}")
        else:
            told.append(f"{name}: {fault['msg']}")
    return "; ".join(told) + "."


PARAMETERS: Final = ("q", "k", "centre", "year_from", "year_to", "document_type", "topic")


def _near(name: str) -> str:
    near = get_close_matches(name, PARAMETERS, n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else ""


def install_problems(app: FastAPI) -> None:
    """Answer every error of the app with a problem."""

    @app.exception_handler(EvidenceError)
    def _evidence(request: Request, error: EvidenceError) -> Response:
        status = status_of(error)
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("%s: %s", request.url.path, error)
        return problem(request, status, str(error), error.cure)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        return problem(
            request,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            describe_faults(error),
            "The parameters are described at /docs.",
        )

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        response = problem(request, status, _detail(error, status))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    def _unforeseen(request: Request, error: Exception) -> Response:
        _log.error("%s failed", request.url.path, exc_info=error)
        return problem(
            request,
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "Something went wrong here; it has been logged.",
            "Try again; if it stays so, tell whoever runs this service.",
        )


def _detail(error: HTTPException, status: HTTPStatus) -> str:
    if status is HTTPStatus.NOT_FOUND:
        return "There is nothing at this address."
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        return "This address does not answer this method."
    return str(error.detail)


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint's OpenAPI entry for these errors."""
    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {int(s): {"description": s.phrase, "content": content} for s in statuses}
