"""Attacks on the service, and what comes of them; docs/security.md has the table."""

import io
import json
import re
import socket
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from xml.etree.ElementTree import fromstring

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import load_settings
from search.searcher import Searcher
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder
from tests.serving import served

ENCODER = HashingEncoder()
SCRIPT = "<script>alert(1)</script>"
HOSTILE = f"\"'>{SCRIPT}<img src=x onerror=alert(1)>\u202egnp.exe\u2066"
SITE = "https://evidence.example"
EVIL = "evil.example"
REPORT = replace(
    report("a", f"Title {HOSTILE}", centre=HOSTILE, url=f"javascript:{SCRIPT}", topics=(HOSTILE,)),
    file=f"{HOSTILE}.pdf",
)
TEXTS = [
    ("a", f"Mentoring {place} {HOSTILE} helps young people. {'x' * 800}") for place in range(3000)
]
PAGES = ("/", "/v1/evidence-map", "/nowhere", f"/{SCRIPT}")
BROWSER = {"Accept": "text/html"}


class _Fixed:
    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def current(self) -> Searcher:
        return self._searcher


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    made = generation(tmp_path_factory.mktemp("home"), content([REPORT], TEXTS, ENCODER), ENCODER)
    settings = load_settings(
        home=tmp_path_factory.mktemp("none"),
        public_url=SITE,
        cors_origins="https://a.example",
        visitor_rate="none",
    )
    return create_app(settings, _Fixed(Searcher(made, ENCODER)))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.fixture(scope="module")
def port(app: FastAPI) -> Iterator[int]:
    with served(app) as port:
        yield port


def _raw(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(request)
        return b"".join(iter(lambda: line.recv(65_536), b""))


@pytest.mark.parametrize("page", PAGES)
def test_a_script_in_report_or_question_stays_text(client: TestClient, page: str) -> None:
    asked = {"q": f"mentoring {HOSTILE}", "rows": "topic", "format": "html", "centre": ""}
    params = asked if "map" in page else {"q": asked["q"]}
    params.pop("centre", None)
    shown = client.get(page, params=params, headers=BROWSER)
    scripts = re.findall(r"<script([^>]*)>(.*?)</script", shown.text, re.DOTALL)
    assert all(where.startswith(' src="/static/') and not held for where, held in scripts)
    assert len(scripts) == shown.text.casefold().count("<script")
    assert "<img src=x" not in shown.text
    assert "javascript:" not in shown.text
    allowed = shown.headers["content-security-policy"]
    assert "script-src 'self';" in allowed
    assert "unsafe" not in allowed


def test_data_is_never_taken_for_a_page(client: TestClient) -> None:
    for address in ("/v1/search?q=mentoring", "/v1/reports/a", "/v1/export?q=mentoring&format=csv"):
        answer = client.get(address, headers=BROWSER)
        assert "html" not in answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    feed = client.get("/v1/feeds/search.atom", params={"q": HOSTILE}).content
    assert b"<script" not in feed
    assert fromstring(feed).tag.endswith("feed")  # noqa: S314 - our own


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fetc/passwd",
     "/static/....//app.py", "//etc/passwd", "/static//etc/passwd", "/static/..\\app.py",
     "/v1/reports/..%2f..%2fetc%2fpasswd", "/v1/passages/%2e%2e%2fCURRENT", "/static/%00"],
)  # fmt: skip
def test_no_path_leads_out_of_its_folder(port: int, path: str) -> None:
    answer = _raw(port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.split()[1] in {b"404", b"400", b"422"}
    assert b"root:" not in answer
    assert b"FastAPI" not in answer


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"questions":' * 50_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
     b'{"questions": [{"q": ' + b"[" * 5_000 + b"]" * 5_000 + b"}]}",
     b'{"questions": 1e999999}', b'{"questions": [' + b"9" * 100_000 + b"]}", b"\xff\xfe{",
     b'{"questions": [{"q": "x", "k": NaN}]}', b'"\\ud800"', b"null", b""],
)  # fmt: skip
def test_json_without_end_or_sense_is_refused(client: TestClient, body: bytes) -> None:
    start = time.perf_counter()
    answer = client.post(
        "/v1/search/batch", content=body, headers={"Content-Type": "application/json"}
    )
    if answer.status_code == 200:  # a question that is none fails by itself
        assert answer.json()["results"][0]["problem"]["status"] == 422
    else:
        assert answer.status_code in {400, 422}
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.content) < 5_000
    assert time.perf_counter() - start < 5


def test_a_body_too_large_is_refused_before_it_is_read(port: int) -> None:
    head = b"POST /v1/search/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n"
    told = _raw(port, head + b"Connection: close\r\n\r\n")
    assert b" 413 " in told.splitlines()[0]


def test_slow_headers_keep_nobody_waiting(port: int) -> None:
    with ExitStack() as open_:
        for _ in range(200):
            line = open_.enter_context(socket.create_connection(("127.0.0.1", port)))
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert _asked(port) < 2


def test_slow_bodies_keep_nobody_waiting(port: int) -> None:
    head = b"POST /v1/search/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
    with ExitStack() as open_:
        for _ in range(100):
            line = open_.enter_context(socket.create_connection(("127.0.0.1", port)))
            line.sendall(head)
        assert _asked(port) < 2


def test_slow_readers_keep_nobody_waiting(port: int) -> None:
    """More of them than there are threads: one that waits for its reader holds none."""
    with ExitStack() as open_:
        for _ in range(45):
            line = open_.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", port))
            line.sendall(b"GET /v1/export/passages?format=jsonl HTTP/1.1\r\nHost: x\r\n\r\n")
        deadline = time.monotonic() + 120
        while _asked(port) > 1:  # until what the system holds for each of them is full
            assert time.monotonic() < deadline


def _asked(port: int) -> float:
    """Seconds a question takes meanwhile."""
    start = time.perf_counter()
    answer = httpx.get(f"http://127.0.0.1:{port}/v1/search?q=mentoring&k=1", timeout=60)
    assert answer.status_code == 200
    return time.perf_counter() - start


def _zip_bomb() -> bytes:
    """A Word file of a few hundred kilobytes that unpacks to 200 MiB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(b"<document>")
            for _ in range(200):
                part.write(b"a" * 2**20)
            part.write(b"</document>")
    return out.getvalue()


def _pdf_bomb() -> bytes:
    """A PDF of six pages, each of whose contents unpacks, twice over, to 16 MiB."""
    inner = zlib.compress(b"q " * 2**19, 9)
    packed = zlib.compress(
        zlib.compress(b"BT /F1 9 Tf (a) Tj ET\n" * (2**30 // 22 // 64), 9) + inner, 9
    )
    stream = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (
        len(packed), packed,
    )  # fmt: skip
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + b"3 0 R " * 6 + b"]/Count 6>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        stream,
    ]
    body = b"%PDF-1.4\n"
    for number, part in enumerate(parts, start=1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    return body + b"trailer<</Root 1 0 R>>\n%%EOF"


@pytest.mark.parametrize(
    ("name", "bomb"), [("a.docx", _zip_bomb), ("a.pdf", _pdf_bomb)], ids=["zip", "pdf"]
)
def test_a_bomb_goes_off_in_a_process_of_its_own(
    client: TestClient, name: str, bomb: "object"
) -> None:
    data = bomb()  # type: ignore[operator]
    assert len(data) < 2**22
    answer = client.post("/v1/related", files={"file": (name, data)})
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("header", ["X-Request-Id", "X-Evil", "Set-Cookie"])
def test_no_header_is_injected(port: int, header: str) -> None:
    injected = f"x%0d%0a{header}:%20injected%0d%0a%0d%0a"
    for path in (
        f"/v1/export?q=mentoring{injected}&format=csv",
        f"/v1/reports/{injected}/citation?format=ris",
        f"/{injected}",
        f"/v1/export/passages?format=csv&q={injected}",
    ):
        request = (
            f"HEAD {path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine\r\nConnection: close\r\n\r\n"
        )
        head = _raw(port, request.encode()).partition(b"\r\n\r\n")[0].lower()
        assert b"injected" not in b"".join(
            line for line in head.splitlines() if not line.startswith(b"content-disposition")
        )
        assert f"\r\n{header.lower()}: injected".encode() not in head
        assert b"x-request-id: mine" not in head


def test_a_file_s_name_is_of_letters_and_digits(client: TestClient) -> None:
    asked = {"q": 'mentoring"; filename="evil.exe\r\n', "format": "csv"}
    told = client.get("/v1/export", params=asked).headers["content-disposition"]
    assert told == 'attachment; filename="evidence-mentoring-filename-evil-exe.csv"'


@pytest.mark.parametrize(
    "headers",
    [{"Host": EVIL}, {"X-Forwarded-Host": EVIL}, {"Forwarded": f"host={EVIL}"},
     {"X-Forwarded-Proto": "ftp"}, {"X-Original-URL": "/nowhere"}, {"X-Rewrite-URL": "/nowhere"},
     {"X-HTTP-Method-Override": "DELETE"}, {"X-Forwarded-Prefix": f"//{EVIL}"}],
)  # fmt: skip
@pytest.mark.parametrize(
    "address",
    ["/v1/export?q=mentoring&format=ris&k=1", "/v1/feeds/search.atom?q=mentoring", "/?q=mentoring",
     "/v1/centres", "/openapi.json"],
)  # fmt: skip
def test_no_header_poisons_what_a_cache_keeps(
    client: TestClient, address: str, headers: dict[str, str]
) -> None:
    plain, forged = client.get(address), client.get(address, headers=headers)
    assert forged.status_code == plain.status_code == 200
    assert EVIL not in forged.text
    assert _lasting(forged.text) == _lasting(plain.text)


def _lasting(text: str) -> str:
    """Without what is never the same twice."""
    return re.sub(r"Answered in \d+ ms", "", text)


def test_no_cache_keeps_an_error_or_mixes_its_forms(client: TestClient) -> None:
    for address in ("/nowhere", "/v1/search", "/v1/reports/none"):
        answer = client.get(address, headers=BROWSER)
        assert answer.headers["cache-control"] == "no-store"
        assert "Accept" in answer.headers["vary"]
    assert "Accept-Encoding" in client.get("/v1/centres").headers["vary"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "https://a.example.evil.example", "https://evila.example",
     "http://a.example", "https://a.example:444", "https://A.EXAMPLE.", "file://"],
)  # fmt: skip
def test_no_other_origin_may_read_and_none_with_credentials(
    client: TestClient, origin: str
) -> None:
    asked = {"Origin": origin, "Cookie": "session=1"}
    preflight = {**asked, "Access-Control-Request-Method": "GET"}
    for answer in (
        client.get("/v1/centres", headers=asked),
        client.options("/v1/centres", headers=preflight),
    ):
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers


def test_an_allowed_origin_gets_no_credentials_and_nothing_to_write(client: TestClient) -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    told = client.options("/v1/centres", headers=asked).headers
    assert told["access-control-allow-origin"] == "https://a.example"
    assert "access-control-allow-credentials" not in told
    deleting = {**asked, "Access-Control-Request-Method": "DELETE"}
    refused = client.options("/v1/centres", headers=deleting).headers
    assert "DELETE" not in refused["access-control-allow-methods"]


def test_a_cursor_opens_nothing(client: TestClient) -> None:
    """A forged place is a place: at most another part of the same list, and never an error."""
    import base64  # noqa: PLC0415

    cursor = client.get("/v1/reports", params={"limit": 1}).json()["next_cursor"]
    assert cursor is None  # there is one report
    first = client.get("/v1/search", params={"q": "mentoring", "k": 5}).json()["next_cursor"]
    generation_, digest, _ = json.loads(base64.urlsafe_b64decode(first + "=="))
    for place in (0, 995, 996, 10**12):
        told = json.dumps([generation_, digest, place]).encode()
        forged = base64.urlsafe_b64encode(told).decode().rstrip("=")
        params = {"q": "mentoring", "k": 5, "cursor": forged}
        answer = client.get("/v1/search", params=params)  # type: ignore[arg-type]
        assert answer.status_code == (200 if place <= 995 else 422)
