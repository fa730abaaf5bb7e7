"""What an answer comes to: a report, a landing page and its files, or nothing of use."""

from dataclasses import replace
from hashlib import sha256
from urllib.parse import urlsplit

from corpus.centres import SourceSpec
from corpus.errors import EvidenceError, ReadingError
from corpus.library.visits import Address
from corpus.metadata.claims import Claim, ClaimSource, Confidence, claims_of
from corpus.metadata.page import page_metadata
from corpus.reading.sniff import sniff
from corpus.sources.listing import links_of
from corpus.sources.patterns import matches
from corpus.sources.types import Listed
from corpus.types import DocumentType
from corpus.web.answers import Answer
from corpus.web.single import name_of
from indexer.events import Event, Failed, Got


def told(error: EvidenceError) -> str:
    """An error's cause and cure in one line."""
    return f"{error} {error.cure}" if error.cure else str(error)


def of_page_only(claim: Claim) -> Claim:
    """A page's date may be that of a new website: what its file says in print comes first."""
    dated = claim.field in {"year", "published"}
    return replace(claim, confidence=Confidence.LOW) if dated else claim


def had(address: Address, answer: Answer, now: str, *, listed: str | None = None) -> Address:
    """The address as it is after it answered."""
    if answer.data is None:
        return replace(address, listed=listed or address.listed, fault=None)
    return replace(
        address,
        listed=listed or address.listed,
        etag=answer.validators.etag,
        last_modified=answer.validators.last_modified,
        fetched=now,
        sha256=sha256(answer.data).hexdigest(),
        files=(),
        fault=None,
        gone=None,
    )


def report(
    address: Address,
    answer: Answer,
    claims: tuple[Claim, ...],
    *,
    before: Address,
    replaces: str | None = None,
) -> Event:
    """A report's file, by what its bytes are; what is no report leaves the address as it was.

    Named as it was asked for and as it ended: a report that leads to a login page is none.
    """
    try:
        for url in (address.url, answer.url):
            sniff(answer.data or b"", name_of(url))
    except ReadingError as error:
        return Failed(address.url, told(error), before)
    return Got(address, answer, claims, replaces)


def files_of(listed: Listed, spec: SourceSpec, answer: Answer) -> tuple[str, ...]:
    """The documents a listed address stands for, itself left out.

    Raises:
        SourceError: it is a page without anything in it.
    """
    data = answer.data or b""
    links = list(listed.files)
    if spec.files and _is_page(data):
        links += [link for link in links_of(data, answer.url) if matches(link, spec.files)]
    return tuple(dict.fromkeys(link for link in links if link != listed.url))


def stated(data: bytes) -> tuple[Claim, ...]:
    """What a page states of itself; nothing, for other files."""
    return claims_of(page_metadata(data), ClaimSource.PAGE) if _is_page(data) else ()


def is_home(asked: str, ended: str) -> bool:
    """Whether an address ended at the home page of a site, as many do for what is gone."""
    return urlsplit(asked).path.strip("/") != "" == urlsplit(ended).path.strip("/")


def _is_page(data: bytes) -> bool:
    try:
        return sniff(data, "page") is DocumentType.HTML
    except ReadingError:
        return False
