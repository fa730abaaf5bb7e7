"""Answers and references as files to take away."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.dependencies import AnySearcher, Fresh, Freshness, Site
from api.parameters import AnyId, NoParameters, SearchParameters
from api.problem_docs import documented
from search.citing.collecting import cite, collect
from search.citing.formats import FORMATS, file_name
from search.citing.types import CitationFormat, ExportFormat, Takeaway

router = APIRouter(prefix="/v1")

LONDON: Final = ZoneInfo("Europe/London")
_INVALID = HTTPStatus.UNPROCESSABLE_ENTITY
_UNREADY = HTTPStatus.SERVICE_UNAVAILABLE


class ExportParameters(SearchParameters):
    """A question, its filters, and the format of the file."""

    format: ExportFormat = Field(description="The file's format.", examples=["ris"])


class CitationParameters(NoParameters):
    """The format of the file."""

    format: CitationFormat = Field(description="The file's format.", examples=["bibtex"])


def _files(*formats: ExportFormat) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint that answers with a file."""
    file = {"schema": {"type": "string", "format": "binary"}}
    items = {"schema": {"type": "array", "items": {"type": "object"}}}
    content = {
        FORMATS[each].media_type.partition(";")[0]: (
            items if each is ExportFormat.CSL_JSON else file
        )
        for each in formats
    }
    return {200: {"description": "A file", "content": content}}


@router.get(
    "/export",
    responses=documented(_INVALID, _UNREADY) | _files(*ExportFormat),
    response_class=Response,
    summary="Take an answer away",
)
def export(
    query: Annotated[ExportParameters, Query()], searcher: AnySearcher, fresh: Fresh, site: Site
) -> Response:
    """An answer as a file: every quotation with its page, permalink and the centre's rating."""
    fresh.confirm()
    answer = query.ask(searcher, k=query.k)
    takeaway = collect(answer, site=site, asked=datetime.now(LONDON).date())
    return _file(takeaway, query.format, answer.query, fresh)


@router.get(
    "/reports/{report_id}/citation",
    responses=documented(HTTPStatus.NOT_FOUND, _INVALID, _UNREADY)
    | _files(*(ExportFormat(each) for each in CitationFormat)),
    response_class=Response,
    summary="Cite a report",
)
def citation(
    report_id: AnyId,
    query: Annotated[CitationParameters, Query()],
    searcher: AnySearcher,
    fresh: Fresh,
) -> Response:
    """A report's reference as a file."""
    found = searcher.report(report_id)
    fresh.confirm()
    return _file(cite(found), ExportFormat(query.format), report_id, fresh)


def _file(takeaway: Takeaway, to: ExportFormat, words: str, fresh: Freshness) -> Response:
    written = FORMATS[to]
    name = file_name(words, written.suffix)
    headers = {**fresh.headers, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written.write(takeaway), media_type=written.media_type, headers=headers)
