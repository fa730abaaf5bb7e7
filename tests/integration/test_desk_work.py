"""What is done at the desk, really done: on a small library, by real jobs, over HTTP."""

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from api.app import create_app
from api.keys.store import KeyStore
from api.keys.types import Key
from api.settings import load_settings
from corpus.home import Home
from corpus.library.library import Library
from corpus.library.visits import Address, Run
from corpus.uploads import LARGEST_UPLOAD
from indexer.adding import add_all
from indexer.build import BuildOptions, build_index
from indexer.progress import Silent
from search.encoder.models import DEFAULT_MODEL
from search.loading import encoder_folder
from tests.desks import admin, ended, send, sign_in, words

TEXTS = {
    "tutoring": "Tutoring in small groups helped pupils catch up by four months in a trial.",
    "patrols": "Police patrols in hot spots reduced burglary without moving it elsewhere.",
    "breakfast": "Free school breakfast improved attendance of pupils in primary schools.",
}
NEW = "Speech therapy for toddlers improved their vocabulary within one year of nursery."
ASKED_OF = "Zyxwvut"  # a word of a question


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, prepared_encoder: Path) -> Home:
    """A home with three reports indexed, one file that cannot be read, one address that failed."""
    folder = tmp_path_factory.mktemp("desk")
    made = Home(folder / "home")
    encoder = encoder_folder(made, DEFAULT_MODEL)
    encoder.parent.mkdir(parents=True)
    encoder.symlink_to(prepared_encoder)
    files = folder / "files"
    files.mkdir()
    for name, text in TEXTS.items():
        (files / f"{name}.txt").write_text(f"{text} {text}")
    (files / "broken.pdf").write_bytes(b"%PDF-1.7 nothing of the kind")
    with Library(made.library) as library:
        add_all(library, [str(files)], metadata=None, progress=Silent())
        with library.recording():
            why = "answered 500 Internal Server Error"
            library.visits.put(Address("https://example.org/1", "eef", "p", fault=why))
            failures = (("https://example.org/list", "the list is empty"),)
            run = Run("2026-05-06T07:08:09+00:00", ("eef",), failures=failures)
            library.visits.put_run(library.visits.start_run(run), run)
    build_index(made, BuildOptions(), Silent())
    return made


@pytest.fixture(scope="module")
def registry(place: Home) -> Path:
    """A registry with one centre, whose publications lie in a folder."""
    published = place.path.parent / "published"
    published.mkdir()
    (published / "toddlers.txt").write_text(f"{NEW} {NEW}")
    path = place.path.parent / "centres.toml"
    path.write_text(
        '[[centre]]\nid = "nursery"\nname = "A centre for nurseries"\nmember = "no member"\n'
        'membership = "outside"\npolicy_areas = ["early years"]\n'
        f'[[centre.source]]\nkind = "folder"\nurl = "{published}"\n'
    )
    return path


@pytest.fixture(scope="module")
def key(place: Home) -> tuple[Key, str]:
    return admin(KeyStore(place.keys))


@pytest.fixture(scope="module")
def desk(place: Home, registry: Path, key: tuple[Key, str]) -> Iterator[TestClient]:
    settings = load_settings(home=place.path, desk=True, registry=registry)
    os.environ["EVIDENCE_ALLOW_HOSTS"] = "localhost"
    with TestClient(create_app(settings), base_url="http://library.test") as client:
        assert sign_in(client, key[1]).status_code == 303
        yield client
    del os.environ["EVIDENCE_ALLOW_HOSTS"]


def report_of(client: TestClient, text: str) -> str:
    """The id of the only report whose row holds the words."""
    page = html.fromstring(client.get("/desk/reports", params={"q": text}).text)
    (found,) = page.xpath("//tbody//th/a/@href")
    return str(found).rpartition("/")[2]


def is_behind(client: TestClient) -> bool:
    return "is behind the library" in words(client.get("/desk").text)


def finds(client: TestClient, text: str, *, wanted: bool) -> bool:
    """Whether the search comes to find a text, or not to; the service follows within moments."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        hits = client.get("/v1/search", params={"q": text}).json()["hits"]
        found = any(text[:30] in hit["text"] for hit in hits)
        if found == wanted:
            return True
        time.sleep(0.1)
    return False


def journal(client: TestClient) -> str:
    return words(client.get("/desk/journal").text)


# what is seen


def test_failures_are_told_with_their_reasons(desk: TestClient) -> None:
    page = words(desk.get("/desk/failures").text)
    for told in ("broken.pdf", "answered 500", "the list is empty", "https://example.org/1"):
        assert told in page


def test_questions_are_counted_and_not_kept(desk: TestClient, place: Home) -> None:
    desk.get("/", params={"q": "Does tutoring help pupils catch up?"})
    desk.get("/v1/search", params={"q": f"{ASKED_OF} tutoring", "year_from": 2099})
    for k in (3, 4):
        desk.get("/v1/search", params={"q": f"Who is {ASKED_OF} of the quantum harbour?", "k": k})
    page = html.fromstring(desk.get("/desk/questions").text)
    counts = [int(each.text_content()) for each in page.xpath("//tbody[1]/tr[1]/td")][:4]
    assert counts[0] == 4 == sum(counts[1:])
    assert counts[1] >= 1
    assert counts[3] == 1
    kept = [path for path in place.path.rglob("*") if path.is_file() and "models" not in path.parts]
    assert not [path for path in kept if ASKED_OF.encode().lower() in path.read_bytes().lower()]


# adding


def test_a_file_is_added_described_and_found(
    desk: TestClient, place: Home, key: tuple[Key, str]
) -> None:
    data = {"title": "Walking <b>to</b> school", "centre": "nursery", "year": "2021", "index": "y"}
    text = b"A walking bus to school cut lateness of pupils by a third. " * 2
    files = {"file": ("../../etc/--home=x;touch pwned.txt", text, "text/plain")}
    page = ended(desk, send(desk, "/desk/add", data, files=files))
    assert "Done" in page
    assert "> evidence add" in page
    assert "> evidence index" in page
    assert "Reports it added" in page
    report_id = report_of(desk, "walking bus"[:7])
    told = words(desk.get(f"/desk/reports/{report_id}").text)
    for each in ("Walking <b>to</b> school", "nursery", "2021", "In the index"):
        assert each in told
    assert finds(desk, "A walking bus to school cut lateness", wanted=True)
    assert not is_behind(desk)
    assert not [path for path in place.path.parent.rglob("*pwned*") if path.name == "pwned"]
    assert not list(place.jobs.rglob("*.txt.txt"))
    assert key[0].key_id in journal(desk)
    assert "Asked to add" in journal(desk)


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<html><title>Play streets</title><p>Play streets let children play outside.</p>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def web() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_an_address_is_added(desk: TestClient, web: int) -> None:
    response = send(desk, "/desk/add", {"address": f"http://localhost:{web}/play.html"})
    page = ended(desk, response)
    assert "Done" in page
    assert "play" in page.partition("Reports it added")[2]
    assert is_behind(desk)
    assert "1 file waits to be read" in words(desk.get("/desk/index").text)


def test_private_addresses_are_refused_by_the_guard(desk: TestClient, web: int) -> None:
    page = ended(desk, send(desk, "/desk/add", {"address": f"http://127.0.0.1:{web}/x.html"}))
    assert "Failed" in page
    assert "not in the public internet" in page


@pytest.mark.parametrize(
    ("data", "file", "field", "told"),
    [
        ({}, None, "file", "one of the two"),
        ({"address": "https://example.org"}, b"x", "file", "one of the two"),
        ({}, b"", "file", "empty"),
        ({}, b"x" * (LARGEST_UPLOAD + 1), "file", "over 20 MiB"),
        ({"address": "/etc/passwd"}, None, "address", "no web address"),
        ({"address": "--help"}, None, "address", "no web address"),
        ({"address": "https://example.org", "year": "soon"}, None, "year", "1800 to 2100"),
        ({"address": "https://example.org", "title": "x" * 501}, None, "title", "At most 500"),
    ],
)
def test_what_cannot_be_added_is_told_beside_its_field(
    desk: TestClient, data: dict[str, str], file: bytes | None, field: str, told: str
) -> None:
    files = None if file is None else {"file": ("a.txt", file, "text/plain")}
    response = send(desk, "/desk/add", data, files=files)
    assert response.status_code == 422
    page = html.fromstring(response.text)
    (wrong,) = page.xpath(f"//*[@id='{field}-wrong']")
    assert told in wrong.text_content()
    (box,) = page.xpath(f"//*[@id='{field}']")
    assert box.get("aria-invalid") == "true"
    assert page.xpath(f"//div[@role='alert']//a[@href='#{field}']")
    for name, value in data.items():  # what was typed is kept
        assert page.xpath(f"//*[@name='{name}']/@value") == [value]


def test_a_body_over_the_limit_is_not_taken(desk: TestClient) -> None:
    files = {"file": ("a.txt", b"x" * (LARGEST_UPLOAD + 2**21), "text/plain")}
    assert send(desk, "/desk/add", {}, files=files).status_code == 413


# correcting


def test_a_correction_wins_and_can_be_taken_back(desk: TestClient) -> None:
    path = f"/desk/reports/{report_of(desk, 'breakfast')}"
    for field, value, told in (
        ("title", "Breakfast  at\nschool", "Breakfast at school"),
        ("authors", "Smith, Jane\r\nJones, A", "Smith, Jane; Jones, A"),
        ("year", "2019", "2019"),
    ):
        response = send(desk, f"{path}/fields/{field}", {"value": value})
        assert response.headers["location"] == f"{path}?done=corrected"
        page = html.fromstring(desk.get(response.headers["location"]).text)
        assert "Corrected." in page.xpath("string(//p[@role='status'])")
        counts = [each.text_content() for each in page.xpath("//table//tr/td[1]")]
        assert any(told in each and "person" in each for each in counts)
    shown = html.fromstring(desk.get(f"{path}/fields/authors").text)
    assert shown.xpath("string(//textarea)").split("\n") == ["Smith, Jane", "Jones, A"]
    response = send(desk, f"{path}/fields/year", {"forget": "yes"})
    assert response.headers["location"] == f"{path}?done=taken-back"
    assert "2019" not in words(desk.get(f"{path}/fields/year").text)
    for told in ("Corrected", "title = Breakfast at school", "Took a correction back"):
        assert told in journal(desk)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("year", "1066", "1800 to 2100"),
        ("year", "twenty", "1800 to 2100"),
        ("title", " ", "Write what is right"),
        ("title", "a\u202eb", "cannot be seen"),
        ("title", "x" * 2001, "At most 2000"),
        ("topics", ";;", "names nothing"),
        ("publication_type", "novel", "Kind of publication cannot be"),
        ("url", "javascript:alert(1)", "Web address cannot be"),
    ],
)
def test_a_correction_that_cannot_be_is_told(
    desk: TestClient, field: str, value: str, told: str
) -> None:
    path = f"/desk/reports/{report_of(desk, 'breakfast')}/fields/{field}"
    response = send(desk, path, {"value": value})
    assert response.status_code == 422
    assert told in html.fromstring(response.text).xpath("string(//*[@id='value-wrong'])")


def test_what_is_wrong_is_told_in_welsh(desk: TestClient) -> None:
    path = f"/desk/reports/{report_of(desk, 'breakfast')}/fields/year?lang=cy"
    told = words(send(desk, path, {"value": "twenty"}).text)
    assert "Blwyddyn: ni all fod yn 'twenty'" in told
    told = words(send(desk, "/desk/add?lang=cy", {"address": "ftp://x", "year": "1"}).text)
    assert "Nid cyfeiriad gwe yw hwn." in told
    assert "Blwyddyn: ni all fod yn '1'" in told
    assert "cannot" not in told


@pytest.mark.parametrize(
    "path",
    [
        "/desk/reports/nowhere",
        "/desk/reports/nowhere/fields/year",
        "/desk/reports/nowhere/withdraw",
        "/desk/jobs/999999",
    ],
)
def test_what_is_not_there_is_not_found(desk: TestClient, path: str) -> None:
    assert desk.get(path).status_code == 404
    assert send(desk, path).status_code in {404, 405}


def test_only_fields_there_are_can_be_corrected(desk: TestClient) -> None:
    path = f"/desk/reports/{report_of(desk, 'breakfast')}/fields/removed"
    assert desk.get(path).status_code == 404
    assert send(desk, path, {"value": "x"}).status_code == 404


@pytest.mark.parametrize("form", ["fields/year", "fields/authors", "withdraw"])
def test_a_form_leads_to_its_own_address(desk: TestClient, form: str) -> None:
    path = f"/desk/reports/{report_of(desk, 'breakfast')}/{form}"
    actions = html.fromstring(desk.get(path).text).xpath("//main//form/@action")
    assert set(actions) == {path, "/desk/leave"}


# withdrawing


def test_a_report_is_withdrawn_with_a_reason_and_put_back(desk: TestClient) -> None:
    report_id = report_of(desk, "patrols")
    path = f"/desk/reports/{report_id}"
    assert finds(desk, TEXTS["patrols"], wanted=True)
    assert "Withdraw this report?" in words(desk.get(f"{path}/withdraw").text)
    for reason in ("", "  ", "x" * 301, "a\u202eb"):
        response = send(desk, f"{path}/withdraw", {"reason": reason})
        assert response.status_code == 422
        assert "Say why" in words(response.text)
    assert "Withdraw this report" in words(desk.get(path).text)
    response = send(desk, f"{path}/withdraw", {"reason": "Its <i>data</i> were made up"})
    assert "Done" in ended(desk, response)
    assert finds(desk, TEXTS["patrols"], wanted=False)
    page = words(desk.get(path).text)
    assert "Removed: Its <i>data</i> were made up" in page
    assert desk.get(f"{path}/withdraw").status_code == 404
    assert desk.get(f"{path}/fields/year").status_code == 404
    response = send(desk, f"{path}/restore")
    assert response.headers["location"] == f"{path}?done=put-back"
    assert is_behind(desk)
    assert send(desk, f"{path}/restore").status_code == 404
    assert "Done" in ended(desk, send(desk, "/desk/index"))
    assert finds(desk, TEXTS["patrols"], wanted=True)
    assert not is_behind(desk)
    for told in (f"Withdrew {report_id}: Its <i>data</i>", f"Put back {report_id}"):
        assert told in journal(desk)


# gathering and checking


def test_a_centre_is_gathered_from(desk: TestClient) -> None:
    assert "A centre for nurseries" in desk.get("/desk/sync").text
    page = ended(desk, send(desk, "/desk/sync", {"centre": "nursery", "index": "yes"}))
    assert "Done" in page
    assert finds(desk, NEW, wanted=True)


@pytest.mark.parametrize("centre", ["--accept-lost", "nowhere", "nursery --dry-run"])
def test_no_other_centre_is(desk: TestClient, centre: str) -> None:
    response = send(desk, "/desk/sync", {"centre": centre})
    assert response.status_code == 422
    assert "no such centre" in words(response.text)


def test_everything_is_checked(desk: TestClient) -> None:
    page = ended(desk, send(desk, "/desk/check"))
    assert "> evidence doctor" in page


def test_a_job_is_stopped(desk: TestClient) -> None:
    response = send(desk, "/desk/index", {"reread": "yes"})
    path = response.headers["location"]
    page = desk.get(path).text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "refresh" not in desk.get(f"{path}?still=true").text
    assert send(desk, path).headers["location"] == path
    assert "Stopped" in ended(desk, response)
    assert "Stopped a job" in journal(desk)
    assert "Done" in ended(desk, send(desk, "/desk/index"))
