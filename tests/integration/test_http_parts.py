"""Parts of answers and lists over HTTP: cursors, fields, batches, long exports, HEAD."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import load_settings
from search.searcher import Searcher
from tests.backends import Backend
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
REPORTS = [
    report(f"r{number:02}", f"Report {number}", centre="eef" if number % 2 else "nice", year=2000)
    for number in range(12)
]
WORDS = [
    "tutoring",
    "reading",
    "maths",
    "sport",
    "music",
    "drama",
    "science",
    "art",
    "history",
    "play",
    "sleep",
    "food",
]
TEXTS = [
    (f"r{number:02}", f"Pupils who had {word} and {WORDS[place % 7]} gained {place} months.")
    for number, word in enumerate(WORDS)
    for place in range(20)
]


class _Source:
    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher

    def current(self) -> Searcher:
        return self.searcher


@pytest.fixture(scope="module")
def made(backend: Backend) -> Searcher:
    return Searcher(backend(content(REPORTS, TEXTS, ENCODER), ENCODER), ENCODER)


@pytest.fixture
def source(made: Searcher) -> _Source:
    return _Source(made)


@pytest.fixture
def client(source: _Source, tmp_path: Path) -> Iterator[TestClient]:
    settings = load_settings(
        home=tmp_path, public_url="https://evidence.example", visitor_rate="none"
    )
    with TestClient(create_app(settings, source)) as client:
        yield client


def _walk(client: TestClient, address: str, **asked: object) -> list[dict[str, object]]:
    parts, cursor = [], None
    while True:
        params = asked if cursor is None else {**asked, "cursor": cursor}
        body = client.get(address, params=params).raise_for_status().json()  # type: ignore[arg-type]
        parts.append(body)
        cursor = body["next_cursor"]
        if cursor is None:
            return parts


@pytest.mark.parametrize("question", ["Do pupils gain months by music?", "music"])
def test_the_parts_of_a_ranking_are_the_ranking(client: TestClient, question: str) -> None:
    parts = _walk(client, "/v1/search", q=question, k=7)
    hits = [hit for part in parts for hit in part["hits"]]  # type: ignore[attr-defined]
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    ids = [hit["passage_id"] for hit in hits]
    assert len(set(ids)) == len(ids) > 100
    scores = [hit["score"] for hit in hits]
    assert question == "music" or scores == sorted(scores, reverse=True)
    assert len({json.dumps(part["statement"]) for part in parts}) == 1


def test_a_filtered_ranking_ends_where_the_passages_end(client: TestClient) -> None:
    parts = _walk(client, "/v1/search", q="months of music", k=50, centre="nice")
    hits = [hit for part in parts for hit in part["hits"]]  # type: ignore[attr-defined]
    assert {hit["report"]["centre"] for hit in hits} == {"nice"}
    shown = {hit["passage_id"] for hit in hits} | {id_ for hit in hits for id_ in hit["duplicates"]}
    assert len(shown) == 6 * 20


def test_a_cursor_belongs_to_its_question(client: TestClient) -> None:
    cursor = client.get("/v1/search", params={"q": "music", "k": 5}).json()["next_cursor"]
    for other in ("q=sport&k=5", "q=music&k=6"):
        told = client.get(f"/v1/search?{other}&cursor={cursor}")
        assert told.status_code == 422
        assert "another question" in told.json()["detail"]
    listed = client.get("/v1/reports", params={"cursor": cursor})
    assert listed.status_code == 422


@pytest.mark.parametrize("cursor", ["x", "e30", "Ww", "é", "W10=", "bnVsbA", "WyIiLCIiLC0xXQ"])
def test_what_is_no_cursor(client: TestClient, cursor: str) -> None:
    told = client.get("/v1/search", params={"q": "music", "cursor": cursor})
    assert told.status_code == 422
    assert "cursor" in told.json()["detail"]


def test_a_cursor_ends_with_its_generation(
    client: TestClient, source: _Source, tmp_path: Path
) -> None:
    cursor = client.get("/v1/reports", params={"limit": 2}).json()["next_cursor"]
    newer = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER, "e")
    source.searcher = Searcher(newer, ENCODER)
    told = client.get("/v1/reports", params={"cursor": cursor})
    assert told.status_code == 410
    assert "replaced" in told.json()["detail"]
    assert "without a cursor" in told.json()["cure"]


def test_the_reports_of_a_centre_in_parts(client: TestClient) -> None:
    parts = _walk(client, "/v1/reports", centre="eef", limit=4)
    ids = [each["report_id"] for part in parts for each in part["reports"]]  # type: ignore[attr-defined]
    assert ids == [each.report_id for each in REPORTS if each.metadata.centre == "eef"]
    assert [part["total"] for part in parts] == [6, 6]


def test_a_withdrawn_report_is_not_listed(tmp_path: Path) -> None:
    from corpus.types import ReportStatus  # noqa: PLC0415

    gone = replace(report("gone"), status=ReportStatus.WITHDRAWN)
    held = generation(
        tmp_path, content([report("here"), gone], [("here", "Here."), ("gone", "Gone.")], ENCODER),
        ENCODER,
    )  # fmt: skip
    with TestClient(create_app(load_settings(), _Source(Searcher(held, ENCODER)))) as client:
        body = client.get("/v1/reports").json()
    assert [each["report_id"] for each in body["reports"]] == ["here"]


@pytest.mark.parametrize(
    ("address", "fields", "kept"),
    [
        ("/v1/search?q=music&k=1", "generation", {"generation"}),
        ("/v1/search?q=music&k=1", "hits.text,hits.report.title", {"hits"}),
        ("/v1/search?q=music&k=1", "hits.text, hits", {"hits"}),
        ("/v1/search?q=music&k=1", "facets,statement.level", {"facets", "statement"}),
        ("/v1/reports?limit=1", "reports.report_id,next_cursor", {"reports", "next_cursor"}),
        ("/v1/reports/r01", "report.title,total", {"report", "total"}),
        ("/v1/passages/p1", "passage.text", {"passage"}),
        ("/v1/centres", "centres.licence.keep", {"centres"}),
        ("/v1/related?report=r01", "reports.report.title", {"reports"}),
        ("/v1/reports/r01/related", "reports.score", {"reports"}),
    ],
)
def test_only_the_fields_asked_for(
    client: TestClient, address: str, fields: str, kept: set[str]
) -> None:
    join = "&" if "?" in address else "?"
    response = client.get(f"{address}{join}fields={fields}")
    assert response.json().keys() == kept
    assert response.headers["etag"]


def test_fields_within_fields(client: TestClient) -> None:
    asked = {"q": "music", "k": 2, "fields": "hits.text,hits.report.title"}
    for hit in client.get("/v1/search", params=asked).json()["hits"]:  # type: ignore[arg-type]
        assert hit.keys() == {"text", "report"}
        assert hit["report"].keys() == {"title"}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("hit", "Did you mean hits?"),
        ("hits.txt", "Did you mean hits.text?"),
        ("generation.x", "no parts"),
        (",", "Leave it out"),
        ("hits.", "There are"),
        ("facets.centre", "no parts"),
    ],
)
def test_a_field_that_is_none(client: TestClient, fields: str, told: str) -> None:
    response = client.get("/v1/search", params={"q": "music", "fields": fields})
    assert response.status_code == 422
    assert told in f"{response.json()['detail']} {response.json()['cure']}"


def test_a_batch_answers_each_question_by_itself(client: TestClient) -> None:
    questions: list[object] = [
        {"q": "music", "k": 2},
        {"q": ""},
        {"q": "sport", "centre": ["nice"], "k": 1},
        "sport",
        {"q": "x", "centre_": 1},
        {"q": "x", "year_from": 2020, "year_to": 2010},
    ]
    body = client.post("/v1/search/batch", json={"questions": questions}).json()
    assert [each["number"] for each in body["results"]] == [1, 2, 3, 4, 5, 6]
    answered = [each["answer"] is not None for each in body["results"]]
    assert answered == [True, False, True, False, False, False]
    one = client.get("/v1/search", params={"q": "music", "k": 2}).json()
    assert body["results"][0]["answer"]["hits"] == one["hits"]
    problems = [each["problem"] for each in body["results"] if each["problem"]]
    assert all(each["status"] == 422 and each["detail"] for each in problems)
    assert "centre" in problems[2]["detail"]
    assert "2020" in problems[3]["detail"]


def test_a_batch_has_limits(client: TestClient) -> None:
    def status(questions: list[dict[str, object]]) -> int:
        return client.post("/v1/search/batch", json={"questions": questions}).status_code

    assert status([{"q": "music", "k": 1}] * 50) == 200
    assert status([{"q": "music", "k": 1}] * 51) == 422
    assert status([]) == 422
    assert status([{"q": "music", "k": 100}] * 11) == 422


def test_fields_of_a_batch(client: TestClient) -> None:
    asked = {"questions": [{"q": "music"}, {"q": ""}]}
    body = client.post("/v1/search/batch?fields=hits.text", json=asked).json()
    assert body["results"][0]["answer"].keys() == {"hits"}
    assert body["results"][1]["problem"]["status"] == 422
    assert client.post("/v1/search/batch?fields=hit", json=asked).status_code == 422


def test_the_whole_library_as_a_file(client: TestClient) -> None:
    response = client.get("/v1/export/passages", params={"format": "jsonl", "centre": "nice"})
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert len(lines) == 6 * 20
    assert response.headers["content-type"].startswith("application/x-ndjson")
    assert "filename=" in response.headers["content-disposition"]
    assert lines[0]["permalink"].startswith("https://evidence.example/v1/passages/")
    rows = client.get("/v1/export/passages", params={"format": "csv"}).content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(rows)))) == len(TEXTS)


def test_everything_likely_to_answer_as_a_file(client: TestClient) -> None:
    asked = {"format": "jsonl", "q": "Do pupils who had music gain months?"}
    lines = client.get("/v1/export/passages", params=asked).text.splitlines()
    best = client.get("/v1/search", params={"q": asked["q"], "k": 100}).json()
    likely = [h for h in best["hits"] if h["confidence"] >= 0.39]
    assert len(lines) >= 1
    assert json.loads(lines[0])["text"] == likely[0]["text"]


def test_a_stream_s_lines_are_those_of_an_export(client: TestClient) -> None:
    asked = {"q": "Do pupils who had music gain months?"}
    stream = client.get("/v1/export/passages", params={**asked, "format": "csv"}).content
    export = client.get("/v1/export", params={**asked, "format": "csv", "k": "1"}).content
    assert stream.startswith(export)


def test_a_wrong_stream_is_refused_before_it_begins(client: TestClient) -> None:
    for wrong in ({"format": "ris"}, {"format": "csv", "q": " "}, {}):
        assert client.get("/v1/export/passages", params=wrong).status_code == 422
    years = {"format": "csv", "year_from": 2020, "year_to": 2010}
    assert client.get("/v1/export/passages", params=years).status_code == 422  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    ["/", "/v1/search?q=music", "/v1/reports", "/v1/export/passages?format=csv", "/healthz",
     "/static/style.css", "/v1/nowhere", "/v1/search", "/openapi.json", "/docs"],
)  # fmt: skip
def test_head_answers_like_get(client: TestClient, address: str) -> None:
    got, head = client.get(address), client.head(address)
    assert head.status_code == got.status_code
    assert not head.content
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers.get("etag") == got.headers.get("etag")


def test_a_wrong_method_still_is(client: TestClient) -> None:
    assert client.head("/v1/search/batch").status_code == 405
    assert client.post("/v1/search").status_code == 405


@pytest.mark.parametrize(
    "address",
    ["/v1/centres", "/v1/reports", "/v1/evidence-map?q=music&format=html",
     "/v1/export/passages?format=csv", "/v1/related?report=r01", "/v1/search?q=music&fields=hits"],
)  # fmt: skip
def test_every_answer_of_the_index_can_be_kept(client: TestClient, address: str) -> None:
    first = client.get(address)
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
