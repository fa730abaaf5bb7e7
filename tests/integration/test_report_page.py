"""The page of a report over HTTP: what it shows, what machines read of it, what cannot break it."""

import json
import re
from urllib.parse import parse_qs

import pytest
import rispy
import trafilatura
from fastapi.testclient import TestClient
from lxml import html

from tests.bookcase import HOSTILE, PLACE, Bookcase
from tests.pages import BROWSER, seen, words


def test_everything_known_is_shown(visitor: TestClient) -> None:
    told = words(seen(visitor, "/reports/open"))
    for expected in (
        "Smith, Jane; O'Brien, Seán",
        "2021-03-04",
        "10.1234/ab_c(1)",
        "CC BY 4.0",
        "Extensive evidence",
        "Many studies, few reasons for doubt.",
        "strength 4 of 5",
        "strength 4 from EEF Teaching and Learning Toolkit: extensive",
        "Randomised trial",
        "Mentoring reduced youth violence by a fifth in a randomised trial.",
        "Mentoring: a trial, interim",
        "Same trial number.",
        "4 passages in reading order",
        "Weekly mentoring",
        "File trial.pdf",
        "fetched on 2 January 2026",
        "In this library since 3 February 2026",
        "http://testserver/reports/open",
    ):
        assert expected in told, expected


def test_no_place_on_this_machine_is_told(visitor: TestClient) -> None:
    assert "secret" not in visitor.get("/reports/open").text
    assert PLACE not in visitor.get("/reports/open").text


def test_a_question_brings_the_reports_own_passages(visitor: TestClient) -> None:
    page = seen(visitor, "/reports/open?q=cost+for+each+mentored+pupil")
    (first, *_) = page.cssselect(".matches > li")
    assert "The cost for each mentored pupil was low" in words(first)
    assert first.cssselect("mark")
    link = first.cssselect("a[href*='/pages/']")[0].get("href")
    assert re.match(r"/reports/open/pages/2\?passage=open-\w+&start=\d+&end=\d+&q=", link)
    assert all("Street lights" not in words(each) for each in page.cssselect(".matches"))


def test_without_a_match_the_nearest_passage_is_shown(visitor: TestClient) -> None:
    assert len(seen(visitor, "/reports/record?q=xylophone").cssselect(".matches > li")) == 1


def test_the_text_is_paged_and_a_passage_is_found_in_it(
    visitor: TestClient, bookcase: Bookcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.reports.A_PART", 3)
    ids = [each.passage_id for each in bookcase.searcher.report_passages("open")]
    page = seen(visitor, "/reports/open?part=2")
    assert [each.get("id") for each in page.cssselect(".text > li")] == ids[3:]
    assert page.cssselect(".text")[0].get("start") == "4"
    asked = seen(visitor, f"/reports/open?passage={ids[3]}").cssselect(".text > .asked")
    assert [each.get("id") for each in asked] == [ids[3]]
    assert "no part 3" in words(seen(visitor, "/reports/open?part=3", 404))


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/reports/none", 404, "no report 'none'"),
        ("/reports/open?passage=none", 404, "no passage 'none'"),
        ("/reports/open?part=0", 422, "part must be at least 1"),
        ("/reports/open?part=x", 422, "part must be a whole number"),
        ("/reports/open?q=" + "x" * 2001, 422, "q may have at most 2000"),
    ],
)
def test_bad_input_is_told(visitor: TestClient, path: str, status: int, told: str) -> None:
    assert told in words(seen(visitor, path, status))
    assert visitor.get(path).headers["content-type"] == "application/problem+json"


def test_parameters_of_other_sites_do_no_harm(visitor: TestClient) -> None:
    seen(visitor, "/reports/open?utm_source=mail&fbclid=1")


def test_reports_that_do_not_stand_say_so(visitor: TestClient) -> None:
    old = seen(visitor, "/reports/old?q=mentoring")
    assert "A newer version stands in its place" in words(old)
    assert old.cssselect(".notice a")[0].get("href") == "/reports/open"
    assert "Only reports that stand are searched" in words(old)
    assert "Mentoring may reduce violence yet." in words(old)
    gone = seen(visitor, "/reports/gone")
    assert "Withdrawn." in words(gone)
    assert "404 since 2 March 2026" in words(gone)
    assert "None of its text is kept" in words(gone)
    assert not gone.cssselect("a[href^='/files/']")


def test_a_summary_says_that_it_is_one(visitor: TestClient) -> None:
    told = words(seen(visitor, "/reports/record"))
    assert "A summary in this project" in told
    assert "seen on another page than" in told


def test_what_may_not_be_shown_is_linked_to(visitor: TestClient) -> None:
    page = seen(visitor, "/reports/closed")
    assert "No licence was seen" in words(page)
    assert not page.cssselect("a[href^='/files/'], a[href*='/pages/']")
    assert page.cssselect("a[href='https://example.org/hot']")


def ris_of(visitor: TestClient, report_id: str) -> dict[str, object]:
    text = visitor.get(f"/v1/reports/{report_id}/citation?format=ris").text
    (found,) = rispy.loads(text.replace("\r\n", "\n"))
    return dict(found)


def test_highwire_tags_give_the_right_ris(visitor: TestClient) -> None:
    """As Zotero maps them, read by a parser that is not ours."""
    page = seen(visitor, "/reports/open")
    tags: dict[str, list[str]] = {}
    for meta in page.cssselect("meta[name^=citation_]"):
        tags.setdefault(meta.get("name"), []).append(meta.get("content"))
    ris = ris_of(visitor, "open")
    assert tags["citation_title"] == [ris["title"]]
    assert tags["citation_author"] == ris["authors"]
    assert tags["citation_technical_report_institution"] == [ris["publisher"]]
    assert tags["citation_publication_date"] == [ris["date"]] == ["2021/03/04"]
    assert tags["citation_doi"] == [ris["doi"]]
    assert tags["citation_isbn"] == [ris["issn"]]
    assert tags["citation_language"] == [ris["language"]]
    assert tags["citation_public_url"] == ris["urls"]
    assert tags["citation_pdf_url"] == ["http://testserver/files/open"]
    assert visitor.get(tags["citation_pdf_url"][0]).content.startswith(b"%PDF")


def test_another_programs_reader_finds_title_and_authors(visitor: TestClient) -> None:
    text = visitor.get("/reports/open", headers=BROWSER).text
    known = trafilatura.extract_metadata(text)
    assert known.title == "Mentoring: a trial"
    names = set((known.author or "").split("; "))  # it parts "Smith, Jane" at the comma
    assert {"Smith", "Jane", "O'Brien", "Seán"} <= names


def test_coins_give_the_right_ris(visitor: TestClient) -> None:
    (span,) = seen(visitor, "/reports/open").cssselect("span.Z3988")
    told = parse_qs(span.get("title"))
    ris = ris_of(visitor, "open")
    assert told["rft.btitle"] == [ris["title"]]
    assert told["rft.au"] == ris["authors"]
    assert told["rft.genre"] == ["report"]
    assert told["rft.date"] == ["2021-03-04"]
    assert f"info:doi/{ris['doi']}" in told["rft_id"]


def test_json_ld_says_the_same(visitor: TestClient) -> None:
    (script,) = seen(visitor, "/reports/open").cssselect("script")
    assert script.get("type") == "application/ld+json"
    told = json.loads(script.text)
    ris = ris_of(visitor, "open")
    assert told["@type"] == "Report"
    assert told["name"] == ris["title"]
    assert told["author"][0] == {
        "@type": "Person",
        "name": "Jane Smith",
        "familyName": "Smith",
        "givenName": "Jane",
    }
    assert told["author"][2] == "Centre for Trials"
    assert told["publisher"]["name"] == ris["publisher"]
    assert told["datePublished"] == "2021-03-04"
    assert told["identifier"]["value"] == ris["doi"]
    assert told["encoding"]["contentUrl"] == "http://testserver/files/open"
    assert told["keywords"] == ["youth violence", "mentoring"]


def test_what_is_unknown_is_not_made_up(visitor: TestClient) -> None:
    page = seen(visitor, "/reports/gone")
    names = {meta.get("name") for meta in page.cssselect("meta[name^=citation_]")}
    assert names == {"citation_title", "citation_public_url", "citation_abstract_html_url"}
    told = json.loads(page.cssselect("script")[0].text)
    assert told.keys() == {"@context", "@type", "@id", "url", "name"}


def test_hostile_words_break_out_of_nothing(visitor: TestClient) -> None:
    text = visitor.get("/reports/hostile?q=words+that", headers=BROWSER).text
    page = html.fromstring(text)
    (script,) = page.cssselect("script")
    assert script.get("type") == "application/ld+json"
    plain = HOSTILE.replace("\u202e", "")
    assert json.loads(script.text)["name"] == plain
    assert not page.cssselect("img, [onload], [onerror]")
    assert page.cssselect("meta[name=citation_title]")[0].get("content") == plain
    assert not any(
        (link.get("href") or "").casefold().startswith("javascript") for link in page.iter("a")
    )
    assert "\u202e" not in page.cssselect("title")[0].text
    assert "\u202e" not in page.cssselect("h1")[0].text_content()


def test_the_policy_allows_no_script(visitor: TestClient) -> None:
    policy = visitor.get("/reports/open").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src *" not in policy
