"""Exports, citations and the feed over HTTP: media types, names, problems, freshness."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs

import feedparser
import pytest
import rispy
from docx import Document
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings, load_settings
from corpus.findings import Rating
from search.citing.formats import FORMATS
from search.citing.types import CitationFormat, ExportFormat
from search.searcher import Searcher
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
TITLE = 'Mentoring & {youth} crime <b>"café"</b>'
REPORTS = [
    replace(
        report(
            "older",
            TITLE,
            centre="youth-endowment-fund",
            year=2019,
            url="https://example.org/a",
            rating=Rating("High", None, None),
        ),
        added="2026-01-01T00:00:00+00:00",
    ),
    replace(report("newer", "Mentoring, again", year=2020), added="2026-02-01T00:00:00+00:00"),
]
TEXTS = [
    ("older", "Mentoring keeps young people out of crime: does mentoring keep out crime? =1+1"),
    ("newer", "Does mentoring keep young people out of crime? Mentoring reduces youth crime."),
]
QUESTION = {"q": "Does mentoring keep young people out of crime?"}


class _Fixed:
    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def current(self) -> Searcher:
        return self._searcher


def _client(home: Path, settings: Settings) -> TestClient:
    made = generation(home, content(REPORTS, TEXTS, ENCODER), ENCODER)
    app = create_app(settings, _Fixed(Searcher(made, ENCODER)))
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("home")
    with _client(home, load_settings(home=home)) as client:
        yield client


def _export(client: TestClient, to: str, **more: str) -> bytes:
    return client.get("/v1/export", params={**QUESTION, "format": to, **more}).content


@pytest.mark.parametrize("to", list(ExportFormat))
def test_every_format_comes_as_a_file(client: TestClient, to: ExportFormat) -> None:
    response = client.get("/v1/export", params={**QUESTION, "format": to})
    assert response.status_code == 200
    assert response.headers["content-type"] == FORMATS[to].media_type
    assert response.headers["content-disposition"] == (
        'attachment; filename="evidence-does-mentoring-keep-young-people-out-of-crime'
        f'{FORMATS[to].suffix}"'
    )
    assert response.headers["etag"]
    if to is not ExportFormat.DOCX:
        assert "http://testserver/v1/passages/p" in response.text


@pytest.mark.parametrize("to", list(CitationFormat))
def test_every_citation_comes_as_a_file(client: TestClient, to: CitationFormat) -> None:
    response = client.get("/v1/reports/older/citation", params={"format": to})
    assert response.status_code == 200
    assert 'filename="evidence-older.' in response.headers["content-disposition"]
    assert "Youth Endowment Fund" in response.text
    assert "/v1/passages/" not in response.text


def test_filters_and_k_act_on_exports(client: TestClient) -> None:
    assert len(rispy.loads(_export(client, "ris").decode())) == 2
    [only] = rispy.loads(_export(client, "ris", year_from="2020").decode())
    assert only["title"] == "Mentoring, again"
    rows = csv.DictReader(io.StringIO(_export(client, "csv", k="1").decode("utf-8-sig")))
    assert len(list(rows)) == 1


def test_a_briefing_says_which_filters_were_on(client: TestClient) -> None:
    told = Document(io.BytesIO(_export(client, "docx", centre="youth-endowment-fund")))
    words = [paragraph.text for paragraph in told.paragraphs]
    assert "Centre: Youth Endowment Fund (YEF)" in words
    assert any(TITLE in paragraph for paragraph in words)


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/v1/export?q=x&format=odt", 422, "format must be 'ris', 'bibtex', 'csl-json', 'csv'"),
        ("/v1/export?q=x", 422, "format is missing"),
        ("/v1/export?format=ris", 422, "q is missing"),
        ("/v1/export?q=x&format=ris&centr=a", 422, "did you mean centre"),
        ("/v1/reports/older/citation?format=docx", 422, "format must be 'ris', 'bibtex'"),
        ("/v1/reports/none/citation?format=ris", 404, "none"),
        ("/v1/feeds/search.atom", 422, "q is missing"),
        ("/v1/feeds/search.atom?q=x&k=3", 422, "k is no parameter"),
    ],
)
def test_every_error_is_a_problem(client: TestClient, address: str, status: int, told: str) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert told in response.json()["detail"]


def test_the_feed_lists_what_came_last_first(client: TestClient) -> None:
    response = client.get("/v1/feeds/search.atom", params=QUESTION)
    assert response.headers["content-type"].startswith("application/atom+xml")
    told = feedparser.parse(response.content)
    assert not told.bozo
    assert [entry.id.rsplit("/", 1)[1] for entry in told.entries] == ["newer", "older"]
    assert told.entries[0].updated == "2026-02-01T00:00:00+00:00"
    links = {link.rel: link.href for link in told.feed.links}
    assert links["self"] == str(response.url)
    assert client.get(links["alternate"]).status_code == 200


def test_the_feed_of_another_question_is_another(client: TestClient) -> None:
    def told(**more: str) -> str:
        feed = client.get("/v1/feeds/search.atom", params={**QUESTION, **more})
        return str(feedparser.parse(feed.content).feed.id)

    assert told() == told()
    assert len({told(), told(year_from="2020"), told(centre="eef")}) == 3


def test_ids_and_times_stay_when_the_library_is_indexed_again(
    client: TestClient, tmp_path: Path
) -> None:
    before = feedparser.parse(client.get("/v1/feeds/search.atom", params=QUESTION).content)
    with _client(tmp_path, load_settings(home=tmp_path)) as other:
        after = feedparser.parse(other.get("/v1/feeds/search.atom", params=QUESTION).content)
    assert [(e.id, e.updated) for e in before.entries] == [(e.id, e.updated) for e in after.entries]
    assert before.feed.id == after.feed.id


@pytest.mark.parametrize("address", ["/v1/feeds/search.atom", "/v1/export"])
def test_nothing_is_sent_twice_from_one_index(client: TestClient, address: str) -> None:
    params = QUESTION if "feed" in address else {**QUESTION, "format": "csv"}
    first = client.get(address, params=params)
    for given, kept in (
        ({"If-None-Match": first.headers["etag"]}, 304),
        ({"If-Modified-Since": first.headers["last-modified"]}, 304),
        ({"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": first.headers["last-modified"]}, 200),
    ):
        again = client.get(address, params=params, headers=given)
        assert again.status_code == kept
        assert again.headers["etag"] == first.headers["etag"]


def test_addresses_begin_where_others_reach_the_service(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, public_url="https://evidence.example/search/")
    with _client(tmp_path, settings) as client:
        told = feedparser.parse(client.get("/v1/feeds/search.atom", params=QUESTION).content)
        assert told.feed.links[0].href.startswith(
            "https://evidence.example/search/v1/feeds/search.atom?q="
        )
        assert "https://evidence.example/search/v1/passages/" in _export(client, "ris").decode()


def test_the_page_names_reports_to_reference_managers(client: TestClient) -> None:
    page = client.get("/", params=QUESTION).text
    spans = re.findall(r'<span class="Z3988" title="([^"]+)"', page)
    told = {parse_qs(unescape(span))["rft.btitle"][0] for span in spans}
    assert told == {TITLE, "Mentoring, again"}


def test_the_page_links_to_its_feed_and_its_files(client: TestClient) -> None:
    page = client.get("/", params={**QUESTION, "year_from": "2019", "k": "3"}).text
    [feed] = re.findall(
        r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]+)"', page
    )
    assert "year_from=2019" in feed
    assert client.get(unescape(feed)).status_code == 200
    files = [unescape(link) for link in re.findall(r'href="(/v1/export[^"]+)"', page)]
    assert len(files) == len(ExportFormat)
    assert all(client.get(link).status_code == 200 for link in files)
    assert "atom" not in client.get("/").text
