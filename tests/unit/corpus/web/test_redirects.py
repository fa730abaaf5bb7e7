"""Where redirects lead the client, what it sends there, and what is no address."""

import httpx
import pytest

from corpus.errors import FetchError
from corpus.web.client import REDIRECTS, Manners, PoliteClient
from tests.sites import URL, Site, ok, redirect


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


@pytest.mark.parametrize("url", ["https://xn--/", "http://xn--a/", "https://site.example/\ud800"])
def test_an_address_that_cannot_be_written_is_told(url: str) -> None:
    with pytest.raises(FetchError, match="no address"):
        Site([httpx.Response(200)]).get(url)


def test_a_redirect_to_a_name_that_cannot_be_written_is_told() -> None:
    moved = httpx.Response(302, headers={"Location": "https://xn--/"})
    with pytest.raises(FetchError, match="no address"):
        Site([moved]).get()
