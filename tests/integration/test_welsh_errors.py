"""What goes wrong, told in the language of the page; the API speaks English."""

import pickle
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from lxml import html

from api.app import create_app
from api.settings import load_settings
from search.errors import InvalidQuery
from tests.bookcase import build_bookcase

PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("home")
    settings = load_settings(home=home, visitor_rate="30/minute")
    with TestClient(create_app(settings, build_bookcase(home))) as client:
        yield client


@pytest.mark.parametrize(
    ("address", "title", "told"),
    [
        ("/reports/none", "Heb ei ganfod", "Nid oes adroddiad 'none' yn y llyfrgell."),
        ("/reports/open?passage=x", "Heb ei ganfod", "Nid oes darn 'x' yn yr adroddiad hwn."),
        ("/reports/open/pages/99", "Heb ei ganfod", "Nid oes tudalen 99 yn yr adroddiad hwn"),
        ("/reports/open?part=0", "Ni ellir gofyn hynny", "part"),
        ("/files/closed", "Heb ei ganfod", "Ni ddangosir y ffeil yma"),
        ("/centres/none", "Heb ei ganfod", "Nid oes canolfan 'none' yn y gofrestr."),
        ("/nowhere", "Heb ei ganfod", "Nid oes dim yn y cyfeiriad hwn."),
    ],
)
def test_a_problem_s_page(client: TestClient, address: str, title: str, told: str) -> None:
    joint = "&" if "?" in address else "?"
    page = html.fromstring(client.get(f"{address}{joint}lang=cy", headers=PAGE).text)
    assert page.get("lang") == "cy"
    assert page.findtext(".//h1") == title
    (lead,) = page.cssselect("p.lead")
    assert lead.get("lang") == "cy"
    assert told in lead.text_content()
    english = html.fromstring(client.get(address, headers=PAGE).text)
    assert english.cssselect("p.lead")[0].get("lang") == "en-GB"
    assert told == "part" or told not in english.text_content()


def test_what_is_wrong_with_a_question(client: TestClient) -> None:
    address = "/?q=x&year_from=2030&year_to=2010&lang=cy"
    page = html.fromstring(client.get(address).text)
    assert "flwyddyn gyntaf, 2030, ar ôl yr olaf, 2010. Cyfnewidiwch y ddwy flwyddyn." in (
        page.get_element_by_id("fault").text_content()
    )
    frame = client.get("/embed?q=x&k=500&lang=cy").text
    assert "ar y mwyaf" in frame or "rhaid" in frame


def test_what_is_wrong_with_what_was_sent(client: TestClient) -> None:
    told = html.fromstring(client.get("/related?doi=10.1/none&lang=cy").text)
    (fault,) = told.cssselect("#fault p[lang=cy]")
    assert "r DOI '10.1/none'." in fault.text_content()
    file = {"file": ("a.pdf", b"%PDF-1.4 and no more")}
    told = html.fromstring(client.post("/related?lang=cy", files=file).text)
    assert told.cssselect("#fault p[lang=en]")  # readers of files speak English, and it is said


def test_days_have_their_months(client: TestClient) -> None:
    made = client.get("/status?lang=cy").text
    months = (
        "Ionawr|Chwefror|Mawrth|Ebrill|Mai|Mehefin|Gorffennaf|Awst|Medi|Hydref|Tachwedd|Rhagfyr"
    )
    assert re.search(rf"\b\d{{1,2}} ({months}) 20\d\d\b", made)


def test_the_api_speaks_english(client: TestClient) -> None:
    told = client.get("/v1/reports/none", headers={"accept-language": "cy"}).json()
    assert told["detail"] == "There is no report 'none' in the library."
    assert told["title"] == "Not Found"
    assert "language" not in told


def test_the_limit_is_told(client: TestClient) -> None:
    answers = [client.get("/about?lang=cy", headers=PAGE) for _ in range(31)]
    (*_, late) = answers
    assert late.status_code == 429
    page = html.fromstring(late.text)
    assert page.findtext(".//h1") == "Gormod o geisiadau"
    assert "30 y funud" in page.text_content()
    assert "Gofynnwch eto ymhen" in page.text_content()


def test_an_error_stays_whole_across_processes() -> None:
    error = InvalidQuery("{a!r} is wrong.", cure="Mend {a}.", values={"a": "x{y}"})
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (str(again), again.cure) == ("'x{y}' is wrong.", "Mend x{y}.")
    assert (again.message, again.advice, again.values) == (
        error.message,
        error.advice,
        {"a": "x{y}"},
    )
    assert str(InvalidQuery("braces {stay} here")) == "braces {stay} here"
