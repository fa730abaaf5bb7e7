"""The OpenAPI description, completed with what holds of every address."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from http import HTTPStatus
from threading import Lock
from typing import Any, Final

from fastapi import FastAPI

from api.admission import SITE_DOORS
from api.meanings import MEANINGS
from api.problem_docs import documented
from api.problems import Problem

_REF: Final = "#/components/schemas/"
_TAG: Final = {
    "description": "Names the index generation; send it back in If-None-Match.",
    "schema": {"type": "string"},
    "example": 'W/"20260102T030405678Z-0a1b2c3d-0.1.0"',
}
_REQUEST_ID: Final = {
    "description": "What the log names the request by.",
    "schema": {"type": "string"},
    "example": "0a1b2c3d4e5f",
}
_UNCHANGED: Final = {"description": "The client has it already: the index is the same."}


def describe(app: FastAPI, include_all: Callable[[], None]) -> None:
    """Complete what the app says of itself in OpenAPI, when it is asked; all addresses by then."""
    made = app.openapi
    once = Lock()  # FastAPI builds it in place, as often as it is asked at the same time

    def described() -> dict[str, Any]:
        include_all()
        with once:
            fresh = app.openapi_schema is None
            told = made()
            if fresh:
                _complete(told)
        return told

    app.openapi = described  # type: ignore[method-assign] # FastAPI's documented way


def _complete(told: dict[str, Any]) -> None:
    schemas = told["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema()
    for name, schema in schemas.items():
        if name.startswith("Body_"):
            _as_form(schema)
        for field, shown in schema.get("properties", {}).items():
            if field in MEANINGS:
                shown.setdefault("description", MEANINGS[field])
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            _complete_operation(path, method, operation)
            if any(each["name"] == "fields" for each in operation.get("parameters", ())):
                _add_part(operation, schemas)


def _as_form(schema: dict[str, Any]) -> None:
    """A form cannot send null: what may be missing is not required, that is all."""
    for field in schema["properties"].values():
        given = [each for each in field.get("anyOf", ()) if each.get("type") != "null"]
        if len(given) == 1:
            del field["anyOf"]
            field.update(given[0])


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    """Errors any address may answer with, and the headers of what it answers."""
    responses = operation["responses"]
    errors = [HTTPStatus.INTERNAL_SERVER_ERROR]
    if "security" in operation:
        operation["security"] = _accepted(path)
        errors.append(HTTPStatus.BAD_REQUEST)  # two keys at once
    if "requestBody" in operation:
        errors += [
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ]
    for status, told in documented(*errors).items():
        responses.setdefault(str(status), told)
    headers = responses["200"].setdefault("headers", {})
    headers["X-Request-Id"] = _REQUEST_ID
    if method == "get" and path.startswith("/v1/"):
        headers["ETag"] = _TAG
        responses["304"] = _UNCHANGED
    operation["responses"] = dict(sorted(responses.items()))


def _accepted(path: str) -> list[dict[str, list[str]]]:
    """Which keys an address takes; the empty one stands for none (`EVIDENCE_ANONYMOUS`)."""
    bearer: dict[str, list[str]] = {"HTTPBearer": []}
    if path == "/v1/keys":
        return [bearer]
    return [{}, bearer, {"APIKeyQuery": []}] if path in SITE_DOORS else [{}, bearer]


def _add_part(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """With `fields`, any part of the answer comes back: its schema without what is required."""
    answer = operation["responses"]["200"]["content"]["application/json"]
    whole = answer["schema"]
    for name in [whole["$ref"].removeprefix(_REF), *_below(whole, schemas)]:
        part = deepcopy(schemas[name])
        part.pop("required", None)
        part["title"] = f"{name}Part"
        _rename(part, schemas)
        schemas[f"{name}Part"] = part
    answer["schema"] = {"anyOf": [whole, {"$ref": f"{whole['$ref']}Part"}]}


def _below(schema: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    """Names of the objects that a schema leads to."""
    found: dict[str, None] = {}
    waiting = [schema]
    while waiting:
        for reference in _references(waiting.pop()):
            name = reference["$ref"].removeprefix(_REF)
            if name not in found:
                found[name] = None
                waiting.append(schemas[name])
    return [name for name in found if schemas[name].get("type") == "object"]


def _rename(part: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Let what is part of a part be one too; enumerations stay as they are."""
    for reference in _references(part):
        if schemas[reference["$ref"].removeprefix(_REF)].get("type") == "object":
            reference["$ref"] += "Part"


def _references(schema: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema
        for inner in schema.values():
            yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)
