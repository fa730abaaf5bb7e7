"""What a visit to one centre tells, into the library as it comes."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from corpus.centres import Centre
from corpus.centres.types import Lookups
from corpus.errors import CorpusError
from corpus.library.arrivals import Added, Origin
from corpus.library.library import Library
from corpus.library.states import Entry
from corpus.library.visits import Address
from corpus.metadata.claims import ClaimSource
from corpus.sources.doi import look_up
from corpus.web.client import PoliteClient
from corpus.web.single import name_of
from indexer.answers import told
from indexer.errors import SiteFailing
from indexer.events import Counted, Event, Failed, Got, Led, Left, ListPage, Lost, Same
from indexer.known import Known
from indexer.listing import Lists
from indexer.progress import Progress
from indexer.visiting import MOST_FAILURES, Plan, Visit

#: More lost at once than this share of a centre's reports (and than `FEW`) is taken for a fault.
MANY_LOST: Final = 0.2
FEW: Final = 5
LOOKUPS: Final = 200  # DOIs looked up for one centre in one run


class Tally(StrEnum):
    """What came of an address, as a run counts it."""

    LISTED = "listed"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"  # the same bytes as a report that is here already
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    LEFT = "left"  # to be asked: past the limit or the hours, or a dry run
    FAILED = "failed"
    DOWNLOADED = "downloaded"  # answers with a body, lists left out


_OF_ADDED: Final = {
    Added.NEW: Tally.NEW,
    Added.REPLACED: Tally.CHANGED,
    Added.RESTORED: Tally.RESTORED,
    Added.DUPLICATE: Tally.DUPLICATE,
    Added.UPDATED: Tally.UNCHANGED,
    Added.UNCHANGED: Tally.UNCHANGED,
}


@dataclass(frozen=True, slots=True)
class Gathering:
    """How to gather: see `Plan`; `accept_lost` withdraws however many reports are lost."""

    plan: Plan = field(default_factory=Plan)
    accept_lost: bool = False
    nice_key: str | None = None


class Entering:
    """Enters what a visit to one centre tells."""

    def __init__(
        self,
        library: Library,
        client: PoliteClient,
        centre: Centre,
        how: Gathering,
        progress: Progress,
        now: Callable[[], datetime],
    ) -> None:
        self._library, self._client, self._centre = library, client, centre
        self._how, self._progress, self._now = how, progress, now
        self._counts: Counter[Tally] = Counter()
        self._failures: list[tuple[str, str]] = []
        self._lost: list[Lost] = []

    def gather(self, lookups: Lookups) -> tuple[Mapping[str, int], list[tuple[str, str]]]:
        """Counts and failures of the visit."""
        visits = self._library.visits
        known = visits.addresses(self._centre.id)
        visit = Visit(
            self._centre,
            self._client,
            Known(self._centre.id, known),
            Lists(self._centre, self._client, visits.pages_of_lists(), self._how.nice_key),
            self._how.plan,
            now=self._now,
        )
        self._progress.say(f"{self._centre.id}: going through {len(self._centre.source)} lists")
        try:
            with closing(visit.events()) as events:
                for event in events:
                    self._enter(event)
                    if (
                        isinstance(event, Got | Led | Same) and event.address.page is None
                    ) or isinstance(event, Left):
                        self._progress.advance()
        except SiteFailing as error:
            self._fail(self._centre.home_url or self._centre.id, told(error))
        if not self._how.plan.dry_run:
            self._withdraw(sum(address.gone is None for address in known.values()))
            self._look_up(lookups)
        return {tally.value: self._counts[tally] for tally in Tally}, self._failures

    def _enter(self, event: Event) -> None:
        match event:
            case ListPage():
                self._keep_list(event)
            case Counted(addresses):
                self._counts[Tally.LISTED] = addresses
                self._progress.start(self._centre.id, addresses, "addresses")
            case Left():
                self._counts[Tally.LEFT] += 1
            case Lost():
                self._lost.append(event)
            case _:
                self._enter_address(event)

    def _enter_address(self, event: Got | Led | Same | Failed) -> None:
        match event:
            case Got():
                self._keep(event)
            case Led(address, came):
                self._counts[Tally.DOWNLOADED] += 1
                if came:
                    self._take_down(address, f"{address.url} leads to files in its place")
                self._remember(address)
            case Same(address):
                self._counts[Tally.UNCHANGED] += not address.files
                if event.asked:
                    self._remember(address)
            case Failed(url, reason, address):
                self._fail(url, reason)
                if address is not None:
                    self._remember(replace(address, fault=reason))

    def _keep_list(self, page: ListPage) -> None:
        if not self._how.plan.dry_run:
            validators = page.validators
            with self._library.recording():
                self._library.visits.put_page_of_list(
                    page.url, validators.etag, validators.last_modified, page.body
                )

    def _keep(self, got: Got) -> None:
        address, answer = got.address, got.answer
        self._counts[Tally.DOWNLOADED] += 1
        with self._library.writing():
            _, added = self._library.add(
                answer.data or b"",
                path=address.url,
                place=address.place,
                replaces=got.replaces,
                name=name_of(answer.url),
                claims=got.claims,
                origin=Origin(self._centre.id, address.page, address.fetched, answer.headers),
            )
        self._counts[_OF_ADDED[added]] += 1
        self._remember(address)

    def _remember(self, address: Address) -> None:
        with self._library.recording():
            self._library.visits.put(address)

    def _fail(self, url: str, reason: str) -> None:
        self._counts[Tally.FAILED] += 1
        self._failures.append((url, reason))
        self._progress.say(f"{self._centre.id}: {reason}")

    def _withdraw(self, known: int) -> None:
        """Mark what is lost as withdrawn, unless it is too much to be believed."""
        lost, kept = self._all_lost()
        most = max(FEW, int(known * MANY_LOST))
        if len(lost) > most and not self._how.accept_lost:
            self._fail(
                self._centre.home_url or self._centre.id,
                f"{len(lost)} of {known} addresses are gone at once, which is more likely a "
                "fault of the site than its will: nothing was withdrawn. If it is true, sync "
                "again with --accept-lost.",
            )
            return
        for address, why in lost:
            if address.place not in kept:
                self._take_down(address, why)
            self._remember(replace(address, gone=self._seen(why)))

    def _all_lost(self) -> tuple[list[tuple[Address, str]], set[str]]:
        """What is gone and why, and the places that other addresses hold.

        Gone with a page are the files that no other leads to. This is told by what is
        remembered, so that nothing is missed where a run was broken off.
        """
        gone = {lost.address.url: (lost.address, lost.reason) for lost in self._lost}
        known = self._library.visits.addresses(self._centre.id).values()
        standing = [each for each in known if not each.gone and each.url not in gone]
        led = {url for each in standing for url in each.files}
        held = {file.place for file in self._library.files() if file.live}
        kept = {each.place for each in standing if not each.page or each.url in led}
        left = [
            (each, f"{each.page} does not lead to it any more")
            for each in standing
            if each.fetched and each.page and each.url not in led and each.place in held
        ]
        return [*gone.values(), *((e, why) for e, why in left if e.place not in kept)], kept

    def _take_down(self, address: Address, why: str) -> None:
        with self._library.writing():
            withdrawn = self._library.withdraw(address.place, self._seen(why))
        self._counts[Tally.WITHDRAWN] += len(withdrawn)

    def _seen(self, why: str) -> str:
        return f"withdrawn, seen {self._now():%Y-%m-%d}: {why}"

    def _look_up(self, lookups: Lookups) -> None:
        """Ask for the metadata of reports whose DOI is known and was not looked up yet."""
        if lookups.crossref is None and lookups.openalex is None:
            return
        failures = 0
        for entry in [e for e in self._library.entries().values() if self._unknown(e)][:LOOKUPS]:
            if failures == MOST_FAILURES:
                return
            doi = entry.metadata.doi or ""
            try:
                claims = look_up(doi, lookups, lambda url: self._client.get(url).data or b"")
            except CorpusError as error:
                self._fail(f"doi:{doi}", told(error))
                failures += 1
                continue
            failures = 0
            with self._library.recording():
                self._library.claim(entry.report_id, claims)

    def _unknown(self, entry: Entry) -> bool:
        looked_up = any(claim.source is ClaimSource.DOI for claim in entry.claims)
        known = entry.metadata
        return bool(
            known.doi and known.centre == self._centre.id and not looked_up and not entry.removed
        )
