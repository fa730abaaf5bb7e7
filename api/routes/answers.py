"""Questions, answered: what the service is for, and what it can do first."""

import time
from dataclasses import replace
from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from api import metrics
from api.cursors import Cursor, place_of
from api.dependencies import AnySearcher, Fresh, Kept, ShownKey
from api.parts import RankingParameters, RankingQuery
from api.problem_docs import documented
from api.repeats import Sent
from api.schemas.answers import SearchResponse
from api.selection import as_json, included
from search.questions import DEEPEST
from search.searcher import Searcher

router = APIRouter(prefix="/v1")

_UNREADY = HTTPStatus.SERVICE_UNAVAILABLE
_INVALID = HTTPStatus.UNPROCESSABLE_ENTITY


@router.get(
    "/search",
    responses=documented(HTTPStatus.GONE, _INVALID, _UNREADY),
    response_model=SearchResponse,
    summary="Answer a question",
)
async def search(
    query: RankingQuery, searcher: AnySearcher, fresh: Fresh, key: ShownKey, kept: Kept
) -> Response:
    """Ranked, verbatim passages with page, rating and why they rank.

    `next_cursor` leads to the next `k` passages of the same ranking, 1,000 in all.
    """
    start = time.perf_counter()
    query = query.within(key.scope if key else None)
    skip = place_of(query.cursor, query, searcher.generation)
    included(SearchResponse, query.fields)
    fresh.confirm()
    if sent := kept.find(searcher, query):  # told in the event loop: a thread would take longer
        took_ms = {"total": round((time.perf_counter() - start) * 1000, 3)}
        metrics.answered(replace(sent.answer, took_ms=took_ms), later=skip > 0)
        return as_json(sent.body(took_ms), fresh.headers)
    sent = await run_in_threadpool(_answer, query, searcher, skip)
    kept.keep(searcher, query, sent)
    return as_json(sent.body(sent.answer.took_ms), fresh.headers)


def _answer(query: RankingParameters, searcher: Searcher, skip: int) -> Sent:
    answer = query.ask(searcher, k=query.k, skip=skip)
    after = skip + query.k
    more = len(answer.hits) == query.k and after + query.k <= DEEPEST
    cursor = Cursor.at(after, query, searcher.generation).write() if more else None
    return Sent.of(answer, cursor, query.fields)
