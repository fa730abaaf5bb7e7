"""How the client behaves towards sites: when it asks, what it sends, when it gives up."""

import gzip
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest

from corpus.errors import FetchError, Forbidden, Gone
from corpus.web.client import REDIRECTS, Answer, Limits, Manners, PoliteClient, Validators
from corpus.web.pace import Pace, Retries, retry_after_s
from corpus.web.single import fetch, is_address, name_of

URL = "https://site.example/report.pdf"
BODY = b"0123456789" * 10
Handler = Callable[[httpx.Request], httpx.Response]


class BreaksOff(httpx.SyncByteStream):
    """A body whose connection breaks after some bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> Iterator[bytes]:
        yield self._data
        raise httpx.ReadError("connection reset")


@dataclass
class Site:
    """Answers in turn (the last one for ever); a clock that moves by sleeping alone."""

    answers: Sequence[httpx.Response | Exception | Handler]
    robots: httpx.Response | Exception | None = None
    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    robots_asked: int = 0

    def client(
        self,
        *,
        retries: Retries = Retries(attempts=3, first_s=2.0, longest_s=60.0),
        limits: Limits = Limits(),
        delay_s: float = 0.0,
    ) -> PoliteClient:
        manners = Manners("tests/1 (tests@example.org)", retries, limits, delay_s)
        return PoliteClient(
            manners,
            transport=httpx.MockTransport(self._answer),
            clock=lambda: self.now,
            sleep=self._sleep,
        )

    def get(self, url: str = URL, *, known: Validators = Validators()) -> Answer:
        with self.client() as client:
            return client.get(url, known=known)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            self.robots_asked += 1
            return _given(self.robots or httpx.Response(404), request)
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(request)
        return _given(answer, request)


def _given(answer: httpx.Response | Exception | Handler, request: httpx.Request) -> httpx.Response:
    if isinstance(answer, Exception):
        raise answer
    if isinstance(answer, httpx.Response):
        # One answer may be given several times.
        return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)
    return answer(request)


def ok(body: bytes = BODY, **headers: str) -> httpx.Response:
    return httpx.Response(200, content=body, headers=_named(headers))


def broken(body: bytes, **headers: str) -> httpx.Response:
    return httpx.Response(200, stream=BreaksOff(body), headers=_named(headers))


def part(start: int, **headers: str) -> httpx.Response:
    said = {"Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}", **_named(headers)}
    return httpx.Response(206, content=BODY[start:], headers=said)


def redirect(to: str, status: int = 302) -> httpx.Response:
    return httpx.Response(status, headers={"Location": to})


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


# ------------------------------------------------------------------ trying again


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    site = Site([httpx.Response(status), ok()])
    assert site.get().data == BODY
    assert len(site.asked) == 2


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.ReadError("reset")]
)
def test_a_broken_connection_is_tried_again(error: Exception) -> None:
    site = Site([error, ok()])
    assert site.get().data == BODY


@pytest.mark.parametrize("status", [400, 401, 403, 405, 416, 451, 501])
def test_a_refusal_is_not_tried_again_and_tells_its_status(status: int) -> None:
    site = Site([httpx.Response(status)])
    with pytest.raises(FetchError, match=f"{URL} answers with status {status}") as caught:
        site.get()
    assert caught.value.status == status
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_gone(status: int) -> None:
    with pytest.raises(Gone, match=f"status {status}") as caught:
        Site([httpx.Response(status)]).get()
    assert caught.value.status == status


def test_a_fetch_error_keeps_cure_and_status_between_processes() -> None:
    sent = pickle.loads(pickle.dumps(Gone("it", cure="so", status=410)))  # noqa: S301 - our own
    assert (type(sent), str(sent), sent.cure, sent.status) == (Gone, "it", "so", 410)


def test_waits_are_doubled_within_the_bounds_of_their_jitter() -> None:
    site = Site([httpx.Response(503)])
    with (
        site.client(retries=Retries(attempts=6, first_s=2.0, longest_s=10.0)) as client,
        pytest.raises(FetchError) as caught,
    ):
        client.get(URL)
    assert len(site.asked) == 6
    for waited, most in zip(site.slept, [2, 4, 8, 10, 10], strict=True):
        assert most / 2 <= waited <= most
    assert str(caught.value) == f"{URL}: status 503 (6 attempts)."
    assert caught.value.cure == "Try again later; what was fetched so far is kept."


def test_jitter_spreads_and_stays_in_its_bounds() -> None:
    waits = [Retries(first_s=8.0).wait_s(1, None) for _ in range(200)]
    assert all(wait is not None and 4.0 <= wait <= 8.0 for wait in waits)
    assert len(set(waits)) > 100


def test_retry_after_is_waited_for() -> None:
    site = Site([httpx.Response(429, headers={"Retry-After": "17"}), ok()])
    assert site.get().data == BODY
    assert site.slept == [17.0]


def test_a_retry_after_longer_than_we_wait_ends_it() -> None:
    site = Site([httpx.Response(503, headers={"Retry-After": "3600"})])
    with pytest.raises(FetchError, match=r"status 503 \(1 attempts; it asks .* in 3600 s\)"):
        site.get()
    assert site.slept == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Mon, 01 Jan 2024 12:00:30 GMT", 30.0),
        ("Mon, 01 Jan 2024 13:00:30 +0100", 30.0),
        ("Mon, 01 Jan 2024 12:00:30 -0000", 30.0),
        ("Mon, 01 Jan 2024 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("\xb2", None),  # a digit to Python, and no number
    ],
)
def test_retry_after_in_seconds_and_as_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, datetime(2024, 1, 1, 12, tzinfo=UTC)) == seconds


# ------------------------------------------------------------------ only if it changed


def test_validators_are_sent_and_an_unchanged_file_is_not_downloaded() -> None:
    site = Site([httpx.Response(304, headers={"ETag": '"b"'})])
    answer = site.get(known=Validators('W/"a"', "Mon, 01 Jan 2024 00:00:00 GMT"))
    (request,) = site.asked
    assert request.headers["If-None-Match"] == 'W/"a"'
    assert request.headers["If-Modified-Since"] == "Mon, 01 Jan 2024 00:00:00 GMT"
    assert answer.data is None
    assert answer.validators == Validators('"b"')


def test_without_validators_nothing_is_asked_conditionally() -> None:
    site = Site([ok(ETag='"v"', Last_Modified="Tue, 02 Jan 2024 00:00:00 GMT")])
    answer = site.get()
    (request,) = site.asked
    assert "If-None-Match" not in request.headers
    assert "If-Modified-Since" not in request.headers
    assert answer.validators == Validators('"v"', "Tue, 02 Jan 2024 00:00:00 GMT")
    assert request.headers["User-Agent"] == "tests/1 (tests@example.org)"


# ------------------------------------------------------------------ redirects


def test_redirects_are_followed_and_the_last_address_is_told() -> None:
    site = Site([redirect("/b"), redirect("https://other.example/c#part", 308), ok()])
    assert site.get().url.startswith("https://other.example/c")
    assert [str(each.url.copy_with(fragment=None)) for each in site.asked] == [
        URL, "https://site.example/b", "https://other.example/c",
    ]  # fmt: skip


def test_redirects_are_bounded() -> None:
    site = Site([lambda request: redirect(f"{request.url.path}x")])
    with pytest.raises(FetchError, match=f"more than {REDIRECTS} redirects"):
        site.get()
    assert len(site.asked) == REDIRECTS + 1


def test_a_redirect_that_leads_nowhere_is_no_answer() -> None:
    with pytest.raises(FetchError, match="status 302") as caught:
        Site([httpx.Response(302, content=b"<html>moved")]).get()
    assert caught.value.status == 302


@pytest.mark.parametrize("location", ["http://[::1", "https://0177.0.0.1/", "http://a b/"])
def test_a_redirect_to_what_is_no_address_is_told(location: str) -> None:
    with pytest.raises(FetchError):
        Site([redirect(location)]).get()


@pytest.mark.parametrize("url", ["http://[::1", "https://0177.0.0.1/", "http://①②⑦.0.0.1/"])
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(FetchError, match="is no address"):
        Site([ok()]).get(url)


@pytest.mark.parametrize(
    ("target", "sent"),
    [
        pytest.param("https://site.example/moved", True, id="the same origin"),
        pytest.param("https://SITE.example:443/moved", True, id="the same origin, written out"),
        pytest.param("https://evil.example/", False, id="another host"),
        pytest.param("https://site.example.evil.example/", False, id="a host that begins alike"),
        pytest.param("https://sub.site.example/", False, id="a host below it"),
        pytest.param("https://site.example:8443/", False, id="another port"),
        pytest.param("http://site.example/", False, id="in clear text"),
    ],
)
def test_a_key_is_sent_to_its_own_origin_alone(target: str, *, sent: bool) -> None:
    site = Site([redirect(target), ok()])
    with site.client() as client:
        client.get(URL, headers={"API-Key": "secret", "Authorization": "Bearer secret"})
    first, second = site.asked
    assert first.headers["API-Key"] == "secret"
    assert ("API-Key" in second.headers) is sent
    assert ("secret" in str(second.headers.raw)) is sent


def test_a_key_is_not_sent_for_robots_txt() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(404 if request.url.path == "/robots.txt" else 200)

    manners = Manners("tests", delay_s=0.0)
    with PoliteClient(manners, transport=httpx.MockTransport(answer)) as client:
        client.get(URL, headers={"API-Key": "secret"})
    assert ["API-Key" in request.headers for request in asked] == [False, True]


# ------------------------------------------------------------------ limits


def test_what_is_too_large_is_refused() -> None:
    site = Site([ok(b"x" * 2_000_000)])
    with (
        site.client(limits=Limits(bytes=2**20)) as client,
        pytest.raises(FetchError, match=r"is larger than 1 MiB\."),
    ):
        client.get(URL)
    assert len(site.asked) == 1


def test_a_small_answer_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = gzip.compress(b"0" * 2**22)
    site = Site([ok(bomb, Content_Encoding="gzip")])
    assert len(bomb) < 2**13
    with (
        site.client(limits=Limits(bytes=2**20)) as client,
        pytest.raises(FetchError, match="is larger than"),
    ):
        client.get(URL)


def test_an_answer_that_takes_too_long_is_refused() -> None:
    site = Site([])

    class Trickle(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                site.now += 20.0
                yield b"x"

    site.answers = [lambda _: httpx.Response(200, stream=Trickle())]
    with (
        site.client(limits=Limits(total_s=60.0)) as client,
        pytest.raises(FetchError, match="took more than 60 seconds to send"),
    ):
        client.get(URL)


# ------------------------------------------------------------------ going on after a break


def test_a_truncated_body_is_continued_from_where_it_broke() -> None:
    site = Site([broken(BODY[:40], ETag='"v1"', Content_Type="application/pdf"), part(40)])
    answer = site.get()
    assert answer.data == BODY
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.validators.etag == '"v1"'
    second = site.asked[1]
    assert second.headers["Range"] == "bytes=40-"
    assert second.headers["If-Range"] == '"v1"'
    assert second.headers["Accept-Encoding"] == "identity"


def test_a_body_broken_twice_is_continued_twice() -> None:
    again = httpx.Response(
        206, stream=BreaksOff(BODY[40:70]), headers={"Content-Range": "bytes 40-99/100"}
    )
    site = Site([broken(BODY[:40], ETag='"v1"'), again, part(70)])
    assert site.get().data == BODY
    assert [each.headers.get("Range") for each in site.asked] == [None, "bytes=40-", "bytes=70-"]


def test_a_file_that_changed_meanwhile_is_taken_whole() -> None:
    site = Site([broken(b"old half", ETag='"v1"'), ok(BODY, ETag='"v2"')])
    answer = site.get()
    assert answer.data == BODY
    assert answer.validators.etag == '"v2"'


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no validator"),
        pytest.param({"ETag": 'W/"v1"'}, id="a weak validator"),
        pytest.param({"Last_Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}, id="a date alone"),
    ],
)
def test_without_a_strong_validator_it_begins_anew(headers: dict[str, str]) -> None:
    site = Site([broken(BODY[:40], **headers), ok()])
    assert site.get().data == BODY
    assert "Range" not in site.asked[1].headers


def test_a_compressed_body_is_never_continued() -> None:
    packed = gzip.compress(BODY)
    site = Site([broken(packed[:20], ETag='"v1"', Content_Encoding="gzip"), ok()])
    assert site.get().data == BODY
    assert "Range" not in site.asked[1].headers


def test_another_part_than_was_asked_for_is_not_believed() -> None:
    site = Site([broken(BODY[:40], ETag='"v1"'), part(10), ok()])
    assert site.get().data == BODY
    assert "Range" not in site.asked[2].headers


# ------------------------------------------------------------------ robots.txt


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


# ------------------------------------------------------------------ pace


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


# ------------------------------------------------------------------ one file, asked for by hand


def test_one_file_is_fetched_without_robots_txt_and_named_by_where_it_ended() -> None:
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return ok() if request.url.path != "/r" else redirect("/files/Final%20report.pdf")

    got = fetch("https://site.example/r", transport=httpx.MockTransport(answer))
    assert (got.data, got.name) == (BODY, "Final report.pdf")
    assert paths == ["/r", "/files/Final report.pdf"]


def test_one_file_that_cannot_be_had_names_the_cure() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(404))
    with pytest.raises(Gone, match=f"{URL} cannot be fetched: .*404") as caught:
        fetch(URL, transport=transport)
    assert caught.value.cure == (
        "Check the address in a browser; a file you downloaded can be added by its path."
    )
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x.org/a/b%20c.pdf?download=1", "b c.pdf"),
        ("https://x.org/a/", "a"),
        ("https://x.org/", "x.org.html"),
        ("https://x.org", "x.org.html"),
        ("https://x.org/a/..%2F..%2Fetc%2Fpasswd", "passwd"),
    ],
)
def test_an_address_gives_a_plain_file_name(url: str, name: str) -> None:
    assert name_of(url) == name


def test_addresses_are_told_from_paths() -> None:
    assert is_address("https://x.org/a")
    assert not is_address("/home/a/b.pdf")
    assert not is_address("C:\\reports\\a.pdf")
    assert not is_address("ftp://x.org/a")


@pytest.mark.parametrize("url", ["https://xn--/", "http://xn--a/", "https://site.example/\ud800"])
def test_an_address_that_cannot_be_written_is_told(url: str) -> None:
    with pytest.raises(FetchError, match="no address"):
        Site([httpx.Response(200)]).get(url)


def test_a_redirect_to_a_name_that_cannot_be_written_is_told() -> None:
    moved = httpx.Response(302, headers={"Location": "https://xn--/"})
    with pytest.raises(FetchError, match="no address"):
        Site([moved]).get()


def test_a_crawl_delay_longer_than_a_run_can_wait_is_told_and_not_waited_for() -> None:
    robots = httpx.Response(200, text="User-agent: *\nCrawl-delay: 86400")
    site = Site([httpx.Response(200)], robots=robots)
    with pytest.raises(FetchError, match="86400 s between two requests"):
        site.get()
    assert not site.asked
    assert not site.slept
