"""Limits over HTTP, and what a proxy or a cache could be made to believe."""

import re
from collections.abc import Mapping

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient

from api.keys.store import KeyStore
from api.keys.types import KeyKind, Quota
from api.settings import load_settings
from corpus.errors import SettingError
from tests.doors import ASK, SITE, refused, secret, site_key
from tests.integration.conftest import Serve

#: Headers that no cache tells apart, and that a proxy or framework may build addresses from.
UNKEYED = (
    "x-forwarded-host", "x-forwarded-server", "x-host", "forwarded", "x-original-url",
    "x-rewrite-url", "x-forwarded-prefix", "referer", "user-agent", "x-request-id",
)  # fmt: skip
_ITEM = re.compile(r'"([a-z-]+)";r=(\d+);t=(\d+)')


def test_a_visitor_s_rate(serve: Serve) -> None:
    client = serve(visitor_rate="3/minute, 100/day")
    for left in (2, 1, 0):
        headers = client.get(ASK).headers
        policy = '"visitor-minute";q=3;w=60, "visitor-day";q=100;w=86400'
        assert headers["ratelimit-policy"] == policy
        items = {name: int(r) for name, r, _ in _ITEM.findall(headers["ratelimit"])}
        assert items == {"visitor-minute": left, "visitor-day": 97 + left}
    response = client.get(ASK)
    assert "3 a minute" in refused(response, 429)
    assert 0 < int(response.headers["retry-after"]) <= 120
    problem = response.json()
    assert problem["type"].endswith("#quota-exceeded")
    assert problem["violated-policies"] == ["visitor-minute"]
    assert client.get("/healthz").status_code == 200
    assert serve("192.0.2.9", visitor_rate="3/minute").get(ASK).status_code == 200


def test_pages_count_too(serve: Serve) -> None:
    client = serve(visitor_rate="2/minute")
    for _ in range(2):
        assert client.get("/?q=tutoring").status_code == 200
    page = client.get("/?q=tutoring", headers={"accept": "text/html"})
    assert page.status_code == 429
    assert "<h1" in page.text
    assert page.headers["retry-after"]


def test_what_is_heavy_costs_more(serve: Serve) -> None:
    client = serve(visitor_rate="12/minute")

    def left(response: httpx.Response) -> int:
        return int(_ITEM.findall(response.headers["ratelimit"])[0][1])

    assert left(client.get("/v1/export?q=x&format=csv")) == 7
    assert left(client.get("/v1/evidence-map?q=x")) == 5
    refused(client.post("/v1/related", data={"text": "tutoring"}), 429)
    assert left(client.get(ASK)) == 4


def test_an_open_service_has_a_rate_by_default(serve: Serve) -> None:
    for settings in ({"host": "0.0.0.0"}, {"public_url": "https://l.example"}):  # noqa: S104
        assert "q=60;w=60" in serve(**settings).get(ASK).headers["ratelimit-policy"]
    assert "ratelimit" not in serve(host="0.0.0.0", visitor_rate="none").get(ASK).headers  # noqa: S104
    assert "ratelimit" not in serve(host="::1").get(ASK).headers


def test_a_site_key_is_limited_as_a_whole_and_by_visitor(serve: Serve, store: KeyStore) -> None:
    _, key = site_key(store, quota=Quota(3, 100))
    ask, headers = f"{ASK}&key={key}", {"origin": SITE}
    first, second = (
        serve(address, visitor_rate="2/minute") for address in ("192.0.2.1", "192.0.2.2")
    )
    for _ in range(2):
        assert first.get(ask, headers=headers).status_code == 200
    response = first.get(ask, headers=headers)
    assert response.json()["violated-policies"] == ["visitor-minute"]
    assert response.headers["access-control-allow-origin"] == SITE
    assert second.get(ask, headers=headers).status_code == 200
    response = second.get(ask, headers=headers)
    assert response.json()["violated-policies"] == ["key-minute"]


def test_an_api_key_has_its_own_quota_and_not_the_visitor_s(serve: Serve, store: KeyStore) -> None:
    client = serve(visitor_rate="1/minute")
    _, shown = secret(store, KeyKind.API, quota=Quota(2, 100))
    for _ in range(2):
        assert client.get(ASK, headers=shown).status_code == 200
    assert client.get(ASK, headers=shown).json()["violated-policies"] == ["key-minute"]
    assert client.get(ASK).status_code == 200


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_who_is_a_visitor(serve: Serve, first: str, second: str, same: bool) -> None:  # noqa: FBT001
    assert serve(first, visitor_rate="1/minute").get(ASK).status_code == 200
    assert serve(second, visitor_rate="1/minute").get(ASK).status_code == (429 if same else 200)


def test_only_trusted_proxies_say_who_asks(serve: Serve) -> None:
    anybody = serve("192.0.2.50", visitor_rate="1/minute")
    told = [{"x-forwarded-for": f"198.51.100.{n}"} for n in range(3)]
    assert [anybody.get(ASK, headers=each).status_code for each in told] == [200, 429, 429]
    proxy = serve("10.0.0.7", visitor_rate="1/minute", trusted_proxies="10.0.0.0/24, ::1")
    assert [proxy.get(ASK, headers=each).status_code for each in told] == [200, 200, 200]
    forged = {"x-forwarded-for": "203.0.113.9, 198.51.100.0"}  # the client wrote the first itself
    assert proxy.get(ASK, headers=forged).status_code == 429


@pytest.mark.parametrize(
    "wrong",
    [
        {"visitor_rate": "lots"},
        {"trusted_proxies": "*"},
        {"trusted_proxies": "10.0.0.300"},
        {"cors_origins": "https://a.org/page"},
        {"cors_origins": "null"},
        {"anonymous": "perhaps"},
    ],
)
def test_wrong_settings_are_told(wrong: Mapping[str, str]) -> None:
    with pytest.raises(SettingError, match=f"EVIDENCE_{next(iter(wrong)).upper()}"):
        load_settings(**wrong)


# what a cache, a proxy or a log could be made to do


@pytest.mark.parametrize("host", ["evil.org/x", "a b", "evil.org\x7f", "<b>", "a@b", "evil.org:x"])
def test_an_odd_host_is_refused(client: TestClient, host: str) -> None:
    refused(client.get("/v1/feeds/search.atom?q=x", headers={"host": host}), 400)


def test_nothing_unkeyed_is_reflected(client: TestClient) -> None:
    marker = "poison.example"
    headers = dict.fromkeys(UNKEYED, marker)
    for address in ("/", "/?q=tutoring", ASK, "/v1/feeds/search.atom?q=tutoring", "/nowhere"):
        response = client.get(address, headers={**headers, "accept": "text/html"})
        assert marker not in response.text
        assert marker not in str(response.headers)


@pytest.mark.parametrize("path", ["//evil.org/", "/%2fevil.org/", "/\\evil.org/", "/docs/"])
def test_no_redirect_leads_elsewhere(client: TestClient, path: str) -> None:
    response = client.get(f"http://library.test{path}", follow_redirects=False)
    where = response.headers.get("location", "http://library.test/")
    assert where.startswith(("http://library.test/", "/"))
    assert not where.startswith("//")


@pytest.mark.parametrize("typed", ["a%0d%0aX-Evil:%201", "a%0aSet-Cookie:x=1", "a%22%3b%0d%0a"])
def test_no_header_is_injected(client: TestClient, typed: str) -> None:
    for address in (
        f"/v1/export?q={typed}&format=csv",
        f"/embed?q={typed}",
        f"/v1/search?q={typed}&key={typed}",
        f"/oembed?url=http://library.test/?q={typed}",
        f"/{typed}",
    ):
        headers = client.get(address, headers={"origin": "http://library.test"}).headers
        assert not {"x-evil", "set-cookie"} & set(headers)
        assert all("\n" not in value and "\r" not in value for value in headers.values())
