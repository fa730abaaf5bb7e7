"""One centre gone through: its lists, then every address on them. Network only, no library.

What happens is told as events, which the caller enters in the library as they come: a visit
that is broken off has lost nothing but the file it was waiting for.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final

from corpus.centres import Centre, SourceSpec
from corpus.centres.types import SourceKind
from corpus.errors import CorpusError, FetchError, Forbidden, Gone, SourceError
from corpus.library.visits import Address
from corpus.metadata.claims import Claim, ClaimSource, claims_of
from corpus.sources.adapters import COMPLETE
from corpus.sources.types import Listed
from corpus.web.answers import Answer, Validators
from corpus.web.client import PoliteClient
from indexer.answers import files_of, had, is_home, of_page_only, report, stated, told
from indexer.errors import SiteFailing
from indexer.events import Counted, Event, Failed, Got, Led, Left, ListPage, Lost, Same
from indexer.folder import is_local, read_local
from indexer.known import Known
from indexer.listing import Lists

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
        known: its addresses as they were last had.
        lists: its lists.
        plan: what to do.
    """

    centre: Centre
    client: PoliteClient
    known: Known
    lists: Lists
    plan: Plan = field(default_factory=Plan)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _asked: int = 0
    _failures: int = 0
    _complete: bool = True  # every list was had
    _met: set[str] = field(default_factory=set)  # addresses asked on this visit

    def events(self) -> Generator[Event]:
        """Everything that happens, in order."""
        listed: dict[str, tuple[Listed, SourceSpec]] = {}
        for spec in self.lists.specs():
            pages: list[ListPage] = []
            try:
                found = self.lists.listed(spec, pages)
            except CorpusError as error:
                self._complete = False
                yield Failed(spec.url, told(error))
                yield from pages
                continue
            yield from pages
            if not found and spec.kind is not SourceKind.ADDRESSES:
                self._complete = False
                yield Failed(spec.url, "it lists nothing that the registry's patterns take")
            for each in found:
                listed.setdefault(each.url, (each, spec))
        yield Counted(len(listed))
        # What was never asked comes first: a limit must not keep it out for ever.
        for each, spec in sorted(
            listed.values(), key=lambda found: found[0].url in self.known.addresses
        ):
            yield from self._publication(each, spec)
        if self._complete and any(spec.kind in COMPLETE for spec in self.centre.source):
            yield from self._missing(set(listed))

    def _publication(self, listed: Listed, spec: SourceSpec) -> Iterator[Event]:
        """A listed address: a report, or a landing page and the files it leads to."""
        known = self.known.at(listed.url)
        changed = listed.modified.isoformat() if listed.modified else None
        if self.plan.since and listed.modified and listed.modified.date() < self.plan.since:
            return
        if known and changed and known.listed == changed and self.known.sound(known):
            yield Same(known, asked=False)
            return
        if not self._may_ask():
            yield Left(listed.url, known is not None)
            return
        address = replace(known, page=None) if known else self.known.new(listed.url)
        if not all(self.known.fetched(url) for url in address.files):
            address = _whole(address)  # its files are to have what it says of them
        answer = yield from self._ask(address)
        if answer is not None:
            yield from self._answered(listed, spec, address, answer)

    def _answered(
        self, listed: Listed, spec: SourceSpec, address: Address, answer: Answer
    ) -> Iterator[Event]:
        if is_home(address.url, answer.url):
            why = f"{address.url} leads to the site's home page: it may be gone."
            yield Failed(address.url, why, address)
            return
        changed = listed.modified.isoformat() if listed.modified else None
        seen = had(address, answer, self._time(), listed=changed)
        if answer.data is None:
            for url in seen.files:
                yield from self._file(self.known.of_page(url, seen), ())
            yield Same(seen, asked=True)
            return
        metadata = replace(listed.metadata, centre=self.centre.id)
        claims = (*claims_of(metadata, ClaimSource.LISTING), *stated(answer.data))
        try:
            files = files_of(listed, spec, answer)
        except SourceError as error:
            yield Failed(address.url, told(error), address)
            return
        if not files and not self._complete:  # the list that names them may be the one that failed
            files = address.files
        if not files:
            yield report(seen, answer, claims, before=address)
            return
        claims = tuple(of_page_only(claim) for claim in claims)
        if len(files) > 1:  # the page's title is that of none of them
            claims = tuple(c for c in claims if c.field not in {"title", "doi", "isbn"})
        yield from self._led(replace(seen, files=files), claims)

    def _led(self, page: Address, claims: tuple[Claim, ...]) -> Iterator[Event]:
        """A landing page that was fetched: its files, then itself, so that none is missed.

        What came for a file it does not lead to any more, or for itself, replaces that.
        """
        before = self.known.at(page.url)
        was = (before.files or (before.url,)) if before and before.fetched else ()
        dropped = [
            url for url in was if url not in page.files and not self.known.elsewhere(url, page)
        ]
        fresh = [url for url in page.files if url not in was or not self.known.fetched(url)]
        replaced: str | None = None  # by the first that is fresh
        if dropped == [page.url] or len(fresh) == len(dropped) == 1:
            replaced = self.known.place(dropped[0])
        came: set[str] = self._met & set(page.files)
        for url in page.files:
            address = self.known.of_page(url, page)
            if url in fresh:
                address = _whole(address)
            replaces = replaced if url in fresh[:1] else None
            for event in self._file(address, claims, replaces=replaces):
                came |= {url} if isinstance(event, Got | Same) else set()
                yield event
        if replaced and fresh[0] not in came and dropped != [page.url]:
            page = replace(page, files=(*page.files, *dropped))  # until what replaces it is had
        yield Led(page, bool(came))

    def _file(
        self, address: Address, claims: tuple[Claim, ...], *, replaces: str | None = None
    ) -> Iterator[Event]:
        if address.url in self._met:
            return
        answer = yield from self._ask(address)
        if answer is None:
            return
        seen = had(address, answer, self._time())
        if answer.data is None:
            yield Same(seen, asked=True)
        else:
            yield report(seen, answer, claims, before=address, replaces=replaces)

    def _ask(self, address: Address) -> Generator[Event, None, Answer | None]:
        """Ask an address, if it changed; what goes wrong is told."""
        self._asked += 1
        self._met.add(address.url)
        validators = Validators(address.etag, address.last_modified)
        try:
            answer = self._get(
                address.url, validators if address.fetched and not address.gone else Validators()
            )
        except Gone as error:
            if address.gone:  # withdrawn before, and listed still
                yield Same(address, asked=False)
            elif address.fetched:
                yield Lost(address, told(error))
            else:
                yield Failed(address.url, told(error), address)
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

    def _get(self, url: str, known: Validators) -> Answer:
        if is_local(url, self.centre.source):
            return read_local(url, known)
        return self.client.get(url, known=known, delay_s=self.centre.politeness.delay_s)

    def _missing(self, listed: set[str]) -> Iterator[Event]:
        """Addresses that no list names any more: asked once more, for a list may be wrong."""
        for url, address in self.known.addresses.items():
            if address.page or url in listed or address.gone or not address.fetched:
                continue
            if not self._may_ask():
                yield Left(url, known=True)
                continue
            answer = yield from self._ask(address)
            if answer is not None:
                yield Same(replace(address, fault=None), asked=True)

    def _may_ask(self) -> bool:
        limit = self.plan.limit
        within = limit is None or self._asked < limit
        return not self.plan.dry_run and within and self.centre.politeness.permits(self.now())

    def _time(self) -> str:
        return self.now().isoformat(timespec="seconds")


def _whole(address: Address) -> Address:
    """The address to be asked for its bytes, changed or not."""
    return replace(address, etag=None, last_modified=None)
