"""Pages of PDFs and files over HTTP: what is marked, what is refused, with which headers."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from api.originals import Originals, is_open, may_show
from corpus.centres import REGISTRY
from corpus.centres.types import Centre, Licence
from corpus.errors import ReadingError
from corpus.types import DocumentType
from tests.bookcase import PDF, Bookcase
from tests.builders import report
from tests.pages import seen, words
from tests.printed import HEIGHT, WIDTH


@pytest.fixture(scope="module")
def broken(bookcase: Bookcase) -> str:
    """The id of the passage that runs over a page break."""
    passages = bookcase.searcher.report_passages("open")
    return next(each.passage_id for each in passages if len(each.spans) == 2)


def test_the_page_shows_picture_and_text_with_the_passage(visitor: TestClient, broken: str) -> None:
    page = seen(visitor, f"/reports/open/pages/2?passage={broken}&start=0&end=45&q=cost")
    assert "Page 2 of 3" in words(page)
    (picture,) = page.cssselect("figure img")
    assert "Page 2 as it is printed" in picture.get("alt")
    assert int(picture.get("height")) == round(int(picture.get("width")) * HEIGHT / WIDTH)
    (here,) = page.cssselect(".words .here")
    assert words(here) == "The cost for each mentored pupil was low, and it"
    assert words(here.cssselect("mark")[0]) == "The cost for each mentored pupil was low, and"
    assert "Nothing about money" in words(page.cssselect(".words")[0])
    assert page.cssselect("a[rel=prev]")[0].get("href").startswith("/reports/open/pages/1?")
    assert page.cssselect("a[rel=next]")[0].get("href").startswith("/reports/open/pages/3?")
    assert page.cssselect("a[href='/files/open#page=2']")
    assert page.cssselect("a[href='/reports/open?q=cost']")
    drawn = visitor.get(picture.get("src"))
    assert drawn.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(drawn.content)).width == 800


def test_the_other_part_of_a_broken_passage_is_on_the_next_page(
    visitor: TestClient, broken: str
) -> None:
    (here,) = seen(visitor, f"/reports/open/pages/3?passage={broken}").cssselect(".here")
    assert words(here) == "stayed low in the second year."


def test_a_passage_of_another_page_is_led_to(visitor: TestClient, broken: str) -> None:
    page = seen(visitor, f"/reports/open/pages/1?passage={broken}")
    assert "does not stand on this page" in words(page)
    assert page.cssselect(f"a[href='/reports/open/pages/2?passage={broken}']")
    assert not page.cssselect(".here")


def test_a_drawn_page_is_kept(visitor: TestClient, bookcase: Bookcase, broken: str) -> None:
    path = f"/reports/open/pages/2/image?passage={broken}&width=800"
    first = visitor.get(path)
    assert visitor.get(path).content == first.content
    again = visitor.get(path, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert first.headers["cache-control"] == "max-age=3600"
    marked, plain = first.content, visitor.get("/reports/open/pages/2/image").content
    assert marked != plain
    assert list((bookcase.home / "drawn").rglob("*.webp"))


def test_only_two_widths_are_drawn(visitor: TestClient) -> None:
    for width, drawn in ((1, 800), (801, 1600), (10**9, 1600)):
        data = visitor.get(f"/reports/open/pages/3/image?width={width}").content
        assert Image.open(io.BytesIO(data)).width == drawn


def test_what_may_not_be_shown_is_quoted_and_linked_to(visitor: TestClient) -> None:
    page = seen(visitor, "/reports/closed/pages/1")
    assert "No licence was seen" in words(page)
    assert "Hot spots policing cut burglary" in words(page)
    assert not page.cssselect("img, a[href^='/files/']")
    assert page.cssselect("a[href='https://example.org/hot.pdf#page=1']")
    for path in ("/reports/closed/pages/1/image", "/files/closed"):
        refused = visitor.get(path)
        assert refused.status_code == 404
        assert "no licence was seen" in refused.json()["detail"]
        assert "https://example.org/hot" in refused.json()["cure"]


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/reports/none/pages/1", 404, "no report 'none'"),
        ("/reports/open/pages/4", 404, "no page 4; it has 3"),
        ("/reports/open/pages/0", 422, "number must be at least 1"),
        ("/reports/open/pages/x", 422, "number must be a whole number"),
        ("/reports/record/pages/1", 404, "has no pages"),
        ("/reports/open/pages/1?passage=none", 404, "no passage 'none'"),
        ("/reports/open/pages/1?passage=closed", 404, "no passage 'closed'"),
        ("/reports/open/pages/1/image?width=x", 422, "width must be a whole number"),
        ("/reports/open/pages?n=0", 422, "n must be at least 1"),
        ("/files/none", 404, "no report 'none'"),
        ("/files/record", 404, "not shown"),
        ("/files/gone", 404, "not shown"),
        ("/files/..%2f..%2fetc%2fpasswd", 404, "nothing at this address"),
    ],
)
def test_bad_input_is_told(visitor: TestClient, path: str, status: int, told: str) -> None:
    assert told in words(seen(visitor, path, status))


@pytest.mark.parametrize("ends", ["start=5", "start=9&end=3", "start=900&end=901", "end=4"])
def test_a_sentence_that_makes_no_sense_is_passed_over(
    visitor: TestClient, broken: str, ends: str
) -> None:
    page = seen(visitor, f"/reports/open/pages/2?passage={broken}&{ends}")
    assert page.cssselect(".here")
    assert not page.cssselect("mark")
    assert visitor.get(f"/reports/open/pages/2/image?passage={broken}&{ends}").status_code == 200


def test_the_form_goes_to_a_page(visitor: TestClient) -> None:
    answer = visitor.get("/reports/open/pages?n=3&q=a+b", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/reports/open/pages/3?q=a+b"


def test_a_pdf_is_shown_with_safe_headers(visitor: TestClient) -> None:
    answer = visitor.get("/files/open")
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="evidence-trial.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    part = visitor.get("/files/open", headers={"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"%PDF")


def test_a_web_page_is_only_saved_and_locked(visitor: TestClient) -> None:
    answer = visitor.get("/files/web")
    assert answer.headers["content-disposition"] == 'attachment; filename="evidence-lights.html"'
    assert answer.headers["content-security-policy"].endswith("sandbox")


def test_a_file_that_is_gone_is_not_shown(bookcase: Bookcase, tmp_path: Path) -> None:
    report = bookcase.searcher.report("open")
    assert Originals(bookcase.home, REGISTRY).file(report)
    assert Originals(tmp_path, REGISTRY).file(report) is None
    assert Originals(tmp_path, REGISTRY).page_size(report, 1) == (595, 842)


def test_a_damaged_page_is_told(
    visitor: TestClient, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(_: object) -> bytes:
        raise ReadingError("Page 2 is damaged and cannot be drawn.", cure="Open the file.")

    monkeypatch.setattr("corpus.drawing._draw_apart", fail)
    answer = visitor.get(f"/reports/open/pages/2/image?passage={broken}&start=1&end=2")
    assert answer.status_code == 422
    assert "damaged" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("licence", "lets"),
    [
        ("CC BY 4.0", True),
        ("cc-by-sa-3.0", True),
        ("https://creativecommons.org/licenses/by/4.0/", True),
        ("https://creativecommons.org/publicdomain/zero/1.0/", True),
        ("Open Government Licence v3.0", True),
        ("OGL", True),
        ("CC BY-NC 4.0", False),
        ("CC BY-NC-ND 4.0", False),
        ("https://creativecommons.org/licenses/by-nc/4.0/", False),
        ("Creative Commons Attribution-NonCommercial", False),
        ("CC BY 4.0 except where stated", False),
        ("All rights reserved", False),
        ("not CC BY", False),
        ("", False),
    ],
)
def test_which_licences_let_a_file_be_shown(licence: str, lets: bool) -> None:  # noqa: FBT001
    assert is_open(licence) == lets


def test_the_registry_lets_files_be_shown() -> None:
    shows = Centre("a", "A", ("x",), "current", licence=Licence(show=True))
    closed = Centre("b", "B", ("x",), "current")
    made = report("r", centre="a")
    assert may_show(made, (shows, closed))
    assert not may_show(replace(made, centres=("a", "b")), (shows, closed))
    assert not may_show(report("r", centre="c"), (shows, closed))
    assert not may_show(replace(made, document_type=DocumentType.RECORD), (shows, closed))
