"""What robots.txt lets the client ask for, and how long it waits between two requests."""

import httpx
import pytest

from corpus.errors import FetchError, Forbidden
from corpus.web.client import Manners, PoliteClient
from corpus.web.pace import Pace
from tests.sites import BODY, URL, Site, ok, redirect


def robots(*lines: str) -> httpx.Response:
    return ok("\n".join(lines).encode())


def test_robots_txt_is_asked_for_once_and_obeyed() -> None:
    site = Site([ok()], robots=robots("User-agent: *", "Disallow: /private/"))
    with site.client() as client:
        assert client.get("https://site.example/public/a.pdf").data == BODY
        for name in "ab":
            url = f"https://site.example/private/{name}.pdf"
            with pytest.raises(Forbidden, match=f"robots.txt does not permit {url}"):
                client.get(url)
    assert site.robots_asked == 1
    assert len(site.asked) == 1


def test_each_origin_has_its_own_robots_txt_and_a_redirect_asks_it() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            denies = request.url.host == "other.example"
            return robots("User-agent: *", "Disallow: /") if denies else httpx.Response(404)
        return redirect("https://other.example/x")

    manners = Manners("tests", delay_s=0.0)
    with (
        PoliteClient(manners, transport=httpx.MockTransport(answer)) as client,
        pytest.raises(Forbidden, match=r"https://other.example/robots.txt does not permit"),
    ):
        client.get(URL)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_an_absent_robots_txt_permits_everything(status: int) -> None:
    assert Site([ok()], robots=httpx.Response(status)).get().data == BODY


@pytest.mark.parametrize("fault", [httpx.Response(500), httpx.Response(503), httpx.Response(501)])
def test_a_failing_robots_txt_permits_nothing(fault: httpx.Response) -> None:
    site = Site([ok()], robots=fault)
    with pytest.raises(Forbidden, match=f"cannot be read, .*status {fault.status_code}"):
        site.get()
    assert site.asked == []


def test_an_unreachable_robots_txt_is_tried_again_and_permits_nothing() -> None:
    site = Site([ok()], robots=httpx.ConnectError("refused"))
    with pytest.raises(Forbidden, match="cannot be read, so nothing is asked for: refused"):
        site.get()
    assert site.robots_asked == 3
    assert len(site.slept) == 2


def test_a_rule_for_our_name_goes_before_the_general_one() -> None:
    rules = robots("User-agent: *", "Disallow: /", "", "User-agent: tests", "Disallow: /no/")
    assert Site([ok()], robots=rules).get().data == BODY


def test_the_longest_delay_asked_for_is_kept() -> None:
    site = Site([ok()], robots=robots("User-agent: *", "Crawl-delay: 7"))
    with site.client(delay_s=1.0) as client:
        client.get(URL)
        client.get(URL, delay_s=10.0)  # waits for what the first was let go with
        client.get(URL)
    assert site.slept == [7.0, 10.0]


def test_each_host_has_its_own_pace() -> None:
    site = Site([ok()])
    with site.client(delay_s=5.0) as client:
        for host in ("a.example", "b.example", "a.example"):
            client.get(f"https://{host}/x")
    assert site.slept == [5.0]


def test_a_host_that_was_left_alone_long_enough_is_not_waited_for() -> None:
    slept: list[float] = []
    times = iter([0.0, 2.0, 100.0])
    pace = Pace(lambda: next(times), slept.append)
    for _ in range(3):
        pace.wait("a", 5.0)
    assert slept == [3.0]


def test_a_crawl_delay_longer_than_a_run_can_wait_is_told_and_not_waited_for() -> None:
    robots = httpx.Response(200, text="User-agent: *\nCrawl-delay: 86400")
    site = Site([httpx.Response(200)], robots=robots)
    with pytest.raises(FetchError, match="86400 s between two requests"):
        site.get()
    assert not site.asked
    assert not site.slept
