"""What a list of publications gives, and what every adapter is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from corpus.centres import SourceSpec
from corpus.types import Metadata


@dataclass(frozen=True, slots=True)
class Listed:
    """One publication of a list.

    `modified` is when the list says it last changed; `files` are addresses of its documents
    where the list itself names them; `metadata` is what the list says of it.
    """

    url: str
    modified: datetime | None = None
    metadata: Metadata = Metadata()
    files: tuple[str, ...] = ()


class Ask(Protocol):
    """Fetches a page of a list."""

    def __call__(self, url: str, *, headers: Mapping[str, str] | None = None) -> bytes:
        """The bytes of an address.

        Raises:
            FetchError: it gives none.
        """


class Adapter(Protocol):
    """Goes through one kind of list."""

    def __call__(self, spec: SourceSpec, ask: Ask) -> Iterator[Listed]:
        """Every publication of the list, in its order.

        Raises:
            FetchError: a page of the list cannot be had.
            SourceError: it is not what its kind should be.
        """
