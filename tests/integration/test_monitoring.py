"""What an owner sees of the service: metrics behind a token, and a log that names nobody."""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.logs import JsonLines
from api.settings import load_settings
from corpus.errors import SettingError
from search.searcher import Searcher
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
TOKEN = "0123456789abcdef"  # noqa: S105 - of nothing real
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class _Fixed:
    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def current(self) -> Searcher:
        return self._searcher


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    made = content([report("a")], [("a", "Patrols reduced crime in hot spots.")], ENCODER)
    return Searcher(generation(tmp_path_factory.mktemp("home"), made, ENCODER), ENCODER)


def _client(searcher: Searcher, **given: object) -> TestClient:
    return TestClient(create_app(load_settings(home=Path("none"), **given), _Fixed(searcher)))


@pytest.fixture
def client(searcher: Searcher) -> Iterator[TestClient]:
    with _client(searcher, metrics_token=TOKEN) as client:
        yield client


def _samples(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    told = client.get("/metrics", headers=BEARER)
    assert told.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(told.text)
        for sample in family.samples
    }


def test_there_are_no_metrics_without_a_token(searcher: Searcher) -> None:
    with _client(searcher) as client:
        for headers in ({}, BEARER, {"Authorization": "Bearer None"}):
            assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", f"bearer {TOKEN}x"])
def test_a_wrong_token_is_refused(client: TestClient, given: str) -> None:
    told = client.get("/metrics", headers={"Authorization": given})
    assert told.status_code == 401
    assert told.headers["www-authenticate"] == "Bearer"
    assert "evidence_" not in told.text


def test_what_is_counted(client: TestClient, searcher: Searcher) -> None:
    before = _samples(client)
    client.get("/v1/search", params={"q": "Do patrols reduce crime in hot spots?"})
    client.get("/v1/search", params={"q": "zebra"})
    client.get("/v1/search", params={"q": "patrols", "centre": "nice"})
    client.get("/v1/reports/none")
    client.request("BREW", "/v1/search")
    after = _samples(client)

    def more(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return after.get(key, 0.0) - before.get(key, 0.0)

    levels = ("strong", "some", "limited", "none")
    assert sum(more("evidence_answers_total", level=level) for level in levels) == 3
    assert more("evidence_answers_total", level="none") >= 1
    assert more("evidence_answers_empty_total") == 1
    assert more("evidence_answer_passages_count") == 3
    assert more("evidence_stage_seconds_count", stage="encode") == 3
    found = {"method": "GET", "endpoint": "/v1/search", "status": "200"}
    assert more("evidence_request_seconds_count", **found) == 3
    missed = {"method": "GET", "endpoint": "/v1/reports/{report_id}", "status": "404"}
    assert more("evidence_request_seconds_count", **missed) == 1
    assert any(("method", "other") in labels for _, labels in after)
    assert not any("BREW" in str(labels) for _, labels in after)
    index = (("generation", searcher.generation), ("model", "hashing"))
    assert after["evidence_index_info", index] == 1
    assert after["evidence_index_age_seconds", ()] >= 0
    assert after["evidence_questions_under_way", ()] == 0


def test_metrics_name_no_question_and_no_id(client: TestClient) -> None:
    client.get("/v1/search", params={"q": "private matter"})
    client.get("/v1/reports/private-id")
    client.get("/private-path")
    told = client.get("/metrics", headers=BEARER).text
    assert "private" not in told


def _logged(
    searcher: Searcher, caplog: pytest.LogCaptureFixture, settings: dict[str, object]
) -> list[logging.LogRecord]:
    with (
        caplog.at_level(logging.INFO, "evidence.requests"),
        _client(searcher, **settings) as client,
    ):
        client.get("/v1/search", params={"q": "private matter"})
        client.get("/v1/passages/private-id")
        client.head("/v1/centres")
        client.get("/static/style.css")
        client.get("/private-path")
    return [record for record in caplog.records if record.name == "evidence.requests"]


def test_a_line_of_the_log_as_json(searcher: Searcher, caplog: pytest.LogCaptureFixture) -> None:
    lines = [json.loads(JsonLines().format(r)) for r in _logged(searcher, caplog, {})]
    assert [line["endpoint"] for line in lines] == [
        "/v1/search",
        "/v1/passages/{passage_id}",
        "/v1/centres",
        "/static",
        "none",
    ]
    first = lines[0]
    assert first["generation"] == searcher.generation
    assert first["status"] == 200
    assert first["ms"] > 0
    assert first["request_id"]
    assert first["time"].endswith("+00:00")
    assert lines[2]["method"] == "HEAD"
    assert "private" not in json.dumps(lines)
    assert "testclient" not in json.dumps(lines)


def test_the_log_names_more_where_the_owner_wants_it(
    searcher: Searcher, caplog: pytest.LogCaptureFixture
) -> None:
    records = _logged(searcher, caplog, {"log_clients": True, "log_questions": True})
    first = json.loads(JsonLines().format(records[0]))
    assert (first["client"], first["question"]) == ("testclient", "private matter")
    assert 'question="private matter"' in records[0].getMessage()


def test_a_question_cannot_forge_a_line(
    searcher: Searcher, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "evidence.requests"):
        with _client(searcher, log_questions=True) as client:
            client.get("/v1/search", params={"q": "a\nb\r\u2028c"})
        (record,) = [each for each in caplog.records if each.name == "evidence.requests"]
    for line in (record.getMessage(), JsonLines().format(record)):
        assert not set("\n\r") & set(line)


def test_an_error_s_trace_is_in_its_line() -> None:
    try:
        int("why")
    except ValueError:
        record = logging.LogRecord("a", 40, "b", 1, "failed", None, sys.exc_info())
    told = json.loads(JsonLines().format(record))
    assert "ValueError: invalid" in told["error"]
    assert told["message"] == "failed"


def test_a_short_token_is_a_wrong_setting() -> None:
    with pytest.raises(SettingError, match="EVIDENCE_METRICS_TOKEN"):
        load_settings(metrics_token="short")  # noqa: S106 - what is wrong
