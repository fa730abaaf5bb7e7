"""Signing in to the desk: who gets in, what the cookie is, which forms are taken."""

import time
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Headers, Response

from api.desk import sessions
from api.keys.store import KeyStore
from api.keys.types import KeyKind, utc_now
from corpus.home import Home
from tests.desks import OWN, admin, send, sign_in, token_of, words
from tests.doors import ASK, secret
from tests.integration.conftest import Serve

PAGES = (
    "/desk/add",
    "/desk/reports",
    "/desk/sync",
    "/desk/index",
    "/desk/jobs",
    "/desk/failures",
    "/desk/questions",
    "/desk/journal",
)
FORMS = (
    "/desk/leave",
    "/desk/add",
    "/desk/sync",
    "/desk/index",
    "/desk/check",
    "/desk/jobs/1",
    "/desk/reports/a/fields/year",
    "/desk/reports/a/withdraw",
    "/desk/reports/a/restore",
)


@pytest.fixture
def desk(serve: Serve) -> TestClient:
    return serve(desk=True)


def cookie_of(response: Response, name: str = "evidence-desk") -> str:
    return next(
        each for each in response.headers.get_list("set-cookie") if each.startswith(f"{name}=")
    )


def is_signed_in(client: TestClient) -> bool:
    return "Sign out" in words(client.get("/desk").text)


# off


@pytest.mark.parametrize("path", ["/desk", "/desk/", *PAGES])
def test_there_is_no_desk_unless_it_is_turned_on(
    client: TestClient, path: str, tmp_path: Path
) -> None:
    nowhere = client.get("/nowhere").json()
    for answer in (client.get(path), client.post(path, data={"key": "x"}, headers=OWN)):
        assert answer.status_code == 404
        assert {**answer.json(), "instance": "/nowhere"} == nowhere
    assert "/desk" not in client.get("/status").text
    assert not Home(tmp_path).desk.exists()


def test_the_status_page_leads_to_it(desk: TestClient) -> None:
    assert 'href="/desk"' in desk.get("/status").text
    assert "/desk" not in desk.get("/openapi.json").text


def test_a_closed_library_has_an_open_door_for_librarians(serve: Serve, store: KeyStore) -> None:
    client = serve(desk=True, anonymous=False)
    assert client.get("/").status_code == 401
    assert client.get("/deskwork").status_code == 401
    assert sign_in(client, admin(store)[1]).status_code == 303
    assert is_signed_in(client)
    assert serve(anonymous=False).get("/desk").status_code == 401


# who gets in


def test_an_admin_key_signs_in(desk: TestClient, store: KeyStore) -> None:
    key, text = admin(store)
    response = sign_in(desk, f" {text}\n")
    assert (response.status_code, response.headers["location"]) == (303, "/desk")
    told = cookie_of(response)
    assert "HttpOnly" in told
    assert "SameSite=strict" in told
    assert "Path=/desk" in told
    assert "Max-Age=28800" in told
    assert "Secure" not in told
    for part in text.split("_")[2:]:
        assert part not in told
    page = desk.get("/desk")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "ann's" in words(page.text)
    assert key.key_id in words(desk.get("/desk/journal").text)


def test_over_https_the_cookie_never_goes_without(serve: Serve, store: KeyStore) -> None:
    client = serve(desk=True, public_url="https://library.test")
    client.base_url = "https://library.test"
    response = sign_in(client, admin(store)[1])
    assert "Secure" in cookie_of(response)
    client.cookies.clear()
    assert "Secure" in cookie_of(client.get("/desk"), "evidence-desk-form")


def test_other_keys_do_not(desk: TestClient, store: KeyStore) -> None:
    revoked, text = admin(store)
    store.revoke(revoked.key_id, who="x", now=utc_now())
    expired = admin(store, expires=utc_now() + timedelta(seconds=0.05))[1]
    time.sleep(0.1)
    guessed = f"{admin(store)[1][:-4]}ffff"
    api = admin(store, kind=KeyKind.API)[1]
    for wrong in (text, expired, guessed, api, "", "x" * 5000, "\0", "\u202e"):
        response = sign_in(desk, wrong)
        assert response.status_code == 401
        assert response.headers["cache-control"] == "no-store"
        assert "does not open the desk" in words(response.text)
        assert not wrong.strip("\0 ") or wrong not in response.text
        assert "evidence-desk=" not in str(response.headers.get_list("set-cookie"))
    assert not is_signed_in(desk)


def test_guessing_is_slowed_and_shared_with_the_api(serve: Serve, store: KeyStore) -> None:
    client, other = serve("192.0.2.7", desk=True), serve("192.0.2.8", desk=True)
    good = admin(store)[1]
    for n in range(10):
        assert sign_in(client, f"ev_admin_{n:010x}_{n:048x}").status_code == 401
    response = sign_in(client, good)
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    assert "Too many wrong keys" in words(response.text)
    assert client.get(ASK, headers=secret(store, KeyKind.API)[1]).status_code == 429
    assert sign_in(other, good).status_code == 303


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_sees_anything(desk: TestClient, path: str) -> None:
    for cookie in ("", "x", "a" * 43, "\u00e9" * 43, "a" * 100_000):
        answer = desk.get(
            path,
            headers={b"cookie": f"evidence-desk={cookie}".encode("latin-1")},
            follow_redirects=False,
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        assert answer.headers["cache-control"] == "no-store"


# how a session ends


def test_signing_out_ends_it_everywhere(serve: Serve, store: KeyStore, tmp_path: Path) -> None:
    one, other = serve(desk=True), serve(desk=True)
    sent = sign_in(one, admin(store)[1])
    token = SimpleCookie(cookie_of(sent))["evidence-desk"].value
    shown = {"cookie": f"evidence-desk={token}"}
    assert "Sign out" in other.get("/desk", headers=shown).text
    gone = send(one, "/desk/leave")
    assert "Max-Age=0" in cookie_of(gone)
    assert "Sign out" not in other.get("/desk", headers=shown).text
    kept = [path.read_bytes() for path in Home(tmp_path).desk.iterdir() if path.is_file()]
    assert kept
    assert not any(token.encode() in each for each in kept)


def test_a_revoked_key_ends_it_at_once(desk: TestClient, store: KeyStore) -> None:
    key, text = admin(store)
    sign_in(desk, text)
    form = token_of(desk.get("/desk/index").text)
    store.revoke(key.key_id, who="bob", now=utc_now())
    answer = desk.post("/desk/index", data={"form": form}, headers=OWN, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert not is_signed_in(desk)


def test_an_expired_key_ends_it(
    desk: TestClient, store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(desk, admin(store, expires=utc_now() + timedelta(hours=1))[1])
    assert is_signed_in(desk)
    later = utc_now() + timedelta(hours=2)
    monkeypatch.setattr("api.routes.desk.given.utc_now", lambda: later)
    assert not is_signed_in(desk)


@pytest.mark.parametrize(("idle", "longest"), [(0.0, 100.0), (100.0, 0.0)])
def test_time_ends_it(
    desk: TestClient,
    store: KeyStore,
    monkeypatch: pytest.MonkeyPatch,
    idle: float,
    longest: float,
) -> None:
    sign_in(desk, admin(store)[1])
    assert is_signed_in(desk)
    monkeypatch.setattr(sessions, "IDLE_S", idle)
    monkeypatch.setattr(sessions, "LONGEST_S", longest)
    assert not is_signed_in(desk)


def test_a_token_given_beforehand_is_not_taken(desk: TestClient, store: KeyStore) -> None:
    planted = "p" * 43
    desk.cookies.set("evidence-desk", planted, path="/desk")
    response = sign_in(desk, admin(store)[1])
    assert planted not in cookie_of(response)
    shown = {"cookie": f"evidence-desk={planted}"}
    desk.cookies.clear()
    assert "Sign out" not in desk.get("/desk", headers=shown).text


# which forms are taken


@pytest.mark.parametrize("path", FORMS)
def test_forged_forms_are_refused(desk: TestClient, store: KeyStore, path: str) -> None:
    sign_in(desk, admin(store)[1])
    good = token_of(desk.get("/desk/index").text)
    for form in ("", "x", good[:-1], f"{good}0", "0" * len(good), "\u00e9", good[:16] + "0" * 64):
        answer = desk.post(path, data={"form": form}, headers=OWN)
        assert answer.status_code == 403, form
    host = "http://library.test"
    for headers in (
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": host},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.org"},
        {"origin": "null"},
        {"origin": "http://library.test.evil.org"},
        {"origin": f"{host}, https://evil.org"},
    ):
        answer = desk.post(path, data={"form": good}, headers=headers)
        assert answer.status_code == 403, headers
    both = Headers([("origin", host), ("origin", "https://evil.org")])
    assert desk.post(path, data={"form": good}, headers=both).status_code == 403
    assert is_signed_in(desk)
    assert words(desk.get("/desk/jobs").text).count("Job ") <= 1


def test_a_browser_without_fetch_metadata_says_its_origin(serve: Serve, store: KeyStore) -> None:
    client = serve(desk=True, public_url="https://library.example")
    client.base_url = "https://library.test"
    sign_in(client, admin(store)[1])
    form = token_of(client.get("/desk").text)
    sent = {"origin": "https://library.example"}
    answer = client.post("/desk/leave", data={"form": form}, headers=sent, follow_redirects=False)
    assert answer.status_code == 303


def test_signing_in_needs_the_form_too(desk: TestClient, store: KeyStore) -> None:
    text = admin(store)[1]
    form = token_of(desk.get("/desk").text)
    for data, headers in (
        ({"key": text}, OWN),
        ({"key": text, "form": form}, {"sec-fetch-site": "cross-site"}),
        ({"key": text, "form": form[::-1]}, OWN),
    ):
        assert desk.post("/desk", data=data, headers=headers).status_code == 403
    desk.cookies.clear()  # a browser that keeps none
    assert desk.post("/desk", data={"key": text, "form": form}, headers=OWN).status_code == 403


def test_one_session_s_forms_are_no_other_s(serve: Serve, store: KeyStore) -> None:
    one, other = serve(desk=True), serve(desk=True)
    sign_in(one, admin(store)[1])
    sign_in(other, admin(store)[1])
    form = token_of(one.get("/desk").text)
    assert other.post("/desk/leave", data={"form": form}, headers=OWN).status_code == 403


def test_a_form_s_token_differs_each_time(desk: TestClient, store: KeyStore) -> None:
    sign_in(desk, admin(store)[1])
    assert len({token_of(desk.get("/desk").text) for _ in range(5)}) == 5


def test_other_sites_read_nothing(serve: Serve, store: KeyStore) -> None:
    client = serve(desk=True, cors_origins="https://friend.org")
    sign_in(client, admin(store)[1])
    for origin in ("https://friend.org", "https://evil.org", "null"):
        headers = client.get("/desk", headers={"origin": origin}).headers
        assert "access-control-allow-credentials" not in headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_secret_key_in_a_header_opens_no_desk(desk: TestClient, store: KeyStore) -> None:
    shown = {"authorization": f"Bearer {admin(store)[1]}"}
    assert "Sign out" not in desk.get("/desk", headers=shown).text


@pytest.mark.parametrize("path", ["/desk", *PAGES])
def test_the_desk_speaks_welsh(desk: TestClient, store: KeyStore, path: str) -> None:
    sign_in(desk, admin(store)[1])
    english, welsh = (desk.get(f"{path}?lang={code}").text for code in ("en", "cy"))
    assert words(english) != words(welsh)
    assert 'href="/desk/add?lang=cy"' in welsh


def test_a_form_from_elsewhere_is_refused_in_welsh(desk: TestClient, store: KeyStore) -> None:
    sign_in(desk, admin(store)[1])
    sent = {"accept": "text/html", "sec-fetch-site": "cross-site"}
    refused = desk.post("/desk/add?lang=cy", data={"form": "x"}, headers=sent)
    assert refused.status_code == 403
    assert "Ni anfonwyd y ffurflen hon" in words(refused.text)
