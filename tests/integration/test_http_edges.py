"""Bad input at every address, what a client has already, and what pages load."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import create_app
from api.settings import load_settings
from search.errors import IndexUnusable
from search.searcher import Searcher
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
ADDRESSES = ("/v1/search?q=x", "/v1/reports/a", "/v1/passages/p0", "/v1/centres")
SECURITY = ("content-security-policy", "x-content-type-options", "referrer-policy", "x-request-id")
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class _Source:
    """Hands out a searcher, or raises what it is told to."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self.error: Exception | None = None

    def current(self) -> Searcher:
        if self.error:
            raise self.error
        return self.searcher


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> _Source:
    texts = [("a", "Tutoring helps pupils catch up."), ("b", "Street lighting reduces crime.")]
    reports = [report("a", "Tutoring", centre="eef", year=2020), report("b", "Lighting")]
    made = generation(tmp_path_factory.mktemp("home"), content(reports, texts, ENCODER), ENCODER)
    return _Source(Searcher(made, ENCODER))


@pytest.fixture(scope="module")
def client(source: _Source) -> Iterator[TestClient]:
    with TestClient(create_app(load_settings(home=Path("none")), source)) as client:
        yield client


@pytest.fixture
def failing(source: _Source) -> Iterator[_Source]:
    yield source
    source.error = None


def _is_problem(client: TestClient, address: str, status: int) -> str:
    response = client.get(address)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert all(name in response.headers for name in SECURITY)
    body = response.json()
    assert {"type", "title", "status", "detail", "cure", "instance"} == body.keys()
    assert body["status"] == status
    assert body["instance"] == address.partition("?")[0]
    detail: str = body["detail"]
    return detail


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unknown_parameter_is_refused_everywhere(client: TestClient, address: str) -> None:
    join = "&" if "?" in address else "?"
    assert "nonsense is no parameter" in _is_problem(client, f"{address}{join}nonsense=1", 422)


def test_the_near_name_is_one_of_the_address_itself(client: TestClient) -> None:
    assert "did you mean limit?" in _is_problem(client, "/v1/reports/a?limits=1", 422)
    assert "did you mean year_from?" in _is_problem(client, "/v1/search?q=x&year_form=1", 422)
    assert "did you mean" not in _is_problem(client, "/v1/centres?limits=1", 422)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=501", "offset=-1", "offset=10000001", "limit=x", "limit=99999999999999999"],
)
def test_limits_of_a_report_s_passages(client: TestClient, query: str) -> None:
    assert "must be" in _is_problem(client, f"/v1/reports/a?{query}", 422)


def test_an_offset_past_the_end_is_an_empty_part(client: TestClient) -> None:
    body = client.get("/v1/reports/a?offset=10").json()
    assert (body["passages"], body["total"]) == ([], 1)


def test_years_the_wrong_way_round(client: TestClient) -> None:
    assert "2020" in _is_problem(client, "/v1/search?q=x&year_from=2020&year_to=2010", 422)


@pytest.mark.parametrize("name", ["x" * 201, "%00", "..%2F..%2Fetc", "%F0%9F%98%80"])
def test_ids_that_cannot_be(client: TestClient, name: str) -> None:
    for kind in ("reports", "passages"):
        response = client.get(f"/v1/{kind}/{name}")
        assert response.status_code in {404, 422}
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("address", [*ADDRESSES, "/readyz", "/"])
def test_an_index_that_fails_is_told_with_its_cure(
    client: TestClient, failing: _Source, address: str
) -> None:
    failing.error = IndexUnusable("The index is damaged.", cure="Run `evidence doctor`.")
    assert _is_problem(client, address, 503) == "The index is damaged."
    assert client.get(address).json()["cure"] == "Run `evidence doctor`."
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("address", ADDRESSES[:3])
def test_a_client_keeps_an_answer_until_the_generation_changes(
    client: TestClient, address: str
) -> None:
    first = client.get(address)
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    assert first.json()
    again = client.get(address, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    changed = client.get(address, headers={"If-None-Match": tag.replace("20", "19")})
    assert changed.status_code == 200


def test_a_problem_is_not_kept(client: TestClient) -> None:
    assert "etag" not in client.get("/v1/reports/none").headers


@pytest.mark.parametrize("address", ["/", "/?q=tutoring", "/docs", "/none"])
def test_pages_load_and_run_nothing_from_elsewhere(client: TestClient, address: str) -> None:
    page = client.get(address, headers=BROWSER)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    loaded = re.findall(r'<(?:link|img|script|iframe)\b[^>]*?(?:href|src)="([^"]+)"', page.text)
    assert loaded
    assert all(client.get(each).status_code == 200 for each in loaded)
    inline = re.compile(r"<script(?! src=\"/static/[a-z]+\.js\" type=\"module\"></script>)")
    assert not inline.search(page.text)
    assert not re.search(r"\son\w+=|\sstyle=", page.text)


def test_the_api_page_describes_every_parameter(client: TestClient) -> None:
    page = client.get("/docs").text
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for method, operation in operations.items():
            assert f"<code>{method.upper()} {path}</code>" in page
            for parameter in operation.get("parameters", ()):
                assert f"<code>{parameter['name']}</code>" in page
                assert parameter["description"]


def test_the_api_page_describes_every_form_field(client: TestClient) -> None:
    page = client.get("/docs").text
    described = client.get("/openapi.json").json()
    forms = [
        schema
        for name, schema in described["components"]["schemas"].items()
        if name.startswith("Body_")
    ]
    assert len(forms) == 2
    for form in forms:
        for name, field in form["properties"].items():
            assert f"<code>{name}</code>" in page
            assert field["description"] in page


def test_links_from_elsewhere_may_carry_their_own_parameters(client: TestClient) -> None:
    page = client.get("/?q=tutoring&utm_source=newsletter")
    assert page.status_code == 200
    switch = '<a href="/?q=tutoring&amp;utm_source=newsletter&amp;lang=cy" lang="cy" hreflang="cy">'
    assert "newsletter" not in page.text.replace(switch, "")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(question=st.text(min_size=1, max_size=200))
def test_any_question_is_answered_or_refused(client: TestClient, question: str) -> None:
    address = quote(question, errors="replace")
    for response in (client.get(f"/v1/search?q={address}"), client.get(f"/?q={address}")):
        assert response.status_code in {200, 422}


@pytest.mark.parametrize(
    "question",
    ['"', "title:", "a AND", "((", "*", "NOT", "-", "x^", "[a TO", "'; DROP--"],
)
def test_the_syntax_of_engines_means_nothing(client: TestClient, question: str) -> None:
    raw = quote(question, errors="surrogatepass")
    assert client.get(f"/v1/search?q={raw}").status_code == 200
