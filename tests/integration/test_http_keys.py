"""Keys and origins over HTTP: deny by default, tried one by one."""

from datetime import timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient

from api.keys.store import KeyStore
from api.keys.types import KeyKind, utc_now
from tests.doors import ASK, SITE, refused, secret, site_key
from tests.integration.conftest import Serve

# where a site key works


def test_a_site_key_works_on_its_site(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store)
    response = client.get(f"{ASK}&key={key}", headers={"origin": SITE})
    assert response.json()["hits"]
    headers = response.headers
    assert headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in headers
    assert "Origin" in headers["vary"]
    assert "RateLimit" in headers["access-control-expose-headers"]
    assert headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil-example.org",
        "https://example.org.evil.com",
        "https://www.example.org",
        "https://example.org.",
        "https://example.orgx",
        "http://example.org",
        "https://example.org:444",
        "https://example.org:443",
        "https://EXAMPLE.org",
        "https://example.org/",
        "https://user@example.org",
        "https://example.org, https://evil.org",
        "https://exam\u00adple.org".encode().decode("latin-1"),
        "null",
        "",
        "*",
        "file://",
    ],
)
def test_a_site_key_works_on_no_other_site(
    client: TestClient, store: KeyStore, origin: str
) -> None:
    _, key = site_key(store)
    response = client.get(f"{ASK}&key={key}", headers={b"origin": origin.encode("latin-1")})
    assert "may not ask" in refused(response, 403)
    assert "access-control-allow-origin" not in response.headers
    assert "Origin" in response.headers["vary"]


def test_a_site_key_without_an_origin_opens_nothing(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store)
    refused(client.get(f"{ASK}&key={key}"), 403)
    referred = client.get(f"{ASK}&key={key}", headers={"referer": f"{SITE}/page"})
    refused(referred, 403)


def test_two_origins_are_none(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store)
    both = [("origin", SITE), ("origin", "https://evil.org")]
    for sent in (both, both[::-1], [("origin", SITE)] * 2):
        refused(client.get(f"{ASK}&key={key}", headers=httpx.Headers(sent)), 403)


def test_the_library_s_own_page_may_show_a_preview(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store)
    response = client.get(f"{ASK}&key={key}", headers={"sec-fetch-site": "same-origin"})
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "address",
    ["/v1/export?q=x&format=csv", "/v1/reports/a", "/v1/centres", "/v1/keys", "/v1/passages/p0"],
)
def test_a_site_key_opens_the_search_and_feedback_only(
    client: TestClient, store: KeyStore, address: str
) -> None:
    _, key = site_key(store)
    join = "&" if "?" in address else "?"
    response = client.get(f"{address}{join}key={key}", headers={"origin": SITE})
    assert "search and feedback on it only" in refused(response, 403)


def test_browsers_are_told_before(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store)
    asks = {"access-control-request-method": "GET"}
    permitted = client.options(f"{ASK}&key={key}", headers={"origin": SITE, **asks})
    assert permitted.status_code == 204
    assert permitted.headers["access-control-allow-origin"] == SITE
    assert "authorization" not in permitted.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in permitted.headers
    for origin in ("https://evil.org", "null"):
        denied = client.options(f"{ASK}&key={key}", headers={"origin": origin, **asks})
        refused(denied, 403)
        assert "access-control-allow-origin" not in denied.headers
    refused(client.options(ASK, headers={"origin": SITE, **asks}), 403)


# what a site key may ask


def test_a_scope_narrows_what_is_asked(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store, centres=["eef"], topics=["education"], greatest_k=3)

    def ask(more: str = "") -> httpx.Response:
        return client.get(f"{ASK}{more}&key={key}", headers={"origin": SITE})

    body = ask().json()
    assert {hit["report"]["centre"] for hit in body["hits"]} == {"eef"}
    assert len(body["hits"]) == 3
    assert body["filters"]["centre"] == ["eef"]
    assert ask("&k=2&centre=EEF&topic=education").json()["hits"]
    assert "eef" in refused(ask("&centre=college-of-policing"), 403)
    assert "education" in refused(ask("&topic=crime&topic=education"), 403)
    response = ask("&k=4")
    assert "3 passages" in refused(response, 403)
    assert response.headers["access-control-allow-origin"] == SITE  # its page may tell why


def test_a_scope_holds_whatever_the_client_has_already(client: TestClient, store: KeyStore) -> None:
    tag = client.get(ASK).headers["etag"]
    _, key = site_key(store, greatest_k=3)
    headers = {"origin": SITE, "if-none-match": tag}
    refused(client.get(f"{ASK}&k=9&key={key}", headers=headers), 403)


# secrets


def test_a_secret_key_reads(client: TestClient, store: KeyStore) -> None:
    for kind in (KeyKind.API, KeyKind.ADMIN):
        key, shown = secret(store, kind)
        response = client.get(ASK, headers=shown)
        assert response.json()["hits"]
        assert response.headers["cache-control"] == "private, no-cache"
        assert store.get(key.key_id).last_used


def test_only_librarians_see_keys(client: TestClient, store: KeyStore) -> None:
    refused(client.get("/v1/keys"), 401)
    refused(client.get("/v1/keys", headers=secret(store, KeyKind.API)[1]), 403)
    key, admin = secret(store, KeyKind.ADMIN)
    told = client.get("/v1/keys", headers=admin)
    assert key.key_id in [each["key_id"] for each in told.json()["keys"]]
    assert admin["authorization"].rpartition("_")[2] not in told.text


def test_secrets_do_not_belong_in_pages_or_addresses(client: TestClient, store: KeyStore) -> None:
    _, shown = secret(store, KeyKind.API)
    text = shown["authorization"].removeprefix("Bearer ")
    assert "address" in refused(client.get(f"{ASK}&key={text}", headers={"origin": SITE}), 401)
    refused(client.get(ASK, headers={**shown, "origin": SITE}), 403)
    _, site = site_key(store)
    refused(client.get(ASK, headers={"authorization": f"Bearer {site}"}), 401)
    refused(client.get(f"{ASK}&key={site}", headers={**shown, "origin": SITE}), 400)


def test_a_proxy_s_own_sign_in_is_no_key(client: TestClient) -> None:
    assert client.get(ASK, headers={"authorization": "Basic YTpi"}).status_code == 200


@pytest.mark.parametrize("text", ["", "x", "ev_api_0123456789_" + "0" * 48, "ev_api_", "\u00e9"])
def test_what_is_no_key_is_refused(client: TestClient, text: str) -> None:
    shown = {b"authorization": f"Bearer {text}".encode("latin-1")}
    response = client.get(ASK, headers=shown)
    refused(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_revoked_key_opens_nothing_from_the_next_request_on(
    client: TestClient, store: KeyStore
) -> None:
    key, shown = secret(store, KeyKind.API)
    assert client.get(ASK, headers=shown).status_code == 200
    store.revoke(key.key_id, who="bob", now=utc_now())
    assert "revoked" in refused(client.get(ASK, headers=shown), 401)


def test_an_expired_key_opens_nothing(
    client: TestClient, store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, shown = secret(store, KeyKind.API, expires=utc_now() + timedelta(hours=1))
    assert client.get(ASK, headers=shown).status_code == 200
    later = utc_now() + timedelta(hours=2)
    monkeypatch.setattr("api.admission.utc_now", lambda: later)
    assert "expired" in refused(client.get(ASK, headers=shown), 401)


def test_guessing_is_slowed(serve: Serve, store: KeyStore) -> None:
    guesser, other = serve("192.0.2.1"), serve("192.0.2.2")
    _, good = secret(store, KeyKind.API)
    for n in range(10):
        wrong = {"authorization": f"Bearer ev_api_{n:010x}_{n:048x}"}
        refused(guesser.get(ASK, headers=wrong), 401)
    response = guesser.get(ASK, headers=good)
    assert "wrong keys" in refused(response, 429)
    assert int(response.headers["retry-after"]) > 0
    assert other.get(ASK, headers=good).status_code == 200
    assert guesser.get(ASK).status_code == 200


# those without a key


def test_the_local_user_notices_nothing(client: TestClient, tmp_path: Path) -> None:
    for _ in range(70):
        response = client.get("/healthz")
    response = client.get(ASK)
    assert response.status_code == 200
    assert "ratelimit" not in response.headers
    assert not list(tmp_path.glob("*.db"))


def test_a_library_may_be_closed(serve: Serve, store: KeyStore) -> None:
    client = serve(anonymous=False)
    for address in (ASK, "/", "/?q=x", "/v1/centres", "/docs", "/v1/export?q=x&format=csv"):
        response = client.get(address)
        assert response.status_code == 401
        assert "Tutoring" not in response.text
    for free in ("/healthz", "/readyz", "/static/style.css"):
        assert client.get(free).status_code == 200
    assert client.get(ASK, headers=secret(store, KeyKind.API)[1]).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.org", "null", "http://library.test.evil.org"])
def test_pages_of_others_get_no_answer(client: TestClient, origin: str) -> None:
    for address in (ASK, "/v1/centres", "/v1/reports/a"):
        response = client.get(address, headers={"origin": origin})
        refused(response, 403)
        assert "access-control-allow-origin" not in response.headers


def test_own_pages_are_answered(serve: Serve) -> None:
    client = serve(public_url="https://library.example/evidence")
    for origin in ("http://library.test", "https://library.example"):
        assert client.get(ASK, headers={"origin": origin}).status_code == 200
    text = {"text": "Tutoring helps pupils catch up with what they missed at school."}
    form = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert (
        client.post(
            "/v1/related",
            data=text,
            headers=form,
        ).status_code
        == 200
    )


def test_sites_the_owner_names_are_answered(serve: Serve) -> None:
    client = serve(cors_origins="https://a.org, https://b.org:8443/")
    for origin in ("https://a.org", "https://b.org:8443"):
        headers = client.get(ASK, headers={"origin": origin}).headers
        assert headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in headers
    refused(client.get(ASK, headers={"origin": "https://b.org"}), 403)
    anybody = serve(cors_origins="*").get(ASK, headers={"origin": "https://c.org"})
    assert anybody.headers["access-control-allow-origin"] == "*"
