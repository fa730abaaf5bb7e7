"""Questions, answered: what the service is for, and what it can do first."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.cursors import Cursor, place_of
from api.dependencies import AnySearcher, Fresh, ShownKey
from api.parts import RankingQuery
from api.problem_docs import documented
from api.schemas.answers import SearchResponse
from api.selection import chosen, included
from search.searcher import DEEPEST

router = APIRouter(prefix="/v1")

_UNREADY = HTTPStatus.SERVICE_UNAVAILABLE
_INVALID = HTTPStatus.UNPROCESSABLE_ENTITY


@router.get(
    "/search",
    responses=documented(HTTPStatus.GONE, _INVALID, _UNREADY),
    response_model=SearchResponse,
    summary="Answer a question",
)
def search(query: RankingQuery, searcher: AnySearcher, fresh: Fresh, key: ShownKey) -> Response:
    """Ranked, verbatim passages with page, rating and why they rank.

    `next_cursor` leads to the next `k` passages of the same ranking, 1,000 in all.
    """
    query = query.within(key.scope if key else None)
    skip = place_of(query.cursor, query, searcher.generation)
    included(SearchResponse, query.fields)
    fresh.confirm()
    answer = query.ask(searcher, k=query.k, skip=skip)
    after = skip + query.k
    more = len(answer.hits) == query.k and after + query.k <= DEEPEST
    cursor = Cursor.at(after, query, searcher.generation).write() if more else None
    return chosen(SearchResponse.from_answer(answer, cursor), query.fields, fresh.headers)
