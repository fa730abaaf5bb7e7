"""The web page: a question box, and answers that can be quoted. Works without JavaScript."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape
from pydantic import ValidationError

from api.dependencies import AnySearcher, SearchParameters
from api.problems import status_of
from corpus.centres import load_centres
from corpus.types import DocumentType, Passage, Report
from search.errors import InvalidQuery
from search.types import Answer, ScoredPassage

router = APIRouter(include_in_schema=False)

EXAMPLES: Final = (
    "Does mentoring keep young people out of crime?",
    "Is reducing class size worth the money?",
    "What helps older people avoid falls?",
    "Do apprenticeships lead to jobs?",
)
FACET_NAMES: Final = {
    "centre": "Centre",
    "year": "Year",
    "topic": "Topic",
    "document_type": "Kind of document",
}
SHOWN_FACETS: Final = 8


@router.get("/")
def ask(request: Request, searcher: AnySearcher) -> Response:
    """The page: empty without a question, with its answer otherwise."""
    raw = {name: request.query_params.getlist(name) for name in request.query_params}
    question = (raw.get("q") or [""])[-1].strip()
    if not question:
        return _page(request, raw, counts=searcher.counts)
    try:
        parameters = SearchParameters.model_validate(_typed(raw))
        answer = searcher.ask(question, filters=parameters.filters(), k=parameters.k)
    except ValidationError as error:
        fault = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors())
        return _page(request, raw, fault=fault, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except InvalidQuery as error:
        fault = f"{error} {error.cure or ''}"
        return _page(request, raw, fault=fault, status=status_of(error))
    return _page(request, raw, answer=answer, counts=searcher.counts)


def _typed(raw: Mapping[str, list[str]]) -> dict[str, Any]:
    """Query parameters as the model wants them; empty form fields are left out."""
    several = {"centre", "document_type", "topic"}
    kept = {name: [v for v in values if v.strip()] for name, values in raw.items()}
    return {name: v if name in several else v[-1] for name, v in kept.items() if v}


def _page(
    request: Request,
    raw: Mapping[str, list[str]],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    **shown: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    names = {centre.id: centre.name for centre in load_centres()}
    html = _TEMPLATES.get_template("ask.html").render(
        question=(raw.get("q") or [""])[-1],
        raw=raw,
        examples=EXAMPLES,
        centres=names,
        facets=_facets(shown.get("answer"), raw, names),
        path=request.url.path,
        **shown,
    )
    return Response(html, status_code=status, media_type="text/html")


def _facets(
    answer: Answer | None, raw: Mapping[str, list[str]], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Facets as links: each adds its filter, or takes it away where it is on."""
    if answer is None:
        return []
    return [
        {
            "name": FACET_NAMES[facet],
            "values": [
                _facet_value(facet, each.value, each.count, raw, names)
                for each in counts[:SHOWN_FACETS]
            ],
        }
        for facet, counts in answer.facets.items()
        if counts
    ]


def _facet_value(
    facet: str, value: str, count: int, raw: Mapping[str, list[str]], names: Mapping[str, str]
) -> dict[str, Any]:
    fields = ("year_from", "year_to") if facet == "year" else (facet,)
    on = all(value in raw.get(field, []) for field in fields)
    pairs = [
        (name, each)
        for name, values in raw.items()
        for each in values
        if each.strip() and not (name in fields and (facet == "year" or each == value))
    ]
    if not on:
        pairs += [(field, value) for field in fields]
    text = names.get(value, value) if facet == "centre" else value
    return {"text": text, "count": count, "on": on, "link": f"/?{urlencode(pairs)}"}


def _marked(hit: ScoredPassage) -> Markup:
    """The passage with its best sentence marked, everything escaped."""
    text, shown, place = hit.passage.text, Markup(""), 0
    for start, end in hit.highlights:
        shown += escape(text[place:start]) + Markup("<mark>%s</mark>") % text[start:end]
        place = end
    return shown + escape(text[place:])


def _where(passage: Passage, report: Report) -> str:
    """Pages as a person cites them; empty for formats that have none."""
    if report.document_type is not DocumentType.PDF:
        return ""
    numbers = list(dict.fromkeys(span.page for span in passage.spans))
    told = [
        f"{number} (printed {label})" if label and label != str(number) else str(number)
        for number, label in zip(numbers, passage.page_labels, strict=True)
    ]
    return ("Page " if len(told) == 1 else "Pages ") + ", ".join(told)


def _safe_link(url: str | None) -> str | None:
    """An address to link to; only http and https ones."""
    return url if url and urlsplit(url).scheme in {"http", "https"} else None


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update(marked=_marked, safe_link=_safe_link)
_TEMPLATES.globals.update(where=_where)
