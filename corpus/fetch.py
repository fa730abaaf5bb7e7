"""One file from the web, within limits of size, time and redirects."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

import httpx

from corpus.errors import CorpusError

LARGEST: Final = 200 * 2**20  # bytes
TIMEOUT_S: Final = 60.0
REDIRECTS: Final = 5
USER_AGENT: Final = "what-works-evidence-search/0.1 (adds single reports on request)"


class FetchError(CorpusError):
    """An address does not give a file."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its bytes and a file name made from the last address."""

    data: bytes
    name: str


def is_address(text: str) -> bool:
    """Whether it is a web address rather than a path."""
    return urlsplit(text).scheme in {"http", "https"}


def fetch(url: str, *, transport: httpx.BaseTransport | None = None) -> Fetched:
    """Download one file.

    Args:
        url: an http or https address.
        transport: what carries the request; the network unless given.

    Raises:
        FetchError: no answer, an error status, too large, or too many redirects.
    """
    try:
        with (
            httpx.Client(
                transport=transport,
                timeout=TIMEOUT_S,
                follow_redirects=True,
                max_redirects=REDIRECTS,
                headers={"User-Agent": USER_AGENT},
            ) as client,
            client.stream("GET", url) as response,
        ):
            response.raise_for_status()
            data = bytearray()
            for part in response.iter_bytes():
                data += part
                if len(data) > LARGEST:
                    raise FetchError(f"{url} is larger than {LARGEST // 2**20} MiB.")
            return Fetched(bytes(data), _name(str(response.url)))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchError(
            f"{url} cannot be fetched: {error or type(error).__name__}.",
            cure="Check the address in a browser; a file you downloaded can be added by its path.",
        ) from error


def _name(url: str) -> str:
    parts = urlsplit(url)
    return unquote(PurePosixPath(parts.path).name) or f"{parts.hostname}.html"
