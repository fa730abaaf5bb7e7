"""`fields`: which parts of an answer come back."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Final, get_args, get_origin

from fastapi.responses import Response
from pydantic import BaseModel, Field

from search.errors import InvalidQuery

#: Names of fields, separated by commas; dots lead inwards.
Fields = Annotated[
    str | None,
    Field(
        max_length=1_000,
        description="Only these fields, separated by commas; dots lead inwards "
        "(`hits.text,hits.report.title`). All of them if not given.",
        examples=["generation"],
    ),
]
_Tree = dict[str, Any]  # names to trees; an empty tree is all of it
_ALL: Final = "__all__"


def chosen(body: BaseModel, fields: str | None, headers: Mapping[str, str]) -> Response:
    """An answer with the fields asked for.

    Args:
        body: the whole of it.
        fields: as in the address; None for all.
        headers: of the response.

    Raises:
        InvalidQuery: it has no such field.
    """
    return as_json(written(body, fields), headers)


def written(body: BaseModel, fields: str | None) -> bytes:
    """The same as JSON; raises InvalidQuery."""
    return body.model_dump_json(include=included(type(body), fields)).encode()


def as_json(told: bytes, headers: Mapping[str, str]) -> Response:
    """A response of what was written."""
    return Response(told, media_type="application/json", headers=dict(headers))


def included(shape: type[BaseModel], fields: str | None) -> Any:  # noqa: ANN401 - what pydantic takes
    """The fields as pydantic's `include`; None for all; raises InvalidQuery."""
    if fields is None:
        return None
    tree: _Tree = {}
    names = [name.strip() for name in fields.split(",") if name.strip()]
    if not names:
        raise InvalidQuery("fields names nothing.", cure="Leave it out to have everything.")
    for name in names:
        _grow(tree, name.split("."))
    return _included(shape, tree, "")


def _grow(tree: _Tree, path: list[str]) -> None:
    for part in path[:-1]:
        if tree.get(part) == {}:
            return  # all of it is wanted already
        tree = tree.setdefault(part, {})
    tree[path[-1]] = {}


def _included(annotation: Any, tree: _Tree, above: str) -> Any:  # noqa: ANN401 - types and includes
    if not tree:
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {
            name: _included(_field(annotation, name, above), inner, f"{above}{name}.")
            for name, inner in tree.items()
        }
    parts = [part for part in get_args(annotation) if part is not type(None)]
    if get_origin(annotation) is list:
        return {_ALL: _included(parts[0], tree, above)}
    if get_origin(annotation) is not dict and len(parts) == 1:  # may be null
        return _included(parts[0], tree, above)
    raise InvalidQuery(f"fields: {above.rstrip('.')} has no parts to choose from.")


def _field(shape: type[BaseModel], name: str, above: str) -> Any:  # noqa: ANN401 - any type
    try:
        return shape.model_fields[name].annotation
    except KeyError:
        near = get_close_matches(name.casefold(), list(shape.model_fields), n=1, cutoff=0.5)
        meant = f"Did you mean {above}{near[0]}? " if near else ""
        raise InvalidQuery(
            f"fields: there is no {above}{name}.",
            cure=f"{meant}There are {', '.join(shape.model_fields)}.",
        ) from None
