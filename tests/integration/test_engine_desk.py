"""The desk and feedback over a library in a database: jobs, freshness, an export."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.feedback.store import FeedbackStore
from api.feedback.types import Judgement, Opinion
from api.keys.store import KeyStore
from api.settings import load_settings
from corpus.home import Home
from indexer.settings import load_index_settings
from search.citing.permalinks import text_sha256
from search.evaluation.dataset import load_dataset
from search.loading import load_searcher
from tests.desks import admin, ended, send, sign_in, words
from tests.engines import Server
from tests.terminal import here

QUESTION = "Does tutoring help pupils?"


@pytest.fixture
def library(home: Path, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with one report; its index is in a database."""
    monkeypatch.setenv("EVIDENCE_ENGINE", postgres.new_database())
    (tmp_path / "one.txt").write_text("Tutoring in small groups helped pupils catch up in a trial.")
    here(home, "add", str(tmp_path / "one.txt"))
    here(home, "index")
    return Home(home)


@pytest.fixture
def desk(library: Home) -> Iterator[TestClient]:
    _, text = admin(KeyStore(library.keys))
    app = create_app(load_settings(home=library.path, desk=True))
    with TestClient(app, base_url="http://library.test") as client:
        assert sign_in(client, text).status_code == 303
        yield client


def _comes_to_find(client: TestClient, text: str, *, wanted: bool) -> bool:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        hits = client.get("/v1/search", params={"q": text}).json()["hits"]
        if any(text in hit["text"] for hit in hits) == wanted:
            return True
        time.sleep(0.05)
    return False


def test_jobs_of_the_desk_write_to_the_database(desk: TestClient, library: Home) -> None:
    behind = "is behind the library"
    assert behind not in words(desk.get("/desk").text)
    files = {"file": ("two.txt", b"Police patrols in hot spots cut burglary. " * 3, "text/plain")}
    assert "Done" in ended(desk, send(desk, "/desk/add", {"title": "Patrols"}, files=files))
    assert behind in words(desk.get("/desk").text)
    assert "Done" in ended(desk, send(desk, "/desk/index"))
    assert behind not in words(desk.get("/desk").text)
    assert _comes_to_find(desk, "Police patrols", wanted=True)
    assert not (library.index / "CURRENT").exists()
    listed = desk.get("/desk/reports", params={"q": "patrols"}).text
    (path,) = set(re.findall(r"/desk/reports/[\w-]+(?=\")", listed))
    assert "Done" in ended(desk, send(desk, f"{path}/withdraw", {"reason": "A copy"}))
    assert _comes_to_find(desk, "Police patrols", wanted=False)
    assert "Engine" in ended(desk, send(desk, "/desk/check"))
    for each in (library.path / "desk").rglob("*"):
        with suppress(FileNotFoundError):  # SQLite's log goes when its last connection closes
            assert each.is_dir() or b"not-told" not in each.read_bytes()


def test_feedback_is_exported_from_the_database(library: Home, tmp_path: Path) -> None:
    searcher = load_searcher(library.path, engine=load_index_settings().engine)
    passage = searcher.ask(QUESTION).hits[0].passage
    searcher.close()
    said = Judgement(QUESTION, Opinion.USEFUL, date(2026, 3, 4), "g", passage.passage_id,
                     text_sha256(passage), passage.report_id, 1, 1)  # fmt: skip
    FeedbackStore(library.feedback).add(said)
    out = tmp_path / "feedback"
    assert (
        "1 questions" in here(library.path, "feedback", "export", "--as", "qrels", str(out)).stderr
    )
    dataset = load_dataset(out, "feedback")
    assert list(dataset.qrels.values()) == [{passage.passage_id: 1}]
    assert dataset.corpus[passage.passage_id].text == passage.text
