"""About the evidence: the crosswalk from its data, and what the words on this site mean."""

from typing import Final

from fastapi import APIRouter, Response

from api.dependencies import AnySearcher
from api.routes.rendering import render
from corpus.assessment.schemes import load_schemes
from corpus.findings import Direction, Rating
from corpus.types import DocumentType
from search.confidence import MAY_ANSWER, SURE

router = APIRouter(include_in_schema=False)

#: What the numbers of the common scale mean: number, strength, cost, impact.
SCALE: Final = (
    (-1, "", "", "harm"),
    (0, "unrated or insufficient", "", "no effect"),
    (1, "a reasoned case or very low certainty", "very low", "small"),
    (2, "association or preliminary", "low", "moderate"),
    (3, "one sound causal study or a review with limits", "medium", "large"),
    (4, "several sound studies or a strong review", "high", ""),
    (5, "replicated or a very strong synthesis", "very high", ""),
)


@router.get("/about")
def about(searcher: AnySearcher) -> Response:
    """The page."""
    reports = searcher.standing_reports()
    html = render(
        "about.html",
        counts=searcher.counts,
        records=sum(report.document_type is DocumentType.RECORD for report in reports),
        rated=sum(report.metadata.rating != Rating() for report in reports),
        may_answer=MAY_ANSWER,
        sure=SURE,
        directions=list(Direction),
        scale=SCALE,
        schemes=load_schemes(),
    )
    return Response(html, media_type="text/html")
