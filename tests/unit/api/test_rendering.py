"""What a page shows of untrusted documents."""

import pytest

from api.problems import Problem
from api.routes.rendering import day, marked, path_of, render
from api.routes.wording import where
from corpus.types import BlockKind, DocumentType, Passage, Report, Span
from search.citing.wording import web_address
from search.types import ScoredPassage, Standing
from tests.builders import passage, report

NOWHERE = Standing(None, None)


def _hit(text: str, *highlights: tuple[int, int]) -> ScoredPassage:
    return ScoredPassage(passage("p", "a", text), report("a"), 1, 1.0, highlights, NOWHERE, NOWHERE)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        (" http://example.org ", "http://example.org"),
        ("javascript:alert(1)", None),
        ("JavaScript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,<script>", None),
        ("//example.org", None),
        ("https:///nohost", None),
        ("http://[", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, link: str | None) -> None:
    assert web_address(url) == link


def test_a_day_is_written_out() -> None:
    assert day("2026-11-05T20:29:00+00:00") == "5 November 2026"
    assert day(None) == ""


def test_the_best_sentence_is_marked_and_everything_escaped() -> None:
    text = "<b>One</b>. Two & three. Four"
    shown = marked(_hit(text, (12, 24)))
    assert shown == "&lt;b&gt;One&lt;/b&gt;. <mark>Two &amp; three.</mark> Four"


def test_a_passage_without_highlight_is_shown_whole() -> None:
    assert marked(_hit('"quoted"')) == "&#34;quoted&#34;"


def _over(pages: list[int], labels: tuple[str | None, ...]) -> Passage:
    spans = tuple(Span(page, 0, 1) for page in pages)
    return Passage("p", "a", "x", spans, labels, (), BlockKind.PARAGRAPH)


@pytest.mark.parametrize(
    ("pages", "labels", "told"),
    [
        ([12], ("10",), "Page 12 (printed 10)"),
        ([12], ("12",), "Page 12"),
        ([12], (None,), "Page 12"),
        ([3, 3, 4], ("i", "ii"), "Pages 3 (printed i), 4 (printed ii)"),
    ],
)
def test_pages_as_they_are_cited(pages: list[int], labels: tuple[str | None], told: str) -> None:
    assert where(_over(pages, labels), report("a")) == told


def test_no_page_where_the_format_has_none() -> None:
    record = Report("a", "A", "a.jsonl", "0", DocumentType.RECORD, report("a").metadata)
    assert not where(_over([1], (None,)), record)


def test_the_title_is_not_repeated_as_a_heading() -> None:
    found = Passage("p", "a", "x", (), (), ("A report", "Methods"), BlockKind.PARAGRAPH)
    assert path_of(found, report("a", "A report")) == ("Methods",)
    assert path_of(found, report("a", "Another")) == ("A report", "Methods")


def test_templates_escape() -> None:

    told = Problem(title="T", status=404, detail="<script>", cure=None, instance="/<script>")
    assert "<script>" not in render("problem.html", problem=told, title=told.title)
