"""What is wrong with settings, each told by the name of its variable."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from corpus.errors import SettingError

#: Settings whose value is, or holds, what nobody else may read.
_SECRET: Final = frozenset({"engine", "metrics_token", "nice_key"})
#: What is wrong with a value, in plain words, by pydantic's type of fault.
_FAULTS: Final[Mapping[str, str]] = {
    "bool_parsing": "must be true or false",
    "enum": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "int_parsing": "must be a whole number",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must have {max_length} characters at most",
    "string_too_short": "must have {min_length} characters at least",
}
#: What a setting of one form must be.
_FORMS: Final[Mapping[str, str]] = {
    "contact": "must be plain letters, digits and signs (ASCII)",
    "public_url": "must be an address that begins with https:// or http://",
}


def wrong_settings(error: ValidationError) -> SettingError:
    """All that is wrong, in one error."""
    faults = "; ".join(map(_told, error.errors()))
    return SettingError(f"Wrong settings: {faults}.", cure="See docs/settings.md.")


def _told(fault: Mapping[str, Any]) -> str:
    name = str(fault["loc"][0])
    told = fault["msg"].removeprefix("Value error, ")
    if fault["type"] in _FAULTS:
        told = _FAULTS[fault["type"]].format(**fault.get("ctx", {}))
    if fault["type"] == "string_pattern_mismatch":
        told = _FORMS.get(name, told)
    shown = "wrong" if name in _SECRET else repr(fault["input"])
    return f"EVIDENCE_{name.upper()} is {shown}: {told}"
