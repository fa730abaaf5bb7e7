"""Cursors: where the next part of a list or a ranking begins, opaque to those who carry it.

A cursor holds the generation it was given by, a hash of what was asked, and a place. It is no
secret and needs no signature: a forged one leads to no more than another part of the same list.
"""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final, Self

from pydantic import BaseModel, TypeAdapter, ValidationError

from corpus.errors import EvidenceError

LONGEST: Final = 400  # characters
#: Parameters by which two requests may differ and still read one list.
_APART: Final = {"cursor", "fields", "limit"}


class WrongCursor(EvidenceError):
    """No cursor at all, or one of another question."""


class StaleCursor(EvidenceError):
    """A cursor of an index that is not the one in use any more."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """`place` is how many to pass over."""

    generation: str
    asked: str
    place: int

    @classmethod
    def at(cls, place: int, query: BaseModel, generation: str) -> Self:
        """The cursor of a place in what was asked."""
        return cls(generation, _digest(query), place)

    def write(self) -> str:
        """As it is handed out: letters, digits, hyphens and underscores."""
        told = json.dumps(list(asdict(self).values()), separators=(",", ":"))
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


_PARTS: Final = TypeAdapter(tuple[str, str, int])


def place_of(token: str | None, query: BaseModel, generation: str) -> int:
    """How many a request passes over: 0 without a cursor.

    Raises:
        WrongCursor: it was never given out, or with another question.
        StaleCursor: the index has been replaced since.
    """
    if token is None:
        return 0
    cursor = _read(token)
    if cursor.asked != _digest(query):
        raise WrongCursor(
            "The cursor belongs to another question.",
            cure="Send it with the parameters it came with; only `fields` and `limit` may differ.",
        )
    if cursor.generation != generation:
        raise StaleCursor(
            "The index has been replaced since this cursor was given; "
            f"it was of {cursor.generation}, now {generation} answers.",
            cure="Begin again without a cursor.",
        )
    return cursor.place


def _read(token: str) -> Cursor:
    try:
        told = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        generation, asked, place = _PARTS.validate_json(told)
    except (binascii.Error, ValidationError, ValueError) as error:
        raise WrongCursor(
            "That is no cursor of this service.",
            cure="Send `next_cursor` of an answer as it is, or none to begin.",
        ) from error
    if place < 0:
        raise WrongCursor("That is no cursor of this service.", cure="Begin without a cursor.")
    return Cursor(generation, asked, place)


def _digest(query: BaseModel) -> str:
    asked: dict[str, Any] = query.model_dump(mode="json", exclude=_APART, exclude_defaults=True)
    told = json.dumps([type(query).__name__, asked], sort_keys=True)
    return sha256(told.encode()).hexdigest()[:16]
