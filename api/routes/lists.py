"""Lists of what the library holds."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.cursors import Cursor, place_of
from api.dependencies import AnySearcher, Fresh
from api.parts import ListQuery
from api.problem_docs import documented
from api.schemas.reports import ReportOut
from api.selection import chosen

router = APIRouter(prefix="/v1")


class ReportsResponse(BaseModel):
    """A part of the list of reports, in the order of their ids."""

    reports: list[ReportOut]
    total: int = Field(description="Reports of the whole list.", examples=[201])
    next_cursor: str | None = Field(description="Of the next part; null at the end.")
    generation: str = Field(description="The index generation that answered.")


@router.get(
    "/reports",
    responses=documented(
        HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
    ),
    response_model=ReportsResponse,
    summary="List reports",
)
def reports(query: ListQuery, searcher: AnySearcher, fresh: Fresh) -> Response:
    """The reports that pass the filters, a part at a time: of a centre, say."""
    place = place_of(query.cursor, query, searcher.generation)
    found = searcher.reports(query.filters())
    fresh.confirm()
    end = place + query.limit
    more = Cursor.at(end, query, searcher.generation).write() if end < len(found) else None
    body = ReportsResponse(
        reports=[ReportOut.of(report) for report in found[place:end]],
        total=len(found),
        next_cursor=more,
        generation=searcher.generation,
    )
    return chosen(body, query.fields, fresh.headers)
