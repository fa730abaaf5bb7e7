"""From domain types to what a page shows: escaped, marked, and linked only where that is safe."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from api.problems import Problem
from corpus.types import DocumentType, Passage, Report
from search.citing.coins import context_object
from search.citing.permalinks import permalink
from search.citing.reference import centre_name, reference_of
from search.citing.wording import page_words, pages_cited, web_address
from search.types import ScoredPassage
from search.understanding import reading_words

KINDS: Final = {
    DocumentType.PDF: "PDF",
    DocumentType.HTML: "Web page",
    DocumentType.DOCX: "Word document",
    DocumentType.PPTX: "Presentation",
    DocumentType.XLSX: "Spreadsheet",
    DocumentType.TEXT: "Text",
    DocumentType.RECORD: "Summary record",
}


def marked(hit: ScoredPassage) -> Markup:
    """The passage with its best sentence marked, everything escaped."""
    text, shown, place = hit.passage.text, Markup(""), 0
    for start, end in hit.highlights:
        shown += escape(text[place:start]) + Markup("<mark>%s</mark>") % text[start:end]
        place = end
    return shown + escape(text[place:])


def where(passage: Passage, report: Report) -> str:
    """Pages as a person cites them; empty for formats that have none."""
    return page_words(pages_cited(passage, report))


def path_of(passage: Passage, report: Report) -> tuple[str, ...]:
    """The headings above a passage, without the report's own title again."""
    section = passage.section
    return section[1:] if section and section[0].strip() == report.title.strip() else section


def coins(report: Report) -> str:
    """The report for reference managers that look at the page."""
    return context_object(reference_of(report))


def kind_name(value: str) -> str:
    """A document type in words."""
    return KINDS[DocumentType(value)]


def render(template: str, **shown: Any) -> str:  # noqa: ANN401 - what the template shows
    """Fill a template."""
    return _TEMPLATES.get_template(template).render(**shown)


def problem_page(told: Problem) -> str:
    """An error as a page."""
    return render("problem.html", problem=told)


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update(marked=marked, safe_link=web_address, kind_name=kind_name, coins=coins)
_TEMPLATES.filters["centre_name"] = centre_name
_TEMPLATES.globals.update(
    where=where, path_of=path_of, reading_words=reading_words, permalink=permalink
)
