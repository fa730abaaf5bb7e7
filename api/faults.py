"""What is wrong with the values somebody sent, in plain words."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from api.languages import N_

#: What is wrong with a value, in plain words, by pydantic's type of fault.
FAULTS: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "string_too_short": "must not be empty",
    "string_too_long": "may have at most {max_length} characters",
    "too_long": "may be given at most {max_length} times",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "enum": "must be {expected}",
    "json_invalid": "is no JSON",
    "model_attributes_type": "must be a JSON object, sent as application/json",
}

_UNKNOWN: Final = N_("{name} is no parameter of this address")
_MISTYPED: Final = N_("{name} is no parameter of this address (did you mean {meant}?)")
_PLACES: Final = frozenset({"query", "path", "body"})


def describe_faults(
    faults: Iterable[Mapping[str, Any]],
    known: Iterable[str],
    names: Mapping[str, str] = MappingProxyType({}),
    say: Callable[[str], str] = str,
) -> str:
    """All faults pydantic found, in plain words.

    Args:
        faults: as pydantic tells them.
        known: the parameters there are, to name the one that may be meant.
        names: what to call a parameter where its own name would not do.
        say: puts what is told of a value into a person's language.
    """
    told = []
    for fault in faults:
        path = [part for part in fault["loc"] if part not in _PLACES]
        name = next((part for part in path if isinstance(part, str)), "the request")
        if fault["type"] == "extra_forbidden":
            meant = _nearest(name, known)
            told.append(
                say(_UNKNOWN if meant is None else _MISTYPED).format(name=name, meant=meant)
            )
        else:
            words = FAULTS.get(fault["type"])
            plain = fault["msg"].removeprefix("Value error, ")
            if plain.startswith("Expected UploadFile"):
                plain = "must be sent as a file"
            filled = say(words).format(**fault.get("ctx", {})) if words else plain
            told.append(f"{say(names.get(name, name))} {filled}")
    return "; ".join(told) + "."


def _nearest(name: str, known: Iterable[str]) -> str | None:
    near = get_close_matches(name.casefold(), list(known), n=1, cutoff=0.5)
    return near[0] if near else None
