"""Feeds: new evidence on a question, as it comes into the library."""

import json
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.atom import MEDIA_TYPE, Feed, write_feed
from api.dependencies import AnySearcher, Fresh, Site
from api.parameters import QuestionParameters
from api.problem_docs import documented
from search.citing.collecting import filter_words
from search.index.generations import made_at
from search.questions import LARGEST_K
from search.types import by_report

router = APIRouter(prefix="/v1/feeds")


@router.get(
    "/search.atom",
    responses=documented(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
    | {200: {"description": "An Atom feed", "content": {MEDIA_TYPE: {}}}},
    response_class=Response,
    summary="New evidence on a question",
)
def search_feed(
    request: Request,
    query: Annotated[QuestionParameters, Query()],
    searcher: AnySearcher,
    fresh: Fresh,
    site: Site,
) -> Response:
    """Reports likely to answer, those that came into the library last first."""
    fresh.confirm()
    answer = query.ask(searcher, k=LARGEST_K)
    likely = set(answer.statement.reports)
    asked = query.model_dump(mode="json", exclude_defaults=True)
    feed = Feed(
        id=sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16],
        question=answer.query,
        filters=filter_words(answer.filters),
        groups=by_report(hit for hit in answer.hits if hit.report.report_id in likely),
        site=site,
        address=f"{site}{request.url.path}?{request.url.query}",
        page=f"{site}/?{urlencode(asked, doseq=True)}",
        made=made_at(answer.generation),
    )
    return Response(write_feed(feed), media_type=MEDIA_TYPE, headers=fresh.headers)
