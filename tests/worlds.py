"""A centre whose pages a test changes between one visit and the next."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import httpx

from corpus.centres import Centre, Registry, SourceSpec
from corpus.centres.types import Lookups, Politeness, SourceKind
from corpus.library.library import Library
from corpus.library.states import Entry
from corpus.library.visits import Run
from corpus.web.client import Manners, PoliteClient
from corpus.web.pace import Retries
from indexer.entering import Gathering
from indexer.gathering import gather
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
