"""The API described for people, from the same OpenAPI description that programs read."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.routes.rendering import render

router = APIRouter(include_in_schema=False)

_LIFE: Final = {"Cache-Control": "max-age=300"}  # as long as a client may go without asking
_BOUNDS: Final = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "maxLength": "up to {} characters",
    "maxItems": "up to {} times",
}
_EXAMPLES: Final = {
    "/v1/search": "/v1/search?q=Does+mentoring+cut+youth+crime%3F&k=3",
    "/v1/export": "/v1/export?q=Does+mentoring+cut+youth+crime%3F&format=markdown",
    "/v1/feeds/search.atom": "/v1/feeds/search.atom?q=Does+mentoring+cut+youth+crime%3F",
    "/v1/related": "/v1/related?text=Free+breakfast+for+pupils+before+lessons&k=3",
    "/v1/centres": "/v1/centres",
    "/readyz": "/readyz",
}


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    """The description that programs read."""
    return JSONResponse(request.app.openapi(), headers=_LIFE)


@router.get("/docs")
def docs(request: Request) -> Response:
    """Every address, its parameters and its errors."""
    described: dict[str, Any] = request.app.openapi()
    addresses = [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation["summary"],
            "description": operation["description"],
            "parameters": [
                *_parameters(operation, described["components"]["schemas"]),
                *_fields(operation, described["components"]["schemas"]),
            ],
            "statuses": {
                status: answer["description"] for status, answer in operation["responses"].items()
            },
            "example": _EXAMPLES.get(path) if method == "get" else None,
        }
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    ]
    html = render("docs.html", info=described["info"], addresses=addresses)
    return Response(html, media_type="text/html", headers=_LIFE)


def _parameters(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each parameter with its limits in words, those that must be given first."""
    told = [
        {
            "name": parameter["name"],
            "required": parameter["required"],
            "description": parameter.get("description", ""),
            "limits": ", ".join(_limits(parameter["schema"], schemas)),
            "default": parameter["schema"].get("default"),
        }
        for parameter in operation.get("parameters", ())
    ]
    return sorted(told, key=lambda parameter: not parameter["required"])


def _fields(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each field of the form that is sent, in the shape of a parameter."""
    forms = operation.get("requestBody", {}).get("content", {}).values()
    shapes = [schemas[form["schema"]["$ref"].rsplit("/", 1)[-1]] for form in forms]
    return [
        {
            "name": name,
            "required": name in shape.get("required", ()),
            "description": f"Form field. {field.get('description', '')}",
            "limits": ", ".join(_limits(field, schemas)),
            "default": None,
        }
        for shape in shapes
        for name, field in shape["properties"].items()
    ]


def _limits(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[str]:
    """What a value may be, in words; `schema` may hold alternatives, items or a reference."""
    told = [words.format(schema[key]) for key, words in _BOUNDS.items() if key in schema]
    if "enum" in schema:
        told.append("one of " + ", ".join(schema["enum"]))
    if "$ref" in schema:
        told += _limits(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    if "items" in schema:
        told += _limits(schema["items"], schemas)
    for alternative in schema.get("anyOf", ()):
        told += _limits(alternative, schemas)
    return told
