"""One file from the web, asked for by a person: `evidence add https://…`."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

import httpx

from corpus.errors import FetchError
from corpus.web.answers import Limits
from corpus.web.client import Manners, PoliteClient
from corpus.web.pace import Retries

USER_AGENT: Final = "what-works-evidence-search/0.1 (adds single reports on request)"
#: A person asked for this very file, as a browser would: robots.txt is about crawlers.
_MANNERS: Final = Manners(
    USER_AGENT, Retries(attempts=2, longest_s=10), Limits(total_s=300), 0.0, obey_robots=False
)


_CURE: Final = "Check the address in a browser; a file you downloaded can be added by its path."


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its bytes and a file name made from the last address."""

    data: bytes
    name: str


def is_address(text: str) -> bool:
    """Whether it is a web address rather than a path."""
    return urlsplit(text).scheme in {"http", "https"}


def fetch(
    url: str, *, allow_hosts: Collection[str] = (), transport: httpx.BaseTransport | None = None
) -> Fetched:
    """Download one file.

    Args:
        url: an http or https address.
        allow_hosts: hosts that may be private addresses.
        transport: what carries the request; the network unless given.

    Raises:
        FetchError: no answer, an error status, too large, or too many redirects.
    """
    with PoliteClient(_MANNERS, allow_hosts=allow_hosts, transport=transport) as client:
        try:
            answer = client.get(url)
        except FetchError as error:
            raise type(error)(
                f"{url} cannot be fetched: {error}",
                cure=error.cure or _CURE,
                status=error.status,
            ) from error
    return Fetched(answer.data or b"", name_of(answer.url))


def name_of(url: str) -> str:
    """A file name for what an address gives."""
    parts = urlsplit(url)
    return PurePosixPath(unquote(parts.path)).name or f"{parts.hostname}.html"
