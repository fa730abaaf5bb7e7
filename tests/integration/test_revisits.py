"""What a second visit makes of addresses that moved, went, came back, or broke off."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from corpus.centres import Centre, Registry, SourceSpec
from corpus.centres.types import Lookups, Politeness, SourceKind
from corpus.library.library import Library
from corpus.library.states import Departure, Entry
from corpus.library.visits import Run
from corpus.web.client import Manners, PoliteClient
from corpus.web.pace import Retries
from indexer.gathering import Gathering, gather
from indexer.progress import Silent
from indexer.visiting import Plan

SITE = "https://a.example"
LIST = f"{SITE}/reports"


def pdf(words: str) -> bytes:
    return b"%PDF-1.7 " + words.encode()


def page(*links: str, title: str = "") -> bytes:
    anchors = "".join(f'<a href="{link}">it</a>' for link in links)
    head = f'<meta property="og:title" content="{title}">' if title else ""
    return f"<html><head>{head}</head><body>{anchors}</body></html>".encode()


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


@dataclass
class World:
    """One centre with one listing, whose pages are `paths`; a status in place of bytes fails."""

    library: Library
    paths: dict[str, bytes | int | str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    stops_at: str | None = None
    validators: bool = True
    source: tuple[SourceSpec, ...] = (
        SourceSpec(SourceKind.LISTING, LIST, take=("*/r/*",), files=("*.pdf",)),
    )
    lookups: Lookups = Lookups()
    politeness: Politeness = Politeness(delay_s=0.0)
    now: datetime = datetime(2026, 1, 5, tzinfo=UTC)
    seconds_each: int = 0  # what a request takes

    def put(self, path: str, body: bytes | int | str) -> None:
        self.paths[path] = body

    def lists(self, *paths: str) -> None:
        self.paths["/reports"] = page(*paths)

    def sync(self, *, limit: int | None = None, accept_lost: bool = False) -> Run:
        self.asked.clear()
        centre = Centre("a", "A", ("x",), "none", politeness=self.politeness, source=self.source)
        manners = Manners("tests", Retries(attempts=1), delay_s=0.0)
        with PoliteClient(
            manners, transport=httpx.MockTransport(self._answer), sleep=lambda _: None
        ) as client:
            return gather(
                self.library,
                client,
                Registry((centre,), self.lookups),
                centres=[centre],
                how=Gathering(Plan(limit=limit), accept_lost=accept_lost),
                progress=Silent(),
                now=lambda: self.now,
            )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        if path == self.stops_at:
            raise Stopped
        if path == "/robots.txt":
            return httpx.Response(404)
        self.asked.append(path)
        self.now += timedelta(seconds=self.seconds_each)
        body = self.paths.get(path, 404)
        if isinstance(body, int):
            return httpx.Response(body)
        if isinstance(body, str):
            return httpx.Response(302, headers={"Location": body})
        tag = f'"{sha256(body).hexdigest()}"'
        if self.validators and request.headers.get("If-None-Match") == tag:
            return httpx.Response(304, headers={"ETag": tag})
        return httpx.Response(200, content=body, headers={"ETag": tag} if self.validators else {})

    def entry(self, body: bytes) -> Entry:
        """The report of these bytes."""
        wanted = sha256(body).hexdigest()
        return next(e for e in self.library.entries().values() if e.sha256 == wanted)

    def current(self) -> set[bytes]:
        """The bytes of every report that stands."""
        standing = [e for e in self.library.entries().values() if e.removed is None]
        return {self.library.original(entry.sha256).read_bytes() for entry in standing}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Library(tmp_path / "library") as library:
        yield World(library)


# ------------------------------------------------------------------ withdrawn, or not


def test_the_files_of_a_page_that_came_back_come_back_with_it(world: World) -> None:
    world.lists("/r/1")
    world.put("/r/1", page("/1.pdf"))
    world.put("/1.pdf", pdf("one"))
    world.sync()
    world.put("/r/1", 404)
    assert world.sync().counts["a"]["withdrawn"] == 1
    world.put("/r/1", page("/1.pdf"))
    run = world.sync()
    assert run.counts["a"]["restored"] == 1
    assert world.current() == {pdf("one")}


@pytest.mark.parametrize(("first", "second"), [("/r/1", "/r/2"), ("/r/2", "/r/1")])
def test_a_file_stands_until_the_last_page_that_leads_to_it_goes(
    world: World, first: str, second: str
) -> None:
    world.lists("/r/1", "/r/2")
    world.put("/r/1", page("/1.pdf"))
    world.put("/r/2", page("/1.pdf"))
    world.put("/1.pdf", pdf("one"))
    world.sync()
    world.put(first, 410)
    assert world.sync().counts["a"]["withdrawn"] == 0
    assert world.current() == {pdf("one")}
    world.put(second, 410)
    assert world.sync().counts["a"]["withdrawn"] == 1


@pytest.mark.parametrize("others", [("/2.pdf", "/3.pdf"), ("/2.pdf",)])
def test_a_file_dropped_by_one_page_stands_while_another_leads_to_it(
    world: World, others: tuple[str, ...]
) -> None:
    world.lists("/r/1", "/r/2")
    world.put("/r/1", page("/1.pdf"))
    world.put("/r/2", page("/1.pdf"))
    for number in (1, 2, 3):
        world.put(f"/{number}.pdf", pdf(f"number {number}"))
    world.sync()
    world.put("/r/1", page(*others))
    world.sync()
    world.sync()
    assert pdf("number 1") in world.current()
    assert len(world.current()) == 1 + len(others)


def test_a_file_that_is_listed_itself_outlives_the_page_that_led_to_it(world: World) -> None:
    world.lists("/r/1", "/r/1.pdf")
    world.put("/r/1", page("/r/1.pdf"))
    world.put("/r/1.pdf", pdf("one"))
    world.sync()
    world.put("/r/1", page("/2.pdf", "/3.pdf"))
    world.put("/2.pdf", pdf("two"))
    world.put("/3.pdf", pdf("three"))
    world.sync()
    assert world.current() == {pdf("one"), pdf("two"), pdf("three")}


def test_a_page_that_leads_to_no_file_any_more_loses_them(world: World) -> None:
    world.lists("/r/1")
    world.put("/r/1", page("/1.pdf"))
    world.put("/1.pdf", pdf("one"))
    world.sync()
    world.put("/r/1", page("/elsewhere"))
    world.sync()
    assert pdf("one") not in world.current()


def test_pages_that_all_lose_their_files_at_once_are_not_believed(world: World) -> None:
    pages = [f"/r/{n}" for n in range(10)]
    world.lists(*pages)
    for path in pages:
        world.put(path, page(f"{path}.pdf"))
        world.put(f"{path}.pdf", pdf(path))
    world.sync()
    for path in pages:
        world.put(path, page("/login"))
    assert world.sync().counts["a"]["withdrawn"] == 0
    assert {pdf(path) for path in pages} <= world.current()
    assert world.sync(accept_lost=True).counts["a"]["withdrawn"] == 10
    assert not {pdf(path) for path in pages} & world.current()


def test_files_of_lost_pages_count_when_much_is_lost(world: World) -> None:
    pages = [f"/r/{n}" for n in range(5)]
    world.lists(*pages)
    for path in pages:
        files = [f"{path}-{n}.pdf" for n in range(3)]
        world.put(path, page(*files))
        for file in files:
            world.put(file, pdf(file))
    world.sync()
    for path in pages[:4]:
        world.put(path, 404)
    assert world.sync().counts["a"]["withdrawn"] == 0
    assert len(world.current()) == 15


def test_what_was_withdrawn_before_does_not_count_as_lost_again(world: World) -> None:
    pages = [f"/r/{n}" for n in range(20)]
    world.lists(*pages)
    for path in pages:
        world.put(path, pdf(path))
    world.sync()
    for path in pages[:8]:
        world.put(path, 404)
    assert world.sync(accept_lost=True).counts["a"]["withdrawn"] == 8
    world.put(pages[8], 404)
    run = world.sync()
    assert not run.failures
    assert run.counts["a"]["withdrawn"] == 1


def test_a_report_that_gave_rubbish_before_it_went_is_withdrawn(world: World) -> None:
    world.lists("/r/1.pdf")
    world.put("/r/1.pdf", pdf("one"))
    world.sync()
    world.put("/r/1.pdf", page(title="Please log in"))
    world.sync()
    assert world.current() == {pdf("one")}
    world.put("/r/1.pdf", 404)
    world.sync()
    assert world.entry(pdf("one")).departure is Departure.WITHDRAWN


def test_a_report_that_leads_to_a_login_page_is_not_replaced_by_it(world: World) -> None:
    world.lists("/r/1.pdf")
    world.put("/r/1.pdf", pdf("one"))
    world.sync()
    world.put("/r/1.pdf", "/login")
    world.put("/login", page(title="Please log in"))
    assert world.sync().counts["a"]["failed"] == 1
    assert world.current() == {pdf("one")}


def test_a_report_removed_by_hand_is_not_brought_back_by_a_sync(world: World) -> None:
    world.validators = False
    world.lists("/r/1.pdf")
    world.put("/r/1.pdf", pdf("one"))
    world.sync()
    world.library.remove(world.entry(pdf("one")).report_id)
    world.sync()
    assert not world.current()


# ------------------------------------------------------------------ versions


def test_a_page_that_goes_back_to_an_earlier_file_has_it_again(world: World) -> None:
    world.lists("/r/1")
    world.put("/1.pdf", pdf("one"))
    world.put("/2.pdf", pdf("two"))
    for link, body in (("/1.pdf", "one"), ("/2.pdf", "two"), ("/1.pdf", "one")):
        world.put("/r/1", page(link))
        world.sync()
        assert world.current() == {pdf(body)}


def test_a_file_stands_until_the_one_that_replaces_it_can_be_had(world: World) -> None:
    world.lists("/r/1")
    world.put("/r/1", page("/1.pdf"))
    world.put("/1.pdf", pdf("one"))
    world.sync()
    world.put("/r/1", page("/2.pdf"))
    world.put("/2.pdf", 403)
    world.sync()
    world.sync()
    assert world.current() == {pdf("one")}
    world.put("/2.pdf", pdf("two"))
    world.sync()
    assert world.current() == {pdf("two")}
    assert world.entry(pdf("one")).replaced_by == world.entry(pdf("two")).report_id


def test_a_page_becoming_a_report_leaves_the_file_it_shared_alone(world: World) -> None:
    world.lists("/r/1", "/r/2")
    world.put("/r/1", page(title="Soon to come"))
    world.put("/r/2", page(title="A page"))
    world.sync()
    world.put("/1.pdf", pdf("one"))
    world.put("/r/1", page("/1.pdf"))
    world.sync()
    world.put("/r/2", page("/1.pdf"))
    world.sync()
    world.put("/r/1", page(title="It moved"))
    world.sync()
    assert world.current() == {pdf("one"), page(title="It moved")}


def test_a_page_that_was_a_report_itself_gives_way_to_its_file(world: World) -> None:
    world.lists("/r/1")
    world.put("/r/1", page(title="Soon to come"))
    world.sync()
    world.put("/r/1", page("/1.pdf"))
    world.put("/1.pdf", pdf("one"))
    world.sync()
    assert world.current() == {pdf("one")}
    before = world.entry(page(title="Soon to come"))
    assert before.replaced_by == world.entry(pdf("one")).report_id


def test_a_new_version_of_an_unchanged_page_keeps_what_the_page_says(world: World) -> None:
    world.lists("/r/1")
    world.put("/r/1", page("/1.pdf", title="Mentoring"))
    world.put("/1.pdf", pdf("one"))
    world.sync()
    world.put("/1.pdf", pdf("two"))
    world.sync()
    known = world.entry(pdf("two")).metadata
    assert (known.title, known.centre) == ("Mentoring", "a")


def test_a_file_that_failed_at_first_has_what_its_page_says(world: World) -> None:
    world.lists("/r/1")
    world.put("/r/1", page("/1.pdf", title="Mentoring"))
    world.put("/1.pdf", 403)
    world.sync()
    world.put("/1.pdf", pdf("one"))
    world.sync()
    known = world.entry(pdf("one")).metadata
    assert (known.title, known.centre) == ("Mentoring", "a")


def test_a_withdrawn_report_is_replaced_by_what_comes_in_its_place(world: World) -> None:
    world.lists("/r/1.pdf")
    world.put("/r/1.pdf", pdf("one"))
    world.sync()
    world.put("/r/1.pdf", 404)
    world.sync()
    world.put("/r/1.pdf", pdf("two"))
    world.sync()
    old = world.entry(pdf("one"))
    assert (old.departure, old.replaced_by) == (
        Departure.REPLACED,
        world.entry(pdf("two")).report_id,
    )


# ------------------------------------------------------------------ stop and go on


def sitemap(date: str, *paths: str) -> bytes:
    entries = "".join(f"<url><loc>{SITE}{p}</loc><lastmod>{date}</lastmod></url>" for p in paths)
    return f"<urlset>{entries}</urlset>".encode()


@pytest.mark.parametrize("changes", ["page", "file alone"])
def test_a_changed_file_is_not_missed_by_a_run_stopped_before_it(
    world: World, changes: str
) -> None:
    spec = SourceSpec(SourceKind.SITEMAP, f"{SITE}/sitemap.xml", files=("*.pdf",))
    world.source = (spec,)
    world.put("/sitemap.xml", sitemap("2024-01-01", "/r/1"))
    world.put("/r/1", page("/1.pdf"))
    world.put("/1.pdf", pdf("one"))
    world.sync()
    world.put("/sitemap.xml", sitemap("2024-02-02", "/r/1"))
    if changes == "page":
        world.put("/r/1", page("/1.pdf", title="Second edition"))
    world.put("/1.pdf", pdf("two"))

    world.stops_at = "/1.pdf"
    with pytest.raises(Stopped):
        world.sync()
    world.stops_at = None
    world.sync()
    assert world.current() == {pdf("two")}


def test_what_a_page_dropped_is_withdrawn_though_the_run_was_stopped(world: World) -> None:
    world.lists("/r/1", "/r/2.pdf")
    world.put("/r/1", page("/1.pdf", "/2.pdf"))
    world.put("/1.pdf", pdf("one"))
    world.put("/2.pdf", pdf("two"))
    world.put("/r/2.pdf", pdf("three"))
    world.sync()
    world.put("/r/1", page("/1.pdf"))
    world.stops_at = "/r/2.pdf"
    with pytest.raises(Stopped):
        world.sync()
    world.stops_at = None
    world.sync()
    assert world.current() == {pdf("one"), pdf("three")}


def test_a_limit_reaches_everything_in_time(world: World) -> None:
    world.lists(*(f"/r/{n}.pdf" for n in range(6)))
    for number in range(6):
        world.put(f"/r/{number}.pdf", pdf(str(number)))
    for _ in range(3):
        world.sync(limit=2)
    assert len(world.current()) == 6


def test_a_run_that_goes_past_its_hours_leaves_the_rest(world: World) -> None:
    world.politeness = Politeness(delay_s=0.0, hours="22:00-06:00")
    world.lists("/r/1.pdf", "/r/2.pdf", "/r/3.pdf")
    for number in (1, 2, 3):
        world.put(f"/r/{number}.pdf", pdf(str(number)))
    world.seconds_each = 60
    world.now = datetime(2026, 1, 5, 5, 58, tzinfo=UTC)
    run = world.sync()
    assert (run.counts["a"]["new"], run.counts["a"]["left"]) == (1, 2)
    world.now = datetime(2026, 1, 5, 22, 0, tzinfo=UTC)
    assert world.sync().counts["a"]["new"] == 2


# ------------------------------------------------------------------ rubbish


@pytest.mark.parametrize("rubbish", [b"<html><!-- -->", b"<!doctype html>", b"<html\x00>\x00"])
def test_a_page_of_nothing_does_not_end_the_run(world: World, rubbish: bytes) -> None:
    world.lists("/r/1", "/r/2.pdf")
    world.put("/r/1", rubbish)
    world.put("/r/2.pdf", pdf("two"))
    world.sync()
    assert pdf("two") in world.current()


def test_a_lookup_service_that_is_down_is_left_alone(world: World) -> None:
    world.lookups = Lookups(crossref=f"{SITE}/works/{{doi}}")
    world.lists(*(f"/r/{n}" for n in range(9)))
    for number in range(9):
        world.put(
            f"/r/{number}",
            f'<html><meta name="citation_doi" content="10.1234/{number}"><body>x'.encode(),
        )
        world.put(f"/works/10.1234/{number}", 503)
    world.sync()
    assert sum(path.startswith("/works") for path in world.asked) == 5


def test_a_page_that_leads_to_the_home_page_keeps_what_it_gave(world: World) -> None:
    world.lists("/r/1")
    world.put("/r/1", page(title="A report of its own"))
    world.sync()
    world.put("/r/1", "/")
    world.put("/", page(title="Welcome"))
    run = world.sync()
    assert "home page" in run.failures[0][1]
    assert world.current() == {page(title="A report of its own")}
