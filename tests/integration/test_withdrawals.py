"""What a later visit takes for withdrawn, what it does not believe, and what comes back."""

import pytest

from corpus.library.states import Departure
from tests.worlds import World, page, pdf


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
