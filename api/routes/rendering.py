"""From domain types to what a page shows: escaped, marked, and linked only where that is safe."""

from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from api.languages import LANGUAGES, N_, gettext, ngettext, visit
from api.places import page_path, report_path
from api.problems import Problem
from api.routes.wording import AXES, read_as, say, value_words, where
from corpus.assessment.drawing import Drawing, draw
from corpus.assessment.schemes import Level
from corpus.types import DocumentType, Passage, Report
from search.citing.coins import context_object
from search.citing.permalinks import permalink, text_sha256
from search.citing.reference import reference_of
from search.citing.wording import (
    MONTHS,
    address_of,
    one_line,
    public_place,
    reference_words,
    undirected,
    web_address,
)
from search.types import ScoredPassage

#: What an error's page is called.
TITLES: Final = {
    HTTPStatus.BAD_REQUEST: N_("Bad Request"),
    HTTPStatus.UNAUTHORIZED: N_("A key is needed"),
    HTTPStatus.FORBIDDEN: N_("Forbidden"),
    HTTPStatus.NOT_FOUND: N_("Not Found"),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("Method Not Allowed"),
    HTTPStatus.REQUEST_TIMEOUT: N_("Too slow"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("Too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: N_("That cannot be asked"),
    HTTPStatus.TOO_MANY_REQUESTS: N_("Too Many Requests"),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_("Internal Server Error"),
    HTTPStatus.SERVICE_UNAVAILABLE: N_("Service Unavailable"),
    HTTPStatus.INSUFFICIENT_STORAGE: N_("No room"),
}


def marked(hit: ScoredPassage) -> Markup:
    """The passage with its best sentence marked, everything escaped."""
    text, shown, place = hit.passage.text, Markup(""), 0
    for start, end in hit.highlights:
        shown += escape(text[place:start]) + Markup("<mark>%s</mark>") % text[start:end]
        place = end
    return shown + escape(text[place:])


def path_of(passage: Passage, report: Report) -> tuple[str, ...]:
    """The headings above a passage, without the report's own title again."""
    section = passage.section
    return section[1:] if section and section[0].strip() == report.title.strip() else section


def coins(report: Report) -> str:
    """The report for reference managers that look at the page."""
    return context_object(reference_of(report))


def citation(report: Report) -> str:
    """The report as a list of references has it, with its address."""
    reference = reference_of(report)
    return " ".join(filter(None, (reference_words(reference), address_of(reference))))


def tongue(report: Report) -> str:
    """The language of a report's text; empty where it is unknown. Records are in English."""
    return report.metadata.language or ("en" if report.document_type is DocumentType.RECORD else "")


def drawings(report: Report) -> tuple[Drawing, ...]:
    """The centre's rating as the centre draws it."""
    return draw(report.metadata.rating, report.assessment)


def clean(words: str | None) -> str:
    """Words from outside in one line, without what would turn the direction of what is beside."""
    return undirected(one_line(words or ""))


def host_of(url: str) -> str:
    """The host of an address."""
    return urlsplit(url).netloc.removeprefix("www.")


def strongest_first(levels: Iterable[Level]) -> list[Level]:
    """Levels of a scheme by their strength, those without a number last."""
    return sorted(levels, key=lambda level: -1 if level.strength is None else level.strength)[::-1]


def day(time: str | None) -> str:
    """The day of an ISO 8601 time in the page's language; empty where there is none."""
    if not time:
        return ""
    year, month, number = map(int, time[:10].split("-"))
    return f"{number} {gettext(MONTHS[month - 1])} {year}"


def render(template: str, **shown: Any) -> str:  # noqa: ANN401 - what the template shows
    """Fill a template, in the language of the page being asked for."""
    return _TEMPLATES.get_template(template).render(**shown)


def problem_page(told: Problem) -> str:
    """An error as a page."""
    title = gettext(TITLES.get(HTTPStatus(told.status), told.title))
    return render("problem.html", problem=told, title=title)


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)
_TEMPLATES.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
_TEMPLATES.filters.update(
    marked=marked,
    safe_link=web_address,
    coins=coins,
    citation=citation,
    drawings=drawings,
    say=say,
    tongue=tongue,
    permalink=permalink,
    digest=text_sha256,
    segment=lambda each: quote(each, safe=""),
    clean=clean,
    day=day,
    public_place=public_place,
    host=host_of,
    strongest_first=strongest_first,
)
_TEMPLATES.globals.update(
    where=where,
    path_of=path_of,
    page_path=page_path,
    report_path=report_path,
    read_as=read_as,
    words=value_words,
    visit=visit,
    to=lambda path: visit().to(path),
    LANGUAGES=LANGUAGES,
    AXES=AXES,
)
