"""The evidence gap map of a question: as data, and as a picture with a table beneath."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Self
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.dependencies import AnySearcher, Fresh
from api.parameters import SearchParameters
from api.problem_docs import documented
from api.routes.rendering import render
from corpus.centres import centre_names
from search.evidence_map import Axis, EvidenceMap, map_evidence
from search.questions import LARGEST_K
from search.searcher import Searcher

router = APIRouter(prefix="/v1")


class MapFormat(StrEnum):
    """How the map is told."""

    JSON = "json"
    HTML = "html"  # a picture (SVG) and a table


class MapParameters(SearchParameters):
    """A question, its filters, and the two axes."""

    k: int = Field(LARGEST_K, ge=1, le=LARGEST_K, description="How many passages to look at.")
    rows: Axis = Field(Axis.TOPIC, description="What the rows are.")
    columns: Axis = Field(Axis.CENTRE, description="What the columns are.")
    format: MapFormat = Field(MapFormat.JSON, description="json, or html for a picture.")


class CellOut(BaseModel):
    """A place of the map."""

    row: str
    column: str
    found: list[str] = Field(description="Ids of the reports found for the question.")
    held: int = Field(
        description="Reports of this place in the library, found or not. 0: none in the library, "
        "which does not mean that no study exists."
    )
    strength: int | None = Field(description="The highest of those found, 0 to 5.")
    untested: list[str] = Field(description="Those found that say that nobody has tested it.")


class MapOut(BaseModel):
    """A grid of the reports that are likely to answer."""

    query: str
    rows_by: Axis
    columns_by: Axis
    rows: list[str]
    columns: list[str]
    cells: list[CellOut]
    unplaced: list[str] = Field(description="Reports found that lack a value on an axis.")
    generation: str

    @classmethod
    def of(cls, query: str, drawn: EvidenceMap, generation: str) -> Self:
        """From the domain type."""
        return cls(
            query=query,
            rows_by=drawn.rows_by,
            columns_by=drawn.columns_by,
            rows=list(drawn.rows),
            columns=list(drawn.columns),
            cells=[
                CellOut(
                    row=each.row,
                    column=each.column,
                    found=list(each.found),
                    held=each.held,
                    strength=each.strength,
                    untested=list(each.untested),
                )
                for each in drawn.cells
            ],
            unplaced=list(drawn.unplaced),
            generation=generation,
        )


@router.get(
    "/evidence-map",
    responses=documented(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
    | {200: {"content": {"text/html": {}}}},
    response_model=MapOut,
    summary="Where there is evidence, and where there is none",
)
def evidence_map(
    query: Annotated[MapParameters, Query()], searcher: AnySearcher, fresh: Fresh
) -> MapOut | Response:
    """Reports likely to answer, laid out by two axes."""
    fresh.confirm()
    drawn = draw(searcher, query)
    if query.format is MapFormat.HTML:
        names = centre_names()
        kept = _kept(query)
        back = urlencode([pair for pair in kept if pair[0] not in {"format", "k"}])
        page = render(
            "map.html", drawn=drawn, question=query.q, names=names, kept=kept, back=f"/?{back}"
        )
        return Response(page, media_type="text/html", headers=fresh.headers)
    return MapOut.of(query.q, drawn, searcher.generation)


def _kept(query: MapParameters) -> list[tuple[str, str]]:
    """The question and what narrows it, as the fields of a form."""
    asked = query.model_dump(mode="json", exclude_defaults=True, exclude={"rows", "columns"})
    several = {name: value if isinstance(value, list) else [value] for name, value in asked.items()}
    return [(name, str(each)) for name, values in several.items() for each in values]


def draw(searcher: Searcher, query: MapParameters) -> EvidenceMap:
    """The map of a question."""
    answer = query.ask(searcher, k=query.k)
    return map_evidence(
        searcher.reports_of(answer.statement.reports),
        searcher.standing_reports(),
        rows_by=query.rows,
        columns_by=query.columns,
    )
