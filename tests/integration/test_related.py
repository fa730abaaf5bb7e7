"""Related studies through the searcher, HTTP and an assistant: what is near, why, what is apart."""

import asyncio
import csv
import io
import threading
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import Response
from fastapi.testclient import TestClient
from mcp import Client
from starlette.types import Message, Receive, Scope, Send

from api.app import create_app
from api.assistants import build_server
from api.bodies import LARGEST_BODY, BodyLimit
from api.routes import related
from api.settings import load_settings
from corpus.details import Relative, ReportDetails
from corpus.references import Reference
from corpus.types import DocumentType, ReportStatus
from search.citing.relations import write_reference_rows
from search.errors import IndexUnusable, InvalidQuery, UnknownId
from search.related.batch import relate_references
from search.searcher import Searcher
from search.types import Filters
from tests.backends import Backend
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
REPORTS = [
    report("m1", "Mentoring and crime", year=2010, doi="10.1/ABC", topics=("youth", "crime")),
    report("m2", "Mentoring of young offenders", year=2020, topics=("Crime",)),
    report("m1-final", "Mentoring and crime, the final report", year=2012),
    report("f", "Roads", year=2015),
    replace(report("old", "Mentoring, old"), status=ReportStatus.WITHDRAWN),
]
TEXTS = [
    ("m1", "Mentoring young people keeps them out of crime and violence, we found."),
    ("m1", "Mentors met them weekly for a year and talked about school and home."),
    ("m2", "Young offenders with mentors were in less crime and less violence."),
    ("m2", "Their mentors met them every week and talked of school."),
    ("m1-final", "Mentoring young people keeps them out of crime and violence after all."),
    ("f", "Asphalt and bridges carry lorries between ports and factories."),
]
BARE = report("f", "Roads", year=2015, doi="10.1/f")
FAMILY = Relative("m1-final", "Mentoring and crime, the final report", "final", 2012, "Same study.")


@pytest.fixture(scope="module")
def searcher(backend: Backend) -> Searcher:
    made = content(REPORTS, TEXTS, ENCODER)
    details = [ReportDetails(family=(FAMILY,)), *made.details[1:]]
    return Searcher(backend(replace(made, details=details), ENCODER), ENCODER)


class _Fixed:
    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def current(self) -> Searcher:
        return self._searcher


@pytest.fixture(scope="module")
def client(searcher: Searcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = load_settings(home=tmp_path_factory.mktemp("x"))
    with TestClient(create_app(settings, _Fixed(searcher))) as client:
        yield client


def test_close_reports_are_found_once(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    found = searcher.related.close_to("m1")
    near = searcher.related.near(searcher.related.of_report("m1"), k=5)
    assert found == tuple(each.report for each in near.reports if each.close)
    monkeypatch.setattr(searcher.related, "near", None)
    assert searcher.related.close_to("m1") == found
    assert searcher.related.close_to("old") == ()  # none of its text is kept
    with pytest.raises(UnknownId):
        searcher.related.close_to("none")


def test_the_nearest_report_comes_first_and_says_why(searcher: Searcher) -> None:
    answer = searcher.related.near(searcher.related.of_report("m1"))
    first = answer.reports[0]
    assert first.report.report_id == "m2"
    assert first.topics == ("Crime",)
    assert len(first.pairs) == 2
    assert {pair.passage.report_id for pair in first.pairs} == {"m2"}
    assert first.pairs[0].cosine >= first.pairs[1].cosine
    assert set(first.pairs[0].words) & {"crime", "mentors", "young", "violence", "weekly", "school"}
    assert [each.rank for each in answer.reports] == [1, 2]


def test_the_same_study_is_apart(searcher: Searcher) -> None:
    answer = searcher.related.near(searcher.related.of_report("m1"))
    assert [relative.report_id for relative in answer.probe.family] == ["m1-final"]
    assert {each.report.report_id for each in answer.reports} == {"m2", "f"}


def test_a_passage_and_a_doi_lead_to_their_report(searcher: Searcher) -> None:
    by_doi = searcher.related.of_doi("https://doi.org/10.1/abc")
    assert by_doi.report is not None
    assert (by_doi.report.report_id, by_doi.total) == ("m1", 2)
    by_passage = searcher.related.of_passage("p2")
    answer = searcher.related.near(by_passage, k=1)
    assert by_passage.total == 1
    assert answer.reports[0].report.report_id in {"m1", "m1-final"}
    with pytest.raises(UnknownId, match=r"10\.9"):
        searcher.related.of_doi("10.9/nowhere")


def test_a_text_the_library_holds_is_told_apart(searcher: Searcher) -> None:
    answer = searcher.related.near(searcher.related.of_text(TEXTS[2][1]))
    assert [each.report_id for each in answer.same] == ["m2"]
    assert "m2" not in {each.report.report_id for each in answer.reports}
    assert answer.probe.passages[0].text == TEXTS[2][1]


def test_filters_hold(searcher: Searcher) -> None:
    probe = searcher.related.of_text("Mentoring young people out of crime and violence, weekly")
    found = searcher.related.near(probe, filters=Filters(year_from=2014, year_to=2016)).reports
    assert [each.report.report_id for each in found] == ["f"]
    assert searcher.related.near(probe, filters=Filters(year_from=2050)).reports == ()


@pytest.mark.parametrize("text", ["", "  short ", "x" * 200_001])
def test_a_text_must_be_one(searcher: Searcher, text: str) -> None:
    with pytest.raises(InvalidQuery, match="characters"):
        searcher.related.of_text(text)


def test_a_withdrawn_report_has_nothing_to_compare(searcher: Searcher) -> None:
    with pytest.raises(InvalidQuery, match="kept"):
        searcher.related.of_report("old")
    with pytest.raises(InvalidQuery, match="k is 0"):
        searcher.related.near(searcher.related.of_report("m1"), k=0)


def test_over_http(client: TestClient) -> None:
    told = client.get("/v1/reports/m1/related?k=1").json()
    assert told == client.get("/v1/related?report=m1&k=1").json() | {"took_ms": told["took_ms"]}
    (found,) = told["reports"]
    assert found["report"]["report_id"] == "m2"
    assert found["pairs"][0]["asked"]["passage_id"] in {"p0", "p1"}
    assert found["pairs"][0]["permalink"].startswith("/v1/passages/p")
    assert told["family"][0]["role"] == "final"
    assert client.get("/v1/related?doi=10.1/abc").json()["asked"]["report_id"] == "m1"
    assert client.get("/v1/related?passage=p2").status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "word"),
    [
        ("/v1/related", 422, "one of report, passage, doi and text"),
        ("/v1/related?report=m1&text=some+words+about+crime", 422, "one of"),
        ("/v1/related?report=none", 404, "none"),
        ("/v1/related?doi=10.9/none", 404, "10.9/none"),
        ("/v1/related?text=short", 422, "characters"),
        ("/v1/related?report=m1&k=0", 422, "k must be at least 1"),
        ("/v1/reports/m1/related?reprot=1", 422, "reprot"),
    ],
)
def test_wrong_requests(client: TestClient, address: str, status: int, word: str) -> None:
    told = client.get(address)
    assert told.status_code == status
    assert word in told.json()["detail"]
    assert "Value error" not in told.json()["detail"]


def test_a_pasted_text_and_a_file(client: TestClient) -> None:
    text = "Young people with mentors were in less crime.\n\nThey met them weekly."
    pasted = client.post("/v1/related?k=1", data={"text": text}).json()
    sent = client.post("/v1/related?k=1", files={"file": ("a.txt", text.encode())}).json()
    assert pasted["reports"][0]["report"]["report_id"] == "m2"
    assert sent["reports"][0]["report"] == pasted["reports"][0]["report"]
    assert sent["reports"][0]["pairs"][0]["asked"]["pages"] == []  # a text file has none
    assert pasted["asked"]["report_id"] is None


def test_wrong_uploads(client: TestClient) -> None:
    assert client.post("/v1/related").status_code == 422
    both = {"text": "Some words about crime and more"}
    assert client.post("/v1/related", data=both, files={"file": ("a", b"x")}).status_code == 422
    bad = client.post("/v1/related", files={"file": ("a.pdf", b"%PDF-1.7 nothing")})
    assert bad.status_code == 422
    assert bad.json()["cure"]


def test_a_body_over_the_limit_is_refused_said_or_streamed(client: TestClient) -> None:
    data = b"x" * (LARGEST_BODY + 1)
    said = client.post("/v1/related", content=data)
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    parts = iter([head, *[data[: 2**20]] * (LARGEST_BODY // 2**20 + 1)])
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    streamed = client.post("/v1/related", content=parts, headers=kind)
    for told in (said, streamed):
        assert told.status_code == 413
        assert "MiB" in told.json()["detail"]


LISTED = (
    "title,doi,abstract\n"
    "Anything,10.1/abc,\n"
    "Mentoring of young offenders,,\n"
    "=1+1,,Young offenders with mentors were in less crime; the mentors met them every week\n"
    "Nothing,,\n"
)


def test_a_list_of_references(client: TestClient) -> None:
    sent = {"file": ("refs.csv", LISTED.encode())}
    told = client.post("/v1/related/references?k=1", files=sent).json()["references"]
    assert [each["held"] for each in told] == [["m1"], ["m2"], [], []]
    assert told[2]["related"][0]["report"]["report_id"] == "m2"
    assert told[3]["problem"]
    answer = client.post("/v1/related/references?k=1&format=csv", files=sent)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["number"] for row in rows} == {"1", "2", "3", "4"}
    assert [row["outcome"] for row in rows if row["number"] == "4"] == ["problem"]
    assert {row["reference"] for row in rows if row["number"] == "3"} == {"'=1+1"}
    assert client.post("/v1/related/references?format=xml", files=sent).status_code == 422
    many = "title\n" + "A title\n" * 501
    refused = client.post("/v1/related/references", files={"file": ("r.csv", many.encode())})
    assert refused.status_code == 422
    assert "500" in refused.json()["detail"]


def test_no_page_is_named_where_the_format_has_none(tmp_path: Path) -> None:
    records = [replace(each, document_type=DocumentType.RECORD) for each in REPORTS]
    made = Searcher(generation(tmp_path, content(records, TEXTS, ENCODER), ENCODER), ENCODER)
    assert [each.pages for each in made.related.of_report("m1").passages] == [(), ()]
    near = Reference(1, abstract="Young offenders with mentors were in less crime every week")
    rows = relate_references([near], made.related, records, k=1)
    [row] = csv.DictReader(io.StringIO(write_reference_rows(rows).decode("utf-8-sig")))
    assert (row["outcome"], row["page"]) == ("related", "")


def test_a_held_reference_without_text_is_held_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Searcher(generation(tmp_path, content(REPORTS, TEXTS[:-1], ENCODER), ENCODER), ENCODER)
    (row,) = relate_references([Reference(1, doi="10.1/f")], made.related, [BARE])
    assert [each.report_id for each in row.held] == ["f"]
    assert "text" in (row.problem or "")
    monkeypatch.setattr(made.related, "of_text", _broken)
    with pytest.raises(IndexUnusable):  # a fault of ours is no fault of the reference
        list(relate_references([Reference(1, "Some title of some length")], made.related, []))


def _broken(_text: str) -> None:
    raise IndexUnusable("It is gone.")


def test_few_wait_for_a_reader(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(related, "_admitted", threading.BoundedSemaphore(1))
    sent = {"file": ("a.txt", b"Young people with mentors were in less crime.")}
    with related.a_reader():
        told = client.post("/v1/related", files=sent)
    assert told.status_code == 503
    assert "Too many files" in told.json()["detail"]
    assert client.post("/v1/related", files=sent).status_code == 200


def test_a_body_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.bodies.BODY_S", 0.05)
    seen: list[str] = []
    sent: list[int] = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (message := await receive()).get("more_body"):
            pass
        seen.append(message["type"])

    async def slowly() -> Message:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message.get("status", 0))

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    limit = BodyLimit(app, lambda _request, status, *_told: Response(status_code=status))
    asyncio.run(limit(scope, slowly, send))
    assert seen == ["http.disconnect"]
    assert sent[0] == 408


def test_an_assistant_asks(searcher: Searcher) -> None:
    server = build_server(_Fixed(searcher), site="https://evidence.example")

    async def call(**values: Any) -> Any:  # noqa: ANN401 - what the tool gives
        async with Client(server) as client:
            return await client.call_tool("related", values)

    told = asyncio.run(call(report="m1", k=1)).structured_content
    assert told["reports"][0]["report"]["report_id"] == "m2"
    wrong = asyncio.run(call(report="m1", doi="10.1/abc"))
    assert wrong.is_error
    assert "one of" in wrong.content[0].text


def test_the_same_question_has_the_same_answer(searcher: Searcher) -> None:
    probe = searcher.related.of_text("Mentoring young people out of crime and violence")
    first, second = searcher.related.near(probe), searcher.related.near(probe)
    assert first.reports == second.reports


def test_a_large_library_gives_the_same_by_looking_up_each_passage(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = searcher.related.of_report("m1")
    at_once = searcher.related.near(probe)
    monkeypatch.setattr("search.index.embedded.EXACT_UP_TO", 0)
    assert searcher.related.near(probe).reports == at_once.reports


def test_an_empty_library_holds_nothing_related(tmp_path: Path) -> None:
    empty = Searcher(generation(tmp_path, content([], [], ENCODER), ENCODER), ENCODER)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = empty.related.near(empty.related.of_text("Mentoring and crime among the young"))
    assert answer.reports == ()
    assert empty.ask("mentoring").themes == ()
