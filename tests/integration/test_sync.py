"""Every centre of the registry gathered from the replica web, and a site that misbehaves."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.centres import Registry, load_registry
from corpus.library.library import Library
from corpus.library.states import Departure
from corpus.library.visits import Run
from corpus.web.answers import Limits
from corpus.web.client import Manners, PoliteClient
from corpus.web.pace import Retries
from indexer.entering import Gathering
from indexer.gathering import choose, gather
from indexer.progress import Silent
from indexer.visiting import Plan
from tests.replica.server import Replica, Resource
from tests.replica.sites import Builder, Report
from tests.replica.world import HOST, MISBEHAVIOURS, build

pytestmark = pytest.mark.shared
MANNERS = Manners(
    "replica-test (tests@example.org)",
    Retries(attempts=4, first_s=0.01, longest_s=0.05),
    Limits(bytes=2_000_000, total_s=1.0, idle_s=5.0),
    delay_s=0.0,
)


@dataclass
class World:
    replica: Replica
    builder: Builder
    registry: Registry
    library: Library

    def sync(self, *centres: str, plan: Plan | None = None, progress: Silent | None = None) -> Run:
        hosts = [*self.builder.sites, "api.example"]
        with PoliteClient(MANNERS, allow_hosts=hosts) as client:
            return gather(
                self.library,
                client,
                self.registry,
                centres=choose(self.registry, centres),
                how=Gathering(plan or Plan(), nice_key="key"),
                progress=progress or Silent(),
            )


@pytest.fixture(scope="module")
def reports(shared: Path) -> list[Report]:
    with (shared / "reports" / "manifest.tsv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t") if r["format"] == "pdf"]
    rows.sort(key=lambda row: int(row["bytes"]))
    return [
        Report(row["file"], row["title"], int(row["year"] or 2020),
               (shared / "reports" / row["file"]).read_bytes())
        for row in rows[:24]
    ]  # fmt: skip


@pytest.fixture
def world(tmp_path: Path, reports: list[Report]) -> Iterator[World]:
    replica, path, builder = build(tmp_path, reports)
    with replica, Library(tmp_path / "home" / "library") as library:
        yield World(replica, builder, load_registry(path), library)


def test_every_centre_is_gathered_and_a_second_run_downloads_nothing(world: World) -> None:
    centres = [c.id for c in choose(world.registry, ()) if c.id != "misbehaving"]
    assert len(centres) == 14
    first = world.sync(*centres)
    assert {c: counts["failed"] for c, counts in first.counts.items()} == dict.fromkeys(centres, 0)
    for centre, counts in first.counts.items():
        assert counts["new"] + counts["duplicate"] >= 1, centre
    assert first.counts["youth-endowment-fund"]["listed"] == 101
    assert world.replica.agents == {MANNERS.user_agent}

    world.replica.forget()
    second = world.sync(*centres)
    assert world.replica.bodies == 0
    for centre, counts in second.counts.items():
        assert not counts["new"] + counts["changed"] + counts["downloaded"], centre
        assert not counts["failed"], centre
    runs = list(world.library.visits.runs())
    assert [run.finished is not None for run in runs] == [True, True]


def test_each_misbehaviour_is_handled(world: World) -> None:
    run = world.sync("misbehaving")
    failures = dict(run.failures)
    origin = world.builder.origin(HOST)
    for path, (_, _, told) in MISBEHAVIOURS.items():
        if told:
            assert told in failures.pop(origin + path), path
        else:
            assert origin + path not in failures, path
    assert not failures
    fine = [p for p, (_, _, told) in MISBEHAVIOURS.items() if not told]
    assert run.counts["misbehaving"]["new"] == len(fine) + 1
    ranges = [s for (_, path, s) in world.replica.requests if path == "/r/truncated.pdf"]
    assert 200 in ranges


def test_what_changes_is_replaced_and_what_goes_is_withdrawn(world: World) -> None:
    world.sync("ageing-better", "foundations")
    site = world.builder.sites[world.builder.hosts["ageing-better.org.uk"]]
    pdf = site.paths["/sites/default/files/2024-05/homes.pdf"]
    assert isinstance(pdf.body, bytes)
    pdf.body += b"\n%second version"
    found = world.builder.sites[world.builder.hosts["foundations.org.uk"]]
    found.paths["/toolkit/guidebook/triple-p"] = Resource(b"gone", status=410)
    for host in ("ageing-better.org.uk", "foundations.org.uk"):
        paths = world.builder.sites[world.builder.hosts[host]].paths
        for path in [p for p in paths if "sitemap" in p]:
            body = paths[path].body
            assert isinstance(body, bytes)
            paths[path].body = body.replace(b"2024-05-01", b"2024-06-01")

    run = world.sync("ageing-better", "foundations")
    assert run.counts["ageing-better"]["changed"] == 1
    assert run.counts["foundations"]["withdrawn"] == 1
    departed = {e.departure for e in world.library.entries().values() if e.removed}
    assert departed == {Departure.REPLACED, Departure.WITHDRAWN}

    found.paths["/toolkit/guidebook/triple-p"] = Resource(
        b"<html><body><main><p>Here again.</p></main></body></html>"
    )
    again = world.sync("foundations")
    assert again.counts["foundations"]["changed"] == 1


def test_a_site_that_loses_everything_is_not_believed(world: World) -> None:
    world.sync("youth-endowment-fund")
    site = world.builder.sites[world.builder.hosts["youthendowmentfund.org.uk"]]
    for path in list(site.paths):
        if path.startswith("/toolkit/"):
            site.paths[path] = Resource(b"gone", status=404)
    site.paths["/wp-json/wp/v2/toolkit"] = Resource(b"[]", "application/json")
    world.builder.wordpress("youthendowmentfund.org.uk", "/wp-json/wp/v2/toolkit", [])
    run = world.sync("youth-endowment-fund")
    assert run.counts["youth-endowment-fund"]["withdrawn"] == 0
    assert not any(entry.removed for entry in world.library.entries().values())


def test_a_dry_run_changes_nothing_and_a_limit_is_kept(world: World) -> None:
    dry = world.sync("eef", "taso", plan=Plan(dry_run=True))
    assert dry.counts["eef"]["left"] == 4
    assert not world.library.entries()
    assert not list(world.library.visits.runs())
    limited = world.sync("youth-endowment-fund", plan=Plan(limit=5))
    assert limited.counts["youth-endowment-fund"]["downloaded"] == 5
    rest = world.sync("youth-endowment-fund")
    assert rest.counts["youth-endowment-fund"]["left"] == 0
    assert rest.counts["youth-endowment-fund"]["downloaded"] == 97


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


class StoppedAfter(Silent):
    """Stops the run after so many addresses."""

    def __init__(self, count: int) -> None:
        self._left = count

    def advance(self, count: int = 1) -> None:
        self._left -= count
        if self._left < 0:
            raise Stopped


def test_a_run_can_be_stopped_anywhere_and_goes_on(world: World) -> None:
    centres = ("eef", "college-of-policing", "youth-endowment-fund", "wales-public-policy")
    for count in (0, 1, 3, 5, 20, 60):
        with pytest.raises(Stopped):
            world.sync(*centres, progress=StoppedAfter(count))
    assert all(run.finished is None for run in world.library.visits.runs())
    world.replica.forget()
    last = world.sync(*centres)
    held = {file.path for file in world.library.files() if file.live}
    assert len(held) == 4 + 3 + 101 + 1
    assert last.counts["eef"]["downloaded"] == 0, "what was fetched is not fetched again"
    assert last.finished


def test_one_report_from_two_centres_has_two_provenances(world: World) -> None:
    world.sync("taso")
    before = len(world.library.entries())
    page = "/evidence/toolkit/causal"
    taso = world.builder.sites[world.builder.hosts["taso.org.uk"]].paths[page]
    wcpp = world.builder.sites[world.builder.hosts["wcpp.org.uk"]]
    wcpp.paths["/publication/review/"] = taso
    world.sync("wales-public-policy")
    assert len(world.library.entries()) == before
    centres = {file.centre for file in world.library.files() if file.path.endswith(page)}
    assert centres == {"taso"}
