"""XML, JSON, dates and addresses as lists of publications give them."""

import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from courlan import normalize_url
from lxml import etree

from corpus.errors import SourceError

LARGEST: Final = 200 * 2**20  # bytes of a list, unpacked
_GZIP: Final = b"\x1f\x8b"


def parse_xml(data: bytes, url: str) -> Any:  # noqa: ANN401 - lxml's element
    """The root element; compressed or plain, small faults mended, no entity or DTD followed.

    Raises:
        SourceError: it is no XML.
    """
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(unpack(data, url), parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(f"{url} is no XML: {error}.") from error
    if root is None:
        raise SourceError(f"{url} is no XML.")
    return root


def parse_json(data: bytes, url: str) -> Any:  # noqa: ANN401 - any JSON
    """What JSON says.

    Raises:
        SourceError: it is no JSON.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{url} gives no JSON: {error}.") from error


@contextmanager
def understanding(url: str) -> Iterator[None]:
    """Take what an address gives apart: where it has another shape than it should, say so.

    Raises:
        SourceError: a part is not of the type its place calls for.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise SourceError(f"{url} gives something of another shape: {error}.") from error


def unpack(data: bytes, url: str) -> bytes:
    """The bytes, out of gzip where they are in it (whatever the address ends with).

    Raises:
        SourceError: damaged, or more than `LARGEST` bytes inside.
    """
    if not data.startswith(_GZIP):
        return data
    found = bytearray()
    while data.startswith(_GZIP):  # several may stand one after another
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            found += unpacker.decompress(data, LARGEST + 1 - len(found))
        except zlib.error as error:
            raise SourceError(f"{url} is damaged gzip: {error}.") from error
        if len(found) > LARGEST:
            raise SourceError(f"{url} unpacks to more than {LARGEST // 2**20} MiB.")
        if not unpacker.eof:
            raise SourceError(f"{url} is damaged gzip: it ends before its end.")
        data = unpacker.unused_data
    return bytes(found)


def local_name(element: Any) -> str:  # noqa: ANN401 - lxml's element
    """An element's name without its namespace; empty for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def parse_date(words: str | None) -> datetime | None:
    """A moment in ISO 8601 (RFC 3339, W3C) or RFC 5322; without a zone it is UTC."""
    words = str(words or "").strip()  # JSON may give anything
    if not words:
        return None
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        try:
            found = parsedate_to_datetime(words)
        except ValueError:
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def year_of(words: str | None) -> int | None:
    """The year a date begins with."""
    match = re.match(r"\s*(1[89]\d\d|20\d\d)\b", str(words or ""))
    return int(match[1]) if match else None


def address(link: str, base: str) -> str | None:
    """An absolute web address without fragment, trackers and needless parts; None for others.

    An empty link is none: it would lead to `base` itself.
    """
    if not link.strip():
        return None
    try:
        whole = urljoin(base, link.strip())
        whole.encode()  # half a surrogate pair, which JSON may give, is in no address
        if urlsplit(whole).scheme not in {"http", "https"}:
            return None
        return str(normalize_url(whole.split("#")[0]))
    except ValueError:
        return None


def plain(html: str | None) -> str | None:
    """The words of a fragment of HTML, on one line; None where there are none."""
    if not isinstance(html, str) or not html.strip():
        return None
    root = etree.HTML(f"<p>{html}</p>")
    words = " ".join("".join(root.itertext()).split()) if root is not None else ""
    return words or None
