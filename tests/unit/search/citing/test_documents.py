"""Spreadsheets, lines, Markdown and Word documents, read back by other programs."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from html import unescape

import pytest
from docx import Document
from docx.text.paragraph import Paragraph
from lxml import etree, html
from markdown_it import MarkdownIt

from corpus.findings import Direction
from search.citing.briefing import write_briefing
from search.citing.collecting import cite, collect
from search.citing.formats import FORMATS, file_name
from search.citing.markdown import write_markdown
from search.citing.tables import write_csv, write_jsonl
from search.citing.types import CitationFormat, ExportFormat, Inquiry, Takeaway
from search.citing.wording import one_line, printable
from search.statement_types import Quoted, Verdict
from tests.nasty import ASKED, QUOTED, RATING, REPORTS, SITE, TITLES, answer, takeaway


def _rows(written: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def test_csv_has_a_row_a_quotation_and_no_formula() -> None:
    rows = _rows(write_csv(takeaway()))
    assert [row["text"].removeprefix("'") for row in rows] == list(QUOTED)
    assert rows[0]["title"] == f"'{TITLES[0]}"
    assert {(row["page"], row["page_label"]) for row in rows} == {("12", "10")}
    assert rows[0]["rating_evidence"] == RATING.evidence
    assert (rows[0]["rating_cost"], rows[0]["rating_impact"]) == ("'=1+1", "'+2 months")
    assert rows[0]["confidence"] == "0.900"
    assert rows[0]["permalink"].startswith(f"{SITE}/v1/passages/p1?")
    assert not [c for row in rows for c in row.values() if c.startswith(tuple("=+-@\t\r\n"))]


def test_a_report_alone_is_a_row() -> None:
    [row] = _rows(write_csv(cite(REPORTS[1])))
    assert (row["text"], row["title"]) == ("", one_line(TITLES[1]))
    assert _rows(write_csv(Takeaway(()))) == []


def test_json_lines_hold_the_text_verbatim() -> None:
    lines = [json.loads(line) for line in write_jsonl(takeaway()).decode().split("\n")[:-1]]
    assert [line["text"] for line in lines] == list(QUOTED)
    assert lines[0]["pages"] == [{"number": 12, "label": "10"}]
    assert lines[0]["confidence"] == 0.9
    assert lines[0]["rating"]["evidence"] == RATING.evidence
    assert lines[0]["report"]["type"] == "report"
    [alone] = write_jsonl(cite(REPORTS[1])).decode().splitlines()
    assert json.loads(alone).keys() == {"rating", "report"}


def test_markdown_is_what_it_says_once_it_is_rendered() -> None:
    page = html.fromstring(
        MarkdownIt("gfm-like", {"linkify": False}).render(write_markdown(takeaway()).decode())
    )
    said = [one_line(unescape(q.text_content())) for q in page.iter("blockquote")]
    assert said == [one_line(text) for text in QUOTED]
    headings = [one_line(h.text_content()) for h in page.iter("h1", "h2", "h3")]
    assert headings == [
        one_line(answer().query),
        "What the evidence says",
        "Quotations",
        *(f"{number}. {one_line(title)}" for number, title in enumerate(TITLES, start=1)),
        "References",
    ]
    assert {element.tag for element in page.iter()} <= {
        "div", "h1", "h2", "h3", "p", "ul", "ol", "li", "blockquote", "a",
    }  # fmt: skip
    links = [a.get("href") for a in page.iter("a")]
    assert all(link.startswith(("https://doi.org/10.1234/", SITE)) for link in links)
    assert "Page 12 (printed 10)" in page.text_content()


def test_a_report_alone_is_a_reference_in_markdown() -> None:
    told = write_markdown(cite(REPORTS[1])).decode()
    assert told.startswith("1. Smith, Jane \\{J.\\} \\& Co; Ipsos and Mori; O'Brien, Seán (2021).")
    assert "Rated by the centre: evidence: High" in told


def _style(paragraph: Paragraph) -> str:
    return (paragraph.style and paragraph.style.name) or ""


def test_a_briefing_is_an_accessible_document() -> None:
    written = write_briefing(takeaway())
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(package.read(name))
        styles = package.read("word/styles.xml").decode()
    assert 'w:lang w:val="en-GB"' in styles
    assert "en-US" not in styles.replace('w:eastAsia="en-US"', "")
    told = Document(io.BytesIO(written))
    assert told.core_properties.title == one_line(answer().query)
    assert told.core_properties.language == "en-GB"
    headings = [
        (_style(p), p.text) for p in told.paragraphs if _style(p).startswith(("Heading", "Title"))
    ]
    assert headings[:4] == [
        ("Title", one_line(answer().query)),
        ("Heading 1", "Limited to"),
        ("Heading 1", "What the evidence says"),
        ("Heading 1", "Quotations"),
    ]
    assert ("Heading 2", f"2. {one_line(TITLES[1])}") in headings
    assert headings[-1] == ("Heading 1", "References")


def test_a_briefing_holds_quotations_pages_ratings_and_references() -> None:
    told = Document(io.BytesIO(write_briefing(takeaway())))
    by_style: dict[str, list[str]] = {}
    for paragraph in told.paragraphs:
        by_style.setdefault(_style(paragraph), []).append(paragraph.text)
    assert by_style["Quote"] == [printable(text) for text in QUOTED]
    assert len(by_style["List Number"]) == len(TITLES)
    assert "Centre: Education Endowment Foundation (EEF)" in by_style["List Bullet"]
    assert "Published from 2010" in by_style["List Bullet"]
    assert "Some evidence & <more>." in by_style["List Bullet"]
    assert any(t.startswith("[1] · Page 12 (printed 10) · ") for t in by_style["Normal"])
    assert any("evidence: High; {secure} & sound" in t for t in by_style["Normal"])
    links = [link.address for p in told.paragraphs for link in p.hyperlinks]
    assert all(link.startswith(("https://doi.org/", SITE)) for link in links)
    assert len(links) == len(QUOTED) + len(TITLES)


def test_a_briefing_holds_verdicts_that_differ_and_names_what_it_does_not_quote() -> None:
    found = answer()
    quoted = Quoted("r-9", "p-9", "It made\nno difference.")
    verdict = Verdict(Direction.NO_EFFECT, ("r-9",), ("nice",), (quoted,))
    said = replace(found.statement, reports=("r-9",), verdicts=(verdict,), differ=True)
    reading = replace(found.reading, mended=(("mentring", "mentoring"),))
    told = collect(replace(found, statement=said, reading=reading), site=SITE, asked=ASKED)
    assert told.inquiry is not None
    assert told.inquiry.statement == (
        "No passage has “mentring”: “mentoring” was searched for.",
        "Some evidence & <more>.",
        "Verdicts differ; what was tested may differ too.",
        "little or no effect (r-9): “It made no difference.”",
        "It rests on reports not quoted below too: r-9.",
    )


def test_what_found_nothing_says_so() -> None:
    nothing = Takeaway((), Inquiry("What?", ASKED))
    assert "Nothing was found." in write_markdown(nothing).decode()
    words = [p.text for p in Document(io.BytesIO(write_briefing(nothing))).paragraphs]
    assert words[-2:] == ["Quotations", "Nothing was found."]


def test_no_briefing_without_a_question() -> None:
    with pytest.raises(ValueError, match="question"):
        write_briefing(cite(REPORTS[0]))


def test_every_format_is_written_and_named_safely() -> None:
    assert FORMATS.keys() == set(ExportFormat)
    assert {f.value for f in CitationFormat} == {f.value for f in ExportFormat} - {"docx"}
    for written in FORMATS.values():
        assert written.write(takeaway())
    assert file_name('Été / ../../x\r\n"Set-Cookie"', ".ris") == "evidence-ete-x-set-cookie.ris"
    assert file_name("漢字", ".csv") == "evidence.csv"
