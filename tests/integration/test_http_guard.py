"""What every response carries, and what a client never sees."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import load_settings
from corpus.errors import CorpusError
from search.searcher import Searcher
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
CAUSE = "a detail of this machine"
ADDRESSES = [
    "/",
    "/?q=patrols",
    "/docs",
    "/openapi.json",
    "/static/style.css",
    "/healthz",
    "/nowhere",
]


class _Source:
    """Hands out a searcher, or fails as told."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self.failure: Exception | None = None

    def current(self) -> Searcher:
        if self.failure:
            raise self.failure
        return self.searcher


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    home = tmp_path_factory.mktemp("home")
    texts = [("a", f"Patrols, number {place}, reduced crime in hot spots.") for place in range(30)]
    return Searcher(generation(home, content([report("a")], texts, ENCODER), ENCODER), ENCODER)


@pytest.fixture
def source(searcher: Searcher) -> _Source:
    return _Source(searcher)


@pytest.fixture
def client(source: _Source, tmp_path: Path) -> Iterator[TestClient]:
    settings = load_settings(home=tmp_path, cors_origins="https://a.org")
    with TestClient(create_app(settings, source)) as client:
        yield client


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_response_is_guarded(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-request-id"]


@pytest.mark.parametrize("address", ["/", "/?q=patrols", "/docs", "/nowhere"])
def test_pages_need_nothing_the_policy_forbids(client: TestClient, address: str) -> None:
    page = client.get(address, headers={"accept": "text/html"}).text
    own = re.sub(r'<script src="/static/[a-z]+\.js" type="module"></script>', "", page)
    for forbidden in ("<script", "<style", " style=", " onclick=", 'src="http', "url("):
        assert forbidden not in own


def test_an_unforeseen_error_is_a_problem_without_its_cause(
    client: TestClient, source: _Source, caplog: pytest.LogCaptureFixture
) -> None:
    source.failure = RuntimeError(CAUSE)
    response = client.get("/v1/search?q=x")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert CAUSE not in response.text
    assert "Traceback" not in response.text
    request_id = response.headers["x-request-id"]
    told = [record for record in caplog.records if request_id in record.getMessage()]
    assert any(record.exc_info for record in told)
    assert response.headers["x-content-type-options"] == "nosniff"


def test_an_error_of_ours_without_a_status_of_its_own_is_500(
    client: TestClient, source: _Source
) -> None:
    source.failure = CorpusError("The library is gone.", cure="Bring it back.")
    response = client.get("/readyz")
    assert response.status_code == 500
    assert response.json()["cure"] == "Bring it back."


def test_people_get_a_page_where_programs_get_a_problem(
    client: TestClient, source: _Source
) -> None:
    page = client.get("/nowhere", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    source.failure = RuntimeError(CAUSE)
    page = client.get("/?q=x", headers={"accept": "text/html"})
    assert page.status_code == 500
    assert "<h1" in page.text
    assert CAUSE not in page.text
    problem = client.get("/v1/nowhere", headers={"accept": "text/html"})
    assert problem.headers["content-type"] == "application/problem+json"


def test_the_log_names_the_request_but_not_the_question(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="evidence.requests"):
        response = client.get("/v1/search?q=private")
    told = [record.getMessage() for record in caplog.records if record.name == "evidence.requests"]
    assert any(response.headers["x-request-id"] in line and "200" in line for line in told)
    assert not any("private" in line for line in told)


def test_an_answer_is_kept_while_its_generation_is_in_use(client: TestClient) -> None:
    first = client.get("/v1/search?q=patrols")
    tag = first.headers["etag"]
    assert first.json()["generation"] in tag
    again = client.get("/v1/search?q=patrols", headers={"if-none-match": f'"other", {tag}'})
    assert again.status_code == 304
    assert not again.content
    assert again.headers["etag"] == tag
    other = client.get("/v1/search?q=patrols", headers={"if-none-match": '"other"'})
    assert other.status_code == 200


def test_a_wrong_question_is_refused_however_fresh_its_tag(client: TestClient) -> None:
    tag = client.get("/v1/search?q=patrols").headers["etag"]
    for address, status in (("/v1/search?q=x&k=0", 422), ("/v1/reports/none", 404)):
        assert client.get(address, headers={"if-none-match": tag}).status_code == status


def test_long_answers_are_compressed(client: TestClient) -> None:
    response = client.get("/v1/search?q=patrols&k=30", headers={"accept-encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert response.json()["hits"]


def test_only_named_sites_may_call(client: TestClient) -> None:
    for origin, answer in (("https://a.org", "https://a.org"), ("https://b.org", None)):
        headers = client.get("/v1/centres", headers={"origin": origin}).headers
        assert headers.get("access-control-allow-origin") == answer


@pytest.mark.parametrize(
    "text",
    ["\x00", "%", "\ud800".encode("utf-8", "surrogatepass"), "'\"*:()^~", "AND OR", "😀" * 500],
)
def test_odd_questions_do_no_harm(client: TestClient, text: str | bytes) -> None:
    for path in ("/", "/v1/search"):
        assert client.get(path, params={"q": text}).status_code in {200, 422}
