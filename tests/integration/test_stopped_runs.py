"""Runs that were stopped, limited or late: the next goes on where they were."""

from datetime import UTC, datetime

import pytest

from corpus.centres import SourceSpec
from corpus.centres.types import Politeness, SourceKind
from tests.worlds import SITE, Stopped, World, page, pdf


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
