"""Reports side by side: what each tested, how strong it is, what it costs, what it says."""

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.dependencies import AnySearcher
from api.languages import gettext
from api.routes.given import TheOriginals
from api.routes.rendering import render
from api.routes.reports import figures, matching
from api.routes.wording import value_words
from corpus.findings import Direction
from corpus.types import Report
from search.questions import LONGEST_QUESTION
from search.searcher import Searcher

router = APIRouter(include_in_schema=False)

MOST: Final = 5
FACTS: Final = 4  # quoted figures of a report
MATCHES: Final = 2  # passages of a report on a question
ADDITIONS: Final = 6
_Id = Annotated[str, Field(min_length=1, max_length=200)]


class CompareParameters(BaseModel):
    """Ids of the reports, and a question to put to each."""

    report: Annotated[list[_Id], Field(max_length=50)] = Field([])
    q: str = Field("", max_length=LONGEST_QUESTION)


@router.get("/compare")
def compare(
    query: Annotated[CompareParameters, Query()], searcher: AnySearcher, originals: TheOriginals
) -> Response:
    """The page; with more reports than fit, the first of them and a word of it."""
    ids = list(dict.fromkeys(query.report))
    reports = [searcher.report(each) for each in ids[:MOST]]
    question = query.q.strip()
    chosen = [report.report_id for report in reports]
    html = render(
        "compare.html",
        reports=reports,
        rows=_rows(reports),
        facts=[searcher.report_details(each).facts[:FACTS] for each in chosen],
        figures=figures(),
        question=question,
        matches=[matching(searcher, report, question)[:MATCHES] for report in reports],
        removals=[_address([e for e in chosen if e != each], question) for each in chosen],
        additions=[
            (each, _address([*chosen, each.report_id], question))
            for each in (_near(searcher, chosen) if len(chosen) < MOST else ())
        ],
        centres={centre.id: centre for centre in originals.centres()},
        fault=_fault(ids),
    )
    wrong = len(ids) > MOST
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return Response(html, status_code=status, media_type="text/html")


def _fault(ids: list[str]) -> str | None:
    if len(ids) <= MOST:
        return None
    return gettext("At most %(most)s reports fit side by side; the first ones are shown.") % {
        "most": MOST
    }


def _rows(reports: list[Report]) -> list[tuple[str, list[str | None]]]:
    """Each thing compared in words, with what every report says of it."""
    known = [report.metadata for report in reports]
    directions = [report.assessment.direction for report in reports]
    return [
        (gettext("Intervention"), [each.intervention for each in known]),
        (gettext("Population"), [each.population for each in known]),
        (gettext("Outcome"), [each.outcome for each in known]),
        (gettext("Setting"), [each.setting for each in known]),
        (
            gettext("Direction of effect"),
            [
                None if each is Direction.UNCLEAR else value_words("direction", each)
                for each in directions
            ],
        ),
    ]


def _near(searcher: Searcher, chosen: list[str]) -> list[Report]:
    """Reports related to those chosen, the nearest of each first."""
    found: dict[str, Report] = {}
    for each in chosen:
        for report in searcher.related.close_to(each):
            if report.report_id not in chosen:
                found.setdefault(report.report_id, report)
    return list(found.values())[:ADDITIONS]


def _address(ids: list[str], question: str) -> str:
    asked = [("report", each) for each in ids] + ([("q", question)] if question else [])
    return f"/compare?{urlencode(asked)}" if asked else "/compare"
