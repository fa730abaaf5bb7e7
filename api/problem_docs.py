"""How problems stand in the OpenAPI description: each error status with an example."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from api.problems import MEDIA_TYPE, Problem

#: An example of each status's `detail` and `cure`.
_EXAMPLES: Final[Mapping[HTTPStatus, tuple[str, str | None]]] = {
    HTTPStatus.BAD_REQUEST: ("There was an error parsing the body", None),
    HTTPStatus.UNAUTHORIZED: ("Only who has the token may read this.", None),
    HTTPStatus.NOT_FOUND: (
        "There is no report 'x' in the library.",
        "`evidence status` lists the reports and their ids.",
    ),
    HTTPStatus.REQUEST_TIMEOUT: (
        "The request did not come within 120 seconds.",
        "Send it again, over a faster connection or in parts.",
    ),
    HTTPStatus.GONE: (
        "The index has been replaced since this cursor was given.",
        "Begin again without a cursor.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "The request is over 21 MiB.",
        "Send a smaller file, or its abstract as text.",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "k must be at most 100; center is no parameter of this address (did you mean centre?).",
        "The parameters are described at /docs.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Something went wrong here; it has been logged.",
        "Try again; if it stays so, tell whoever runs this service the X-Request-Id.",
    ),
    HTTPStatus.INSUFFICIENT_STORAGE: (
        "There is no room for more feedback here.",
        "Whoever runs this service can make room.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "There is no index yet.",
        "Run `evidence add PATH`, then `evidence index`.",
    ),
}


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint's OpenAPI entry for these errors."""
    return {int(status): _documented(status) for status in statuses}


def _documented(status: HTTPStatus) -> dict[str, Any]:
    detail, cure = _EXAMPLES.get(status, (status.description, None))
    example = Problem(
        title=status.phrase, status=status, detail=detail, cure=cure, instance="/v1/…"
    )
    schema = {"$ref": "#/components/schemas/Problem"}  # which api.description puts there
    content = {MEDIA_TYPE: {"schema": schema, "example": example.model_dump()}}
    return {"description": status.phrase, "content": content}
