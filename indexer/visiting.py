"""One centre gone through: its lists, then every address on them. Network only, no library.

What happens is told as events, which the caller enters in the library as they come: a visit
that is broken off has lost nothing but the file it was waiting for.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Final

from corpus.centres import Centre, SourceSpec
from corpus.centres.types import SourceKind
from corpus.errors import CorpusError, EvidenceError, FetchError, Forbidden, Gone, ReadingError
from corpus.library.visits import Address
from corpus.metadata.claims import Claim, ClaimSource, Confidence, claims_of
from corpus.metadata.page import page_metadata
from corpus.reading.sniff import sniff
from corpus.sources.adapters import COMPLETE, list_source
from corpus.sources.listing import links_of
from corpus.sources.patterns import matches
from corpus.sources.types import Listed
from corpus.types import DocumentType
from corpus.web.client import Answer, PoliteClient, Validators
from corpus.web.single import name_of
from indexer.errors import SiteFailing
from indexer.events import Counted, Event, Failed, Got, Led, Left, ListPage, Lost, Same

MOST_FAILURES: Final = 5  # addresses in a row that give nothing before a site is left alone


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: only what changed since a day, at most so many addresses, or nothing but look."""

    since: date | None = None
    limit: int | None = None
    dry_run: bool = False


@dataclass
class Visit:
    """Goes through one centre.

    Args:
        centre: which.
        client: asks.
        known: the centre's addresses as they were last had.
        lists: pages of lists as they were last had.
        plan: what to do.
        nice_key: for the NICE syndication API.
    """

    centre: Centre
    client: PoliteClient
    known: Mapping[str, Address]
    lists: Mapping[str, tuple[str | None, str | None, bytes]]
    plan: Plan = field(default_factory=Plan)
    nice_key: str | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _asked: int = 0
    _failures: int = 0

    def events(self) -> Generator[Event]:
        """Everything that happens, in order."""
        listed: dict[str, tuple[Listed, SourceSpec]] = {}
        complete = True
        for spec in self._lists():
            pages: list[ListPage] = []
            try:
                found = list(list_source(spec, self._asking(pages), nice_key=self.nice_key))
            except CorpusError as error:
                complete = False
                yield Failed(spec.url, told(error))
                yield from pages
                continue
            yield from pages
            if not found and spec.kind is not SourceKind.ADDRESSES:
                complete = False
                yield Failed(spec.url, "it lists nothing that the registry's patterns take")
            for each in found:
                listed.setdefault(each.url, (each, spec))
        yield Counted(len(listed))
        for each, spec in listed.values():
            yield from self._publication(each, spec)
        if complete and any(spec.kind in COMPLETE for spec in self.centre.source):
            yield from self._missing(set(listed))

    def _lists(self) -> list[SourceSpec]:
        """The centre's lists; the NICE API only with a key, or where there is nothing else."""
        usable = [s for s in self.centre.source if s.kind is not SourceKind.NICE or self.nice_key]
        return usable or list(self.centre.source)

    def _asking(self, pages: list[ListPage]) -> Callable[..., bytes]:
        """Fetches a page of a list, from what was kept where it has not changed."""

        def ask(url: str, *, headers: Mapping[str, str] | None = None) -> bytes:
            etag, modified, body = self.lists.get(url, (None, None, b""))
            answer = self.client.get(
                url,
                known=Validators(etag, modified),
                headers=headers,
                delay_s=self.centre.politeness.delay_s,
            )
            if answer.data is None:
                return body
            pages.append(ListPage(url, answer.validators, answer.data))
            return answer.data

        return ask

    def _publication(self, listed: Listed, spec: SourceSpec) -> Iterator[Event]:
        """A listed address: a report, or a landing page and the files it leads to."""
        known = self.known.get(listed.url)
        changed = listed.modified.isoformat() if listed.modified else None
        if self.plan.since and listed.modified and listed.modified.date() < self.plan.since:
            return
        if known and changed and known.listed == changed and self._sound(known):
            yield Same(known, asked=False)
            return
        if not self._may_ask():
            yield Left(listed.url, known is not None)
            return
        address = known or Address(listed.url, self.centre.id, listed.url)
        answer = yield from self._ask(address)
        if answer is None:
            return
        address = _seen(address, answer, self._time(), listed=changed)
        if answer.data is None:
            yield Same(address, asked=True)
            for url in address.files:
                yield from self._file(self._of_page(url, address), ())
            return
        metadata = replace(listed.metadata, centre=self.centre.id)
        claims = (*claims_of(metadata, ClaimSource.LISTING), *_stated(answer.data))
        files = _files(listed, spec, answer)
        if not files:
            yield _report(address, answer, claims)
            return
        claims = tuple(_of_page_only(claim) for claim in claims)
        if len(files) > 1:  # the page's title is that of none of them
            claims = tuple(c for c in claims if c.field not in {"title", "doi", "isbn"})
        yield from self._led(replace(address, files=files), claims)

    def _led(self, page: Address, claims: tuple[Claim, ...]) -> Iterator[Event]:
        """A landing page that was fetched, and its files.

        A file it does not lead to any more was replaced, where one came for one; else it is lost.
        """
        before = self.known.get(page.url)
        dropped = [url for url in (before.files if before else ()) if url not in page.files]
        fresh = [url for url in page.files if url not in (before.files if before else ())]
        heir = {fresh[0]: dropped[0]} if len(fresh) == len(dropped) == 1 else {}
        yield Led(page, known=before is not None)
        for url in page.files:
            address = self._of_page(url, page)
            if (old := self.known.get(heir.get(url, ""))) is not None:
                address = replace(address, place=old.place)
            yield from self._file(address, claims)
        for url in dropped:
            if url not in heir.values() and url in self.known:
                yield Lost(self.known[url], f"{page.url} does not lead to it any more")

    def _of_page(self, url: str, page: Address) -> Address:
        return self.known.get(url) or Address(url, self.centre.id, url, page=page.url)

    def _file(self, address: Address, claims: tuple[Claim, ...]) -> Iterator[Event]:
        answer = yield from self._ask(address)
        if answer is None:
            return
        seen = _seen(address, answer, self._time())
        yield Same(seen, asked=True) if answer.data is None else _report(seen, answer, claims)

    def _ask(self, address: Address) -> Generator[Event, None, Answer | None]:
        """Ask an address, if it changed; what goes wrong is told."""
        self._asked += 1
        validators = Validators(address.etag, address.last_modified)
        try:
            answer = self.client.get(
                address.url,
                known=validators if address.fetched and not address.gone else Validators(),
                delay_s=self.centre.politeness.delay_s,
            )
        except Gone as error:
            yield (
                Lost(address, told(error))
                if address.fetched
                else Failed(address.url, told(error), address)
            )
        except Forbidden as error:
            yield Failed(address.url, told(error), address)
        except FetchError as error:
            yield Failed(address.url, told(error), address)
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                raise SiteFailing(
                    f"{MOST_FAILURES} addresses in a row gave nothing, the last {error}",
                    cure="The site seems to be down: sync again later.",
                ) from error
        else:
            self._failures = 0
            return answer
        return None

    def _missing(self, listed: set[str]) -> Iterator[Event]:
        """Addresses that no list names any more: asked once more, for a list may be wrong."""
        for url, address in self.known.items():
            if address.page or url in listed or address.gone or not address.fetched:
                continue
            if not self._may_ask():
                yield Left(url, known=True)
                continue
            answer = yield from self._ask(address)
            if answer is not None:
                yield Same(replace(address, fault=None), asked=True)

    def _sound(self, address: Address) -> bool:
        """Whether an address and the files it leads to were all had."""
        all_ = [address, *(self.known.get(url) for url in address.files)]
        return all(a and a.fetched and not a.fault and not a.gone for a in all_)

    def _may_ask(self) -> bool:
        limit = self.plan.limit
        return not self.plan.dry_run and (limit is None or self._asked < limit)

    def _time(self) -> str:
        return self.now().isoformat(timespec="seconds")


def told(error: EvidenceError) -> str:
    """An error's cause and cure in one line."""
    return f"{error} {error.cure}" if error.cure else str(error)


def _of_page_only(claim: Claim) -> Claim:
    """A page's date may be that of a new website: what its file says in print comes first."""
    dated = claim.field in {"year", "published"}
    return replace(claim, confidence=Confidence.LOW) if dated else claim


def _seen(address: Address, answer: Answer, now: str, *, listed: str | None = None) -> Address:
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


def _report(address: Address, answer: Answer, claims: tuple[Claim, ...]) -> Event:
    """A report's file, by what its bytes are and not by its name."""
    try:
        sniff(answer.data or b"", name_of(answer.url))
    except ReadingError as error:
        return Failed(address.url, told(error), replace(address, fetched=None))
    return Got(address, answer, claims)


def _files(listed: Listed, spec: SourceSpec, answer: Answer) -> tuple[str, ...]:
    """The documents a listed address stands for, itself left out."""
    data = answer.data or b""
    links = list(listed.files)
    if spec.files and _is_page(data):
        links += [link for link in links_of(data, answer.url) if matches(link, spec.files)]
    return tuple(dict.fromkeys(link for link in links if link != listed.url))


def _stated(data: bytes) -> tuple[Claim, ...]:
    return claims_of(page_metadata(data), ClaimSource.PAGE) if _is_page(data) else ()


def _is_page(data: bytes) -> bool:
    try:
        return sniff(data, "page") is DocumentType.HTML
    except ReadingError:
        return False
