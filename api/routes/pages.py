"""The web page: a question box, and answers that can be quoted. Works without JavaScript."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.dependencies import AnySearcher, SearchParameters
from api.problems import describe_faults, status_of
from api.routes.forms import Asked
from api.routes.rendering import render
from corpus.centres import load_centres
from corpus.types import DocumentType
from search.errors import InvalidQuery
from search.searcher import LONGEST_QUESTION, Searcher

router = APIRouter(include_in_schema=False)

EXAMPLES: Final = (
    "Does mentoring keep young people out of crime?",
    "Is reducing class size worth the money?",
    "What helps older people avoid falls?",
    "Do apprenticeships lead to jobs?",
)
#: What the form calls its fields.
FIELDS: Final = {
    "q": "The question",
    "k": "The number of passages",
    "year_from": "The first year",
    "year_to": "The last year",
    "centre": "The centre",
    "document_type": "The kind of document",
    "topic": "The topic",
    "language": "The language",
    "nation": "The nation",
    "design": "The study design",
    "direction": "The direction",
    "strength_from": "The least strength",
    "cost_to": "The highest cost",
    "prefer_strong": "How far strong evidence moves up",
    "prefer_recent": "How far new reports move up",
    "exact": "The choice to search for what was typed",
}


@router.get("/")
def ask(request: Request, searcher: AnySearcher) -> Response:
    """The page: empty without a question, with its answer otherwise."""
    names = {centre.id: centre.name for centre in load_centres()}
    asked = Asked.of(request.query_params, names)
    if not asked.question:
        return _page(asked, searcher)
    try:
        parameters = asked.parameters()
        answer = parameters.ask(searcher, k=parameters.k)
    except ValidationError as error:
        fault = describe_faults(error.errors(), SearchParameters.model_fields, FIELDS)
        return _page(asked, searcher, fault=fault, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except InvalidQuery as error:
        fault = f"{error} {error.cure or ''}"
        return _page(asked, searcher, fault=fault, status=status_of(error))
    return _page(asked, searcher, answer=answer)


def _page(
    asked: Asked,
    searcher: Searcher,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    **shown: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    centres = {name: count for name, count in searcher.reports_by_centre().items() if name}
    page = {"answer": None, "fault": None, **shown}
    html = render(
        "ask.html",
        asked=asked,
        examples=EXAMPLES,
        centres=asked.choices("centre", centres),
        kinds=asked.choices("document_type", dict.fromkeys(map(str, DocumentType))),
        counts=searcher.counts,
        longest=LONGEST_QUESTION,
        **page,
    )
    return Response(html, status_code=status, media_type="text/html")
