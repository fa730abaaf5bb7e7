"""Long exports, sent as they are made: never the whole of one in memory."""

from collections.abc import Iterator
from enum import StrEnum
from http import HTTPStatus
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.dependencies import AnySearcher, Fresh, Site
from api.heads import body_wanted
from api.parameters import FilterParameters, QuestionParameters
from api.problem_docs import documented
from search.citing.collecting import Indexed, quote
from search.citing.formats import FORMATS, file_name
from search.citing.tables import Row, csv_lines, jsonl_lines
from search.citing.types import ExportFormat
from search.questions import LONGEST_QUESTION
from search.searcher import Searcher
from search.walking import every_passage, likely_passages

router = APIRouter(prefix="/v1")

_WRITERS = {ExportFormat.CSV: csv_lines, ExportFormat.JSONL: jsonl_lines}


class StreamFormat(StrEnum):
    """What can be written a passage at a time."""

    CSV = "csv"
    JSONL = "jsonl"


class StreamParameters(FilterParameters):
    """Which passages, and the format of the file."""

    q: str | None = Field(
        None,
        min_length=1,
        max_length=LONGEST_QUESTION,
        description="A policy question; without one, every passage of the reports that pass.",
        examples=["Does mentoring keep young people out of crime?"],
    )
    format: StreamFormat = Field(description="The file's format.", examples=["jsonl"])


@router.get(
    "/export/passages",
    responses=documented(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
    | {
        200: {
            "description": "A file, sent as it is made",
            "content": {
                FORMATS[ExportFormat(each)].media_type.partition(";")[0]: {
                    "schema": {"type": "string", "format": "binary"}
                }
                for each in StreamFormat
            },
        }
    },
    response_class=Response,
    summary="Take many passages away",
)
def export_passages(
    request: Request,
    query: Annotated[StreamParameters, Query()],
    searcher: AnySearcher,
    fresh: Fresh,
    site: Site,
) -> Response:
    """Every passage likely to answer, up to 1,000, or every passage of a filtered library.

    The lines are those of /v1/export. A file that breaks off ends its connection early.
    """
    rows = _rows(query, searcher, site)
    first = list(next_of(rows))  # a wrong question is refused before anything is sent
    fresh.confirm()
    to = ExportFormat(query.format)
    written = FORMATS[to]
    name = file_name(query.q or "library", written.suffix)
    headers = {**fresh.headers, "Content-Disposition": f'attachment; filename="{name}"'}
    lines = _WRITERS[to](chain(first, rows)) if body_wanted(request) else iter(())
    return StreamingResponse(lines, media_type=written.media_type, headers=headers)


def next_of(rows: Iterator[Row]) -> Iterator[Row]:
    """The first row, where there is one."""
    for row in rows:
        yield row
        return


def _rows(query: StreamParameters, searcher: Searcher, site: str) -> Iterator[Row]:
    index = Indexed(site, searcher.generation, searcher.spec.name)
    if query.q is None:
        found = enumerate(every_passage(searcher, query.filters()), start=1)
        for rank, (report, passage) in found:
            yield quote(passage, report, rank=rank, index=index)
        return
    asked = QuestionParameters(q=query.q, **query.model_dump(exclude={"q", "format"}))
    for hit in likely_passages(lambda k, skip: asked.ask(searcher, k=k, skip=skip)):
        yield quote(hit.passage, hit.report, rank=hit.rank, index=index, confidence=hit.confidence)
