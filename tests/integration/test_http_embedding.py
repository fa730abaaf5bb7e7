"""The search within other sites, as their servers and browsers meet it."""

import gzip
import html
import json
import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fastapi.testclient import TestClient

from api.keys.store import KeyStore
from tests.doors import SITE, site_key
from tests.integration.conftest import Serve

OWN = "http://library.test"
NASTY = "\"><script>alert(1)</script>\u202e'"


def _policy(headers: object) -> dict[str, list[str]]:
    told = dict(headers)["content-security-policy"]  # type: ignore[call-overload]
    return {name: rest for name, *rest in (part.split() for part in told.split("; "))}


# the script


def test_the_script_is_small_and_anybody_s(client: TestClient) -> None:
    response = client.get("/widget.js", headers={"origin": "https://anybody.example"})
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age" in response.headers["cache-control"]
    assert len(gzip.compress(response.content, 6)) < 15_000
    kept = {"if-none-match": response.headers["etag"]}
    assert client.get("/widget.js", headers=kept).status_code == 304


@pytest.mark.parametrize(
    "forbidden",
    [
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
        "document.cookie", "localStorage", "sessionStorage", "indexedDB", "import ", "http://",
        "https://", ".style", "<style",
    ],
)  # fmt: skip
def test_what_the_script_never_does(client: TestClient, forbidden: str) -> None:
    script = client.get("/widget.js").text
    if forbidden in {"http://", "https://"}:
        assert not re.search(rf"{forbidden}\w", script)
    else:
        assert forbidden not in script


def test_the_script_comes_where_the_library_is_closed(serve: Serve) -> None:
    assert serve(anonymous=False).get("/widget.js").status_code == 200


# the frame


def test_a_frame_shows_on_the_key_s_sites_only(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store, SITE, "https://b.org:8443")
    response = client.get(f"/embed?key={key}&q=tutoring")
    assert "Tutoring helps" in response.text
    policy = _policy(response.headers)
    assert policy["frame-ancestors"] == ["'self'", SITE, "https://b.org:8443"]
    assert policy["default-src"] == ["'none'"]
    assert response.headers["cache-control"] == "private, no-cache"
    assert "<script" not in response.text


def test_without_a_key_a_frame_shows_on_the_owner_s_sites(serve: Serve) -> None:
    assert _policy(serve().get("/embed").headers)["frame-ancestors"] == ["'self'"]
    named = serve(cors_origins="https://a.org").get("/embed")
    assert _policy(named.headers)["frame-ancestors"] == ["'self'", "https://a.org"]


@pytest.mark.parametrize("address", ["/", "/?q=x", "/docs", "/embed/build", "/nowhere", "/v1/x"])
def test_nothing_else_shows_in_a_frame(client: TestClient, address: str) -> None:
    assert _policy(client.get(address).headers)["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("key", ["x", "ev_site_0123456789_" + "0" * 48, "ev_api_x"])
def test_a_wrong_key_shows_no_frame(client: TestClient, key: str) -> None:
    response = client.get(f"/embed?key={key}&q=tutoring", headers={"accept": "text/html"})
    assert response.status_code == 401
    assert _policy(response.headers)["frame-ancestors"] == ["'none'"]
    assert "Tutoring" not in response.text


def test_a_frame_is_not_another_page_s_to_read(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store)
    response = client.get(f"/embed?key={key}&q=x", headers={"origin": "https://evil.org"})
    assert response.status_code == 403


def test_a_closed_library_shows_frames_of_keys_alone(serve: Serve, store: KeyStore) -> None:
    client = serve(anonymous=False)
    _, key = site_key(store)
    assert client.get(f"/embed?key={key}&q=tutoring").status_code == 200
    assert client.get("/embed?q=tutoring").status_code == 401


def test_a_frame_keeps_to_its_scope(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store, centres=["eef"], greatest_k=2)
    page = client.get(f"/embed?key={key}&q=tutoring+patrols").text
    assert page.count("<blockquote") == 2
    assert "Patrols" not in page
    for more in ("k=9", "centre=college-of-policing"):
        response = client.get(f"/embed?key={key}&q=x&{more}")
        assert response.status_code == 403
        assert "This key" in response.text


def test_a_frame_carries_its_choices_from_question_to_question(client: TestClient) -> None:
    page = client.get("/embed?centre=eef&topic=education&k=3&lang=cy&utm=x&q=tutoring").text
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    chosen = [("centre", "eef"), ("topic", "education"), ("k", "3"), ("lang", "cy")]
    assert sorted(hidden) == sorted(chosen)
    assert '<html lang="cy">' in page
    assert "Gofyn" in page
    assert "utm" not in re.sub(r'href="[^"]*oembed[^"]*"', "", page)


@pytest.mark.parametrize("query", ["k=0", "k=x", "k=101", "q=" + "x" * 2001])
def test_wrong_questions_in_a_frame_are_told(client: TestClient, query: str) -> None:
    join = "" if query.startswith("q=") else "q=tutoring&"
    response = client.get(f"/embed?{join}{query}")
    assert response.status_code == 422
    assert 'role="alert"' in response.text


def test_nothing_typed_becomes_markup(client: TestClient) -> None:
    said = quote(NASTY)
    for address in (
        f"/embed?q={said}&centre={said}&k=3",
        f"/embed/build?key={said}&centre={said}&topic={said}&suggested={said}&in={said}&k={said}",
    ):
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


# the page that writes it


def _snippets(page: str) -> list[str]:
    return [
        html.unescape(each)
        for each in re.findall(r"readonly[^>]*>(.*?)</textarea>", page, re.DOTALL)
    ]


def test_it_writes_what_an_editor_pastes(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store)
    response = client.get(
        "/embed/build",
        params={"key": key, "centre": "eef", "topic": "a, b", "in": "cy", "k": "3",
                "suggested": "Does it <work>?\n\nIs it & worth it?"},
    )  # fmt: skip
    widget, frame, link = _snippets(response.text)
    assert f'<script src="{OWN}/widget.js" async></script>' in widget
    assert f'<evidence-search key="{key}" centre="eef" topic="a, b" lang="cy" k="3">' in widget
    assert "<option>Does it &lt;work&gt;?</option>" in widget
    assert f'<a href="{OWN}/?centre=eef&amp;topic=a' in widget
    assert link.startswith(f"{OWN}/embed?key={key}&centre=eef&topic=a&topic=b")
    assert f'src="{html.escape(link)}"' in frame
    assert SITE in response.text
    assert _policy(response.headers)["frame-src"] == ["'self'"]
    assert client.get(urlsplit(link)._replace(scheme="", netloc="").geturl()).status_code == 200


def test_it_says_what_is_wrong_with_a_key(client: TestClient) -> None:
    page = client.get("/embed/build?key=ev_site_0123456789_" + "0" * 48).text
    assert "not known" in page
    assert "<iframe class" not in page
    assert "Without a key" in client.get("/embed/build").text


def test_guessing_keys_there_is_slowed_too(client: TestClient) -> None:
    for n in range(10):
        client.get(f"/embed/build?key={n}")
    assert "Too many wrong keys" in client.get("/embed/build?key=x").text


# oEmbed


def _oembed(client: TestClient, url: str, **more: str) -> dict[str, object]:
    response = client.get("/oembed", params={"url": url, "format": "json", **more})
    assert response.status_code == 200, response.text
    told: dict[str, object] = response.json()
    return told


def test_a_link_becomes_a_frame(client: TestClient, store: KeyStore) -> None:
    _, key = site_key(store)
    told = _oembed(client, f"{OWN}/embed?key={key}&q=tutoring&utm_source=x", maxwidth="400")
    assert (told["version"], told["type"], told["width"], told["height"]) == (
        "1.0", "rich", 400, 640,
    )  # fmt: skip
    src = html.unescape(re.search(r'src="([^"]+)"', str(told["html"]))[1])  # type: ignore[index]
    assert parse_qs(urlsplit(src).query) == {"key": [key], "q": ["tutoring"]}
    assert "Tutoring helps" in client.get(src).text
    assert "tutoring" in str(told["title"])


def test_an_answer_s_link_too(client: TestClient) -> None:
    told = _oembed(client, f"{OWN}/?q={quote(NASTY)}&centre=eef", maxheight="300", dnt="1")
    assert told["height"] == 300
    assert "<script" not in str(told["html"])
    assert str(told["html"]).count("<") == 2


def test_a_frame_says_where_to_ask(client: TestClient) -> None:
    page = client.get("/embed?q=tutoring&centre=eef").text
    link = html.unescape(re.search(r'json\+oembed" href="([^"]+)"', page)[1])  # type: ignore[index]
    assert link.startswith(f"{OWN}/oembed?")
    assert "tutoring" in json.dumps(client.get(link).json())


def test_a_consumer_finds_the_frame_of_an_answer_s_page(client: TestClient) -> None:
    page = client.get("/?q=tutoring+patrols&centre=eef&k=3&lang=cy").text
    (link,) = re.findall(
        r'rel="alternate" type="application/json\+oembed"[^>]* href="([^"]+)"', page
    )
    told = client.get(html.unescape(link)).json()
    assert (told["type"], told["version"]) == ("rich", "1.0")
    source = html.unescape(re.search(r'src="([^"]+)"', told["html"])[1])  # type: ignore[index]
    frame = client.get(source).text
    assert "Tutoring helps pupils" in frame
    assert "Patrols in hot spots" not in frame  # within the same filter
    assert 'lang="cy"' in frame


def test_an_answer_that_a_frame_cannot_give_names_none(client: TestClient) -> None:
    assert "json+oembed" not in client.get("/?q=tutoring&year_from=2019").text
    assert "json+oembed" not in client.get("/").text


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://library.test/?q=x",
        "http://library.test.evil.org/?q=x",
        "http://library.test@evil.org/?q=x",
        "http://evil.org/#http://library.test/?q=x",
        "//library.test/?q=x",
        "/?q=x",
        "http://library.test:80:80/?q=x",
        "http://[",
        "javascript:alert(1)",
        f"{OWN}/v1/search?q=x",
        f"{OWN}/embed/../docs",
        f"{OWN}/docs",
        f"{OWN}?q=x",
    ],
)
def test_only_own_addresses_are_answered(client: TestClient, url: str) -> None:
    response = client.get("/oembed", params={"url": url})
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_other_formats_and_sizes_are_refused(client: TestClient) -> None:
    url = f"{OWN}/?q=x"
    assert client.get("/oembed", params={"url": url, "format": "xml"}).status_code == 501
    for wrong in ({"maxwidth": "0"}, {"maxwidth": "x"}, {"url": ""}):
        assert client.get("/oembed", params={"url": url, **wrong}).status_code == 422


def test_behind_a_proxy_addresses_are_the_public_ones(serve: Serve) -> None:
    client = serve(public_url="https://library.example/evidence")
    told = _oembed(client, "https://library.example/evidence/?q=x")
    assert 'src="https://library.example/evidence/embed?q=x"' in str(told["html"])
    assert client.get("/oembed", params={"url": f"{OWN}/?q=x"}).status_code == 404
