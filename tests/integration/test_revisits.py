"""What a later visit makes of pages whose files changed, moved or failed, and of rubbish."""

import pytest

from corpus.centres.types import Lookups
from corpus.library.states import Departure
from tests.worlds import SITE, World, page, pdf


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
