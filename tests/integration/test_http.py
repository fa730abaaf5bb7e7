"""The service over a real small index: shapes, filters, limits, problems, pages."""

import html
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.problems import STATUS
from api.settings import load_settings
from corpus.errors import SettingError
from corpus.findings import Rating
from search import errors
from search.errors import NoIndex
from search.searcher import Searcher
from tests.backends import Backend
from tests.builders import content, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
THREADS = 40  # that endpoints run in: anyio's own number
HOSTILE = "<script>alert(1)</script>"
REPORTS = [
    report(
        "a",
        f"Class size {HOSTILE}",
        centre="eef",
        year=2015,
        url="https://example.org/a",
        topics=("education",),
        rating=Rating("Very limited evidence", "Very high cost", None),
    ),
    report("b", "Hot spots policing", centre="college-of-policing", year=2020, url="javascript:x"),
]
TEXTS = [
    ("a", f"Smaller classes {HOSTILE} give two months of extra progress. The cost is very high."),
    ("a", "Teachers rarely change how they teach when the class gets smaller."),
    ("b", "Patrols in small hot spots of crime reduced offending without moving it elsewhere."),
]


class _Fixed:
    def __init__(self, searcher: Searcher | None) -> None:
        self._searcher = searcher

    def current(self) -> Searcher:
        if self._searcher is None:
            raise NoIndex("There is no index yet.", cure="Run `evidence index`.")
        return self._searcher


@pytest.fixture(scope="module")
def client(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("home")
    made = backend(content(REPORTS, TEXTS, ENCODER), ENCODER)
    app = create_app(load_settings(home=home), _Fixed(Searcher(made, ENCODER)))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_search_has_the_agreed_shape(client: TestClient) -> None:
    body = client.get("/v1/search", params={"q": "class size cost", "k": 2}).json()
    assert body["query"] == "class size cost"
    assert len(body["hits"]) == 2
    hit = body["hits"][0]
    assert hit["rank"] == 1
    assert hit["text"] == TEXTS[0][1]
    mark = hit["highlights"][0]
    assert hit["text"][mark["start"] : mark["end"]] == "The cost is very high."
    assert hit["pages"] == [{"number": 1, "label": None}]
    assert hit["report"]["rating"] == {
        "evidence": "Very limited evidence",
        "cost": "Very high cost",
        "impact": None,
    }
    assert hit["report"]["file"] == "a.pdf"
    assert body["took_ms"]["total"] > 0
    assert body["generation"]
    assert body["model"] == "hashing"
    assert body["reports"][0]["report_id"] == "a"


def test_filters_and_facets(client: TestClient) -> None:
    body = client.get("/v1/search", params={"q": "classes", "centre": "college-of-policing"}).json()
    assert {hit["report"]["report_id"] for hit in body["hits"]} == {"b"}
    assert body["facets"]["centre"] == [{"value": "college-of-policing", "count": 1}]
    assert body["filters"]["centre"] == ["college-of-policing"]


def test_a_report_with_its_passages_in_parts(client: TestClient) -> None:
    body = client.get("/v1/reports/a", params={"limit": 1, "offset": 1}).json()
    assert (body["total"], len(body["passages"])) == (2, 1)
    assert body["passages"][0]["text"] == TEXTS[1][1]


def test_a_passage_with_its_report(client: TestClient) -> None:
    body = client.get("/v1/passages/p2").json()
    assert body["passage"]["text"] == TEXTS[2][1]
    assert body["report"]["report_id"] == "b"


def test_centres_with_counts(client: TestClient) -> None:
    body = client.get("/v1/centres").json()
    counts = {centre["id"]: centre["reports"] for centre in body["centres"]}
    assert counts["eef"] == 1
    assert counts["nice"] == 0
    assert len(counts) == 14


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert (ready["reports"], ready["passages"]) == (2, 3)


def test_it_is_ready_while_every_thread_is_at_work(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on, at_work = threading.Event(), threading.Semaphore(0)

    def waiting(question: str) -> str:
        at_work.release()
        assert may_go_on.wait(60)
        return question

    monkeypatch.setattr("search.searcher.checked_question", waiting)
    with ThreadPoolExecutor(THREADS + 1) as askers:
        asked = [
            askers.submit(client.get, f"/v1/search?q=class+size+{number}")
            for number in range(THREADS + 1)
        ]
        for _ in range(THREADS):
            assert at_work.acquire(timeout=30)
        try:
            assert client.get("/readyz").status_code == 200
        finally:
            may_go_on.set()
        assert {each.result().status_code for each in asked} == {200}


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/v1/search", 422, "q is missing"),
        ("/v1/search?q=%20", 422, "empty"),
        ("/v1/search?q=x&k=0", 422, "k"),
        ("/v1/search?q=x&k=101", 422, "k"),
        ("/v1/search?q=" + "x" * 2001, 422, "q"),
        ("/v1/search?q=x&year_from=1700", 422, "year_from"),
        ("/v1/search?q=x&year_from=2020&year_to=2010", 422, "2020"),
        ("/v1/search?q=x&document_type=odt", 422, "document_type"),
        ("/v1/search?q=x&center=eef", 422, "did you mean centre"),
        ("/v1/reports/none", 404, "none"),
        ("/v1/reports/a?limit=0", 422, "limit"),
        ("/v1/passages/none", 404, "none"),
        ("/nowhere", 404, "nothing"),
    ],
)
def test_every_error_is_a_problem(client: TestClient, address: str, status: int, told: str) -> None:
    response = client.get(address)
    body = response.json()
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "cure", "instance"} == body.keys()
    assert body["status"] == status
    assert told in body["detail"]


def test_a_wrong_method_is_a_problem(client: TestClient) -> None:
    response = client.post("/v1/search")
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"


def test_without_an_index_it_is_not_ready(tmp_path: Path) -> None:
    app = create_app(load_settings(home=tmp_path), _Fixed(None))
    with TestClient(app) as client:
        assert client.get("/healthz").status_code == 200
        response = client.get("/readyz")
        assert response.status_code == 503
        assert "evidence index" in response.json()["cure"]


def test_every_search_error_has_a_status() -> None:
    kinds = [k for k in vars(errors).values() if isinstance(k, type)]
    assert all(any(issubclass(kind, listed) for listed, _ in STATUS) for kind in kinds)


def test_openapi_names_every_endpoint_with_examples(client: TestClient) -> None:
    told = client.get("/openapi.json").json()
    assert {"/v1/search", "/v1/reports/{report_id}", "/v1/passages/{passage_id}"} <= (
        told["paths"].keys()
    )
    names = {p["name"] for p in told["paths"]["/v1/search"]["get"]["parameters"]}
    assert {"q", "k", "centre", "year_from", "year_to", "document_type", "topic"} <= names


def test_the_page_asks(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "<form" in page.text
    assert "Content-Security-Policy" in page.headers


def test_the_page_answers_and_escapes(client: TestClient) -> None:
    page = client.get("/", params={"q": f"what is the cost {HOSTILE[:8]}"}).text
    assert "<script>" not in page
    assert "<mark>The cost is very high.</mark>" in page
    assert "Very limited evidence" in page
    assert 'href="https://example.org/a"' in page
    assert "javascript:" not in page
    assert "Page 1" in page


def test_the_page_says_when_nothing_is_found(client: TestClient) -> None:
    page = client.get("/", params={"q": "class", "centre": "nice"}).text
    assert "No evidence found in this library within these filters." in page
    assert "not the same as evidence of no effect" in page


def test_the_page_tells_of_bad_input(client: TestClient) -> None:
    page = client.get("/", params={"q": "class", "year_from": "soon"})
    assert page.status_code == 422
    assert 'role="alert"' in page.text


def test_a_facet_link_adds_its_filter(client: TestClient) -> None:
    page = client.get("/", params={"q": "class size"}).text
    links = re.findall(r'href="(/\?[^"]+)"', page)
    chosen = next(link for link in links if "centre=eef" in link).replace("&amp;", "&")
    assert "Hot spots policing" not in client.get(chosen).text


def test_a_wrong_setting_is_told_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_PORT", "eighty")
    with pytest.raises(SettingError, match="EVIDENCE_PORT is 'eighty'"):
        load_settings()


def test_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_CORS_ORIGINS", "https://a.org, https://b.org")
    assert load_settings().cors_origins == ("https://a.org", "https://b.org")


def test_the_statement_names_what_it_rests_on(client: TestClient) -> None:
    body = client.get("/v1/search", params={"q": "class size cost"}).json()
    said = body["statement"]
    assert said["level"] in {"strong", "some", "limited", "none"}
    assert said["answered"] == (said["level"] != "none")
    known = {hit["passage_id"] for hit in body["hits"]}
    assert {each for part in said["parts"] for each in part["passage_ids"]} <= known


@pytest.mark.parametrize("rows", ["topic", "centre", "outcome", "direction"])
def test_the_evidence_map(client: TestClient, rows: str) -> None:
    asked = {"q": "class size cost", "rows": rows, "columns": "centre"}
    body = client.get("/v1/evidence-map", params=asked).json()
    assert len(body["cells"]) == len(body["rows"]) * len(body["columns"])
    page = client.get("/v1/evidence-map", params=asked | {"format": "html"})
    assert page.headers["content-type"].startswith("text/html")
    assert ("<svg" in page.text) == bool(body["cells"])


def test_the_map_keeps_its_filters_when_it_is_drawn_anew(client: TestClient) -> None:
    asked = {"q": "class size cost", "centre": "eef", "format": "html", "columns": "centre"}
    drawn = client.get("/v1/evidence-map", params=asked).text
    assert '<input type="hidden" name="centre" value="eef">' in drawn
    [back] = [link for link in re.findall(r'href="([^"]+)"', drawn) if link.startswith("/?")]
    assert dict(parse_qsl(urlsplit(html.unescape(back)).query)) == {
        "q": "class size cost",
        "centre": "eef",
    }


def test_an_axis_that_is_none(client: TestClient) -> None:
    answer = client.get("/v1/evidence-map", params={"q": "class size", "rows": "colour"})
    assert answer.status_code == 422
    assert "outcome" in answer.text


def test_the_page_links_to_passages_by_permalinks(client: TestClient) -> None:
    asked = {"q": "class size cost", "k": "1"}
    [hit] = client.get("/v1/search", params=asked).json()["hits"]
    assert {"text_sha256", "generation", "model"} == set(parse_qs(urlsplit(hit["permalink"]).query))
    page = client.get("/", params=asked).text
    assert f'href="{html.escape(hit["permalink"])}"' in page
    assert client.get(hit["permalink"]).json()["unchanged"] is True


def test_a_permalink_proves_a_quotation(client: TestClient) -> None:
    hit = client.get("/v1/search", params={"q": "class size cost"}).json()["hits"][0]
    body = client.get(hit["permalink"]).json()
    assert body["passage"]["text"] == hit["text"]
    assert body["unchanged"] is True
    forged = hit["permalink"].replace(body["passage"]["text_sha256"], "0" * 64)
    assert client.get(forged).json()["unchanged"] is False
    assert client.get(f"/v1/passages/{hit['passage_id']}").json()["unchanged"] is None


def test_a_page_speaks_the_language_that_is_asked_for(client: TestClient) -> None:
    question = {"q": "class size cost"}
    preferred = client.get("/", params=question, headers={"accept-language": "cy-GB, en;q=0.5"})
    named = client.get("/", params=question | {"lang": "cy"})
    for page in (preferred, named):
        assert '<html lang="cy">' in page.text
        assert "Gofynnwch gwestiwn am bolisi" in page.text
        assert page.headers["content-language"] == "cy"
        assert "Accept-Language" in page.headers["vary"]
    assert 'href="/centres?lang=cy"' in named.text
    assert 'href="/centres"' in preferred.text
    english = client.get("/", params=question | {"lang": "en"}, headers={"accept-language": "cy"})
    assert '<html lang="en-GB">' in english.text


def test_faults_are_told_in_welsh_and_the_api_stays_english(client: TestClient) -> None:
    welsh = {"accept-language": "cy"}
    page = client.get("/", params={"q": "class", "year_from": "soon"}, headers=welsh)
    assert re.search("Y flwyddyn gyntaf . rhaid rhoi rhif cyfan", page.text)
    asked = {"q": "class", "year_from": "soon"}
    told = client.get("/v1/search", params=asked, headers=welsh).json()
    assert "year_from must be a whole number" in told["detail"]
