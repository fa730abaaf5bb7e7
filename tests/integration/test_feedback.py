"""What is said of answers: on the site, by programs; kept, limited, given out, forgotten."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html
from typer.testing import CliRunner

import cli.feedback  # noqa: F401 - registers its commands
from api.feedback.errors import FeedbackFull, FeedbackUnusable
from api.feedback.store import FeedbackStore
from api.feedback.types import Judgement, Opinion, Reason
from api.keys.store import KeyStore
from api.keys.types import KeyKind
from cli.app import app
from corpus.home import Home
from tests.doors import ASK, SITE, refused, secret, site_key
from tests.integration.conftest import Serve

QUESTION = "Does tutoring help pupils catch up?"
ANSWER = "/?q=Does+tutoring+help+pupils+catch+up%3F&centre=eef"
OWN = {"sec-fetch-site": "same-origin", "origin": "null"}
PAGE = OWN | {"accept": "text/html"}
DAY = date(2026, 3, 4)


@pytest.fixture
def kept(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(Home(tmp_path).feedback)


def _forms(client: TestClient, address: str = ANSWER) -> list[Any]:
    page = html.fromstring(client.get(address).text)
    page.make_links_absolute("http://library.test")
    return [form for form in page.forms if form.action.startswith("http://library.test/feedback")]


def _send(client: TestClient, form: Any, headers: dict[str, str], **more: str) -> Any:  # noqa: ANN401
    fields = dict(form.form_values()) | more
    return client.post(form.action, data=fields, headers=headers, follow_redirects=False)


def test_a_passage_is_judged_by_a_plain_form(client: TestClient, kept: FeedbackStore) -> None:
    form = _forms(client)[1]
    sent = _send(client, form, PAGE, verdict="not_useful")
    passage = form.fields["passage"]
    assert sent.status_code == 303
    assert sent.headers["location"] == (
        f"/?centre=eef&q=Does+tutoring+help+pupils+catch+up%3F&thanks={passage}#thanks"
    )
    (judgement,) = kept.all()
    generation = client.get("/readyz").json()["generation"]
    shown = client.get(f"/v1/passages/{passage}").json()["passage"]
    assert judgement == Judgement(
        QUESTION, Opinion.NOT_USEFUL, datetime.now(UTC).date(), generation,
        passage, shown["text_sha256"], "a", 1, 2,
    )  # fmt: skip
    back = html.fromstring(client.get(sent.headers["location"]).text)
    (thanks,) = back.cssselect("#thanks[role=status]")
    assert thanks.getparent().get("id") == f"judge-{passage}"
    assert "kept on this server" in thanks.text_content()


def test_the_whole_answer_is_judged_with_reason_and_note(
    client: TestClient, kept: FeedbackStore
) -> None:
    form = _forms(client)[-1]
    assert "data" in form.text_content()  # what is kept is said before it is sent
    more = {"verdict": "not_useful", "reason": "incomplete", "note": "  The 2024\u202e trial.\n"}
    assert _send(client, form, PAGE, **more).headers["location"].endswith("thanks=answer#thanks")
    (judgement,) = kept.all()
    assert (judgement.reason, judgement.note) == (Reason.INCOMPLETE, "The 2024 trial.")
    assert (judgement.passage_id, judgement.report_id, judgement.rank) == (None, None, None)
    _send(client, form, PAGE, verdict="useful", reason="", note="")
    assert {each.note for each in kept.all()} == {None, "The 2024 trial."}


def test_a_script_is_thanked_in_the_reader_s_language(client: TestClient) -> None:
    form = _forms(client, f"{ANSWER}&lang=cy")[0]
    sent = _send(client, form, OWN | {"accept": "application/json"}, verdict="useful")
    assert sent.status_code == 200
    assert sent.json()["said"].startswith("Diolch.")


def test_nothing_is_kept_that_names_anybody(serve: Serve, store: KeyStore, tmp_path: Path) -> None:
    key, headers = secret(store, KeyKind.API)
    client = serve("192.0.2.77")
    client.post("/v1/feedback", json={"question": "x", "verdict": "useful"}, headers=headers)
    with sqlite3.connect(Home(tmp_path).feedback) as database:
        assert [row[1] for row in database.execute("PRAGMA table_info(judgement)")] == [
            "mark", "body",
        ]  # fmt: skip
        ((body,),) = database.execute("SELECT body FROM judgement").fetchall()
    assert json.loads(body).keys() == {"question", "verdict", "day", "generation"}
    data = Home(tmp_path).feedback.read_bytes()
    assert b"192.0.2.77" not in data
    assert key.key_id.encode() not in data
    assert Home(tmp_path).feedback.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://library.test.evil.example"},
        {"sec-fetch-site": "cross-site", "origin": "http://library.test"},
        {"sec-fetch-site": "same-site", "origin": "http://other.test"},
        {"sec-fetch-site": "none"},
    ],
)
def test_other_sites_pages_send_nothing(
    client: TestClient, kept: FeedbackStore, headers: dict[str, str]
) -> None:
    told = refused(_send(client, _forms(client)[0], headers, verdict="useful"), 403)
    assert "did not come from a page of this site" in told
    assert kept.all() == []


def test_browsers_without_fetch_metadata_are_known_by_their_origin(
    client: TestClient, kept: FeedbackStore
) -> None:
    page = html.fromstring(client.get(ANSWER).text)
    assert page.cssselect('meta[name=referrer][content="same-origin"]')  # else it would be "null"
    _send(client, _forms(client)[0], {"origin": "http://library.test"}, verdict="useful")
    assert len(kept.all()) == 1


def test_the_redirect_never_leaves_the_site(client: TestClient) -> None:
    address = "/feedback?q=x&next=https://evil.example&lang=//evil.example&centre=https://evil"
    sent = client.post(address, data={"verdict": "useful"}, headers=PAGE, follow_redirects=False)
    assert sent.headers["location"] == (
        "/?centre=https%3A%2F%2Fevil&q=x&lang=%2F%2Fevil.example&thanks=answer#thanks"
    )


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({}, 422, "verdict is missing"),
        ({"verdict": "maybe"}, 422, "verdict must be"),
        ({"verdict": "useful", "passage": "none"}, 404, "no passage 'none'"),
        ({"verdict": "useful", "passage": "p0", "digest": "0" * 64}, 422, "has changed"),
        ({"verdict": "useful", "rank": "0"}, 422, "rank must be at least 1"),
        ({"verdict": "useful", "note": "x" * 501}, 422, "note may have at most 500"),
        ({"verdict": "useful", "note": "x" * 70_000}, 413, "over 64 KiB"),
        ({"verdict": "useful", "generation": "<b>"}, 422, "generation"),
    ],
)
def test_wrong_forms(
    client: TestClient, kept: FeedbackStore, form: dict[str, str], status: int, told: str
) -> None:
    assert told in refused(client.post("/feedback?q=x", data=form, headers=OWN), status)
    assert kept.all() == []


def test_an_empty_question_is_no_question(client: TestClient) -> None:
    sent = client.post("/feedback?q=%20", data={"verdict": "useful"}, headers=OWN)
    assert refused(sent, 422) == "The question is empty."


def test_a_question_nobody_can_ask_is_not_kept(client: TestClient, kept: FeedbackStore) -> None:
    sent = client.post(f"/feedback?q={'x' * 2001}", data={"verdict": "useful"}, headers=OWN)
    assert refused(sent, 422) == "The question has 2,001 characters; 2,000 is the limit."
    assert kept.all() == []


@pytest.mark.parametrize(
    ("body", "told"),
    [('{"question":', "is no JSON"), ("[1]", "must be a JSON object"), ("", "is missing")],
)
def test_a_body_that_is_none(client: TestClient, body: str, told: str) -> None:
    sent = client.post("/v1/feedback", content=body, headers={"content-type": "application/json"})
    assert told in refused(sent, 422)


def test_a_new_line_of_a_note_is_one_character(client: TestClient, kept: FeedbackStore) -> None:
    note = "x\r\n" * 249 + "xx"  # as a browser sends what its box counts as 500
    form = {"verdict": "not_useful", "note": note}
    assert client.post("/feedback?q=x", data=form, headers=OWN).status_code == 200
    (judgement,) = kept.all()
    assert judgement.note == "x " * 249 + "xx"


def test_a_program_says_the_same_by_the_api(client: TestClient, kept: FeedbackStore) -> None:
    hit = client.get(ASK).json()["hits"][0]
    said = {
        "question": "tutoring\u202e patrols",
        "verdict": "useful",
        "passage_id": hit["passage_id"],
        "rank": hit["rank"],
        "reason": None,
    }
    answer = client.post("/v1/feedback", json=said)
    assert answer.status_code == 200, answer.text
    assert answer.json()["question"] == "tutoring patrols"
    assert answer.json()["report_id"] == hit["report"]["report_id"]
    assert [each.passage_id for each in kept.all()] == [hit["passage_id"]]
    for wrong in ({}, said | {"who": "me"}, said | {"verdict": 1}, said | {"note": "x" * 501}):
        refused(client.post("/v1/feedback", json=wrong), 422)
    foreign = client.post("/v1/feedback", json=said, headers={"origin": "https://evil.example"})
    assert "may not ask here" in refused(foreign, 403)


def test_a_site_key_opens_it_within_its_scope(
    serve: Serve, store: KeyStore, kept: FeedbackStore
) -> None:
    _, key = site_key(store, centres=("eef",))
    client = serve(anonymous=False)
    said = {"question": "tutoring", "verdict": "useful", "passage_id": "p0"}
    headers = {"origin": SITE}
    allowed = client.post(f"/v1/feedback?key={key}", json=said, headers=headers)
    assert allowed.status_code == 200, allowed.text
    assert allowed.headers["access-control-allow-origin"] == SITE
    outside = client.post(
        f"/v1/feedback?key={key}", json=said | {"passage_id": "p8"}, headers=headers
    )
    assert "does not open that passage" in refused(outside, 403)
    refused(client.post("/v1/feedback", json=said), 401)
    assert len(kept.all()) == 1


def test_visitors_are_limited(serve: Serve, kept: FeedbackStore) -> None:
    client = serve(visitor_rate="7/minute")
    form = {"verdict": "useful"}
    statuses = [
        client.post("/feedback?q=x", data=form, headers=PAGE, follow_redirects=False).status_code
        for _ in range(3)
    ]
    assert statuses == [303, 303, 429]  # each is three units
    assert len(kept.all()) == 2


def test_the_owner_may_turn_it_off(serve: Serve, tmp_path: Path) -> None:
    client = serve(feedback=False)
    page = client.get(ANSWER).text
    assert "/feedback" not in page
    assert "judge.js" not in page
    told = client.post("/feedback?q=x", data={"verdict": "useful"}, headers=OWN)
    assert refused(told, 403) == "No feedback is kept here."
    refused(client.post("/v1/feedback", json={"question": "x", "verdict": "useful"}), 403)
    assert not Home(tmp_path).feedback.exists()


def test_workers_share_the_file_and_it_is_bounded(tmp_path: Path) -> None:
    said = Judgement("A question " * 50, Opinion.USEFUL, DAY, "g")
    path = tmp_path / "feedback.db"
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: FeedbackStore(path).add(said), range(40)))
    assert len(FeedbackStore(path).all()) == 40
    small = FeedbackStore(path, largest=64 * 1024)
    with pytest.raises(FeedbackFull, match="no room"):
        list(map(small.add, [said] * 200))
    count = len(small.all())
    assert count >= 40  # what was there stays
    assert path.stat().st_size <= 64 * 1024
    assert small.clear() == count
    assert b"A question" not in path.read_bytes()
    small.add(said)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "feedback.db").write_bytes(b"no database at all, and long enough" * 9)
    with pytest.raises(FeedbackUnusable, match="cannot be used") as caught:
        FeedbackStore(tmp_path / "feedback.db").all()
    assert str(tmp_path) not in str(caught.value)  # visitors may read it


def test_the_commands(tmp_path: Path, kept: FeedbackStore) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["feedback", *words, "--home", str(tmp_path)])
        assert done.exit_code == 0, done.output
        return done.output

    Home(tmp_path).models.mkdir()
    assert run().strip() == "judgements: 0"
    assert not Home(tmp_path).feedback.exists()
    kept.add(Judgement("Q", Opinion.USEFUL, DAY, "g", "p1", "d", "r", 3, 1))
    kept.add(Judgement("q", Opinion.NOT_USEFUL, DAY, "g", reason=Reason.ELSEWHERE, note="No"))
    told = run()
    for line in ("judgements: 2", "questions: 1", "passages: 1 useful, 0 not useful",
                 "whole answers: 0 useful, 1 not useful", "reason elsewhere: 1",
                 "days: 2026-03-04 to 2026-03-04"):  # fmt: skip
        assert line in told.splitlines()
    out = tmp_path / "out.jsonl"
    run("export", "--as", "jsonl", str(out))
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [(each["question"], each["day"], each["page"]) for each in lines] == [
        ("Q", "2026-03-04", 3), ("q", "2026-03-04", None),
    ]  # fmt: skip
    again = CliRunner().invoke(
        app, ["feedback", "export", "--as", "jsonl", str(out), "--home", str(tmp_path)]
    )
    assert again.exit_code != 0
    kept_back = CliRunner().invoke(app, ["feedback", "clear", "--home", str(tmp_path)], input="n\n")
    assert kept_back.exit_code != 0
    assert len(kept.all()) == 2
    assert "Forgot 2" in run("clear", "--yes")
    assert kept.all() == []
