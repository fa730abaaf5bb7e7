"""The page of a report: what is known of it, where that is from, and all it says."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.dependencies import AnySearcher, Site
from api.languages import gettext
from api.parameters import AnyId
from api.places import Range, numbered_path, place_of, report_path
from api.routes.given import TheOriginals
from api.routes.rendering import render
from api.routes.wording import value_words
from corpus.details import ReportDetails
from corpus.findings import FactKind, Quotation
from corpus.types import DocumentType, Passage, Report, ReportStatus
from search.citing.coins import context_object
from search.citing.highwire import highwire_tags
from search.citing.reference import reference_of
from search.citing.schema_org import json_ld
from search.citing.types import CitationFormat
from search.citing.wording import reference_words
from search.errors import UnknownId
from search.questions import LARGEST_K, LONGEST_QUESTION
from search.searcher import Searcher
from search.types import Filters, ScoredPassage

router = APIRouter(include_in_schema=False)

A_PART: Final = 20  # passages of the text shown at once
SHOWN: Final = 10  # of the passages that match a question, before all are asked for


class ReportParameters(BaseModel):
    """What of a report is wanted; other parameters are passed over, for links carry their own."""

    q: str = Field("", max_length=LONGEST_QUESTION)
    part: int = Field(1, ge=1, le=1_000_000)
    passage: str | None = Field(None, max_length=200)
    all: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A quoted sentence, what it shows, and the page it is to be seen on."""

    label: str
    quotation: Quotation
    link: str | None


@router.get("/reports/{report_id}")
def report(
    report_id: AnyId,
    query: Annotated[ReportParameters, Query()],
    searcher: AnySearcher,
    originals: TheOriginals,
    site: Site,
) -> Response:
    """Everything about one report."""
    found = searcher.report(report_id)
    details = searcher.report_details(report_id)
    passages = searcher.report_passages(report_id)
    file = originals.file(found)
    reference = reference_of(found)
    address = f"{site}{report_path(report_id)}"
    pdf = f"{site}/files/{report_id}" if file and found.document_type is DocumentType.PDF else None
    known = found.metadata
    part = _part(query, passages)
    matches = matching(searcher, found, query.q)
    html = render(
        "report.html",
        report=found,
        details=details,
        reference=reference,
        cited=reference_words(reference),
        coins=context_object(reference),
        tags=highwire_tags(reference, page=address, file=pdf),
        linked=json_ld(
            reference, page=address, file=pdf, licence=known.licence, topics=known.topics
        ),
        address=address,
        formats=list(CitationFormat),
        file=file,
        centres={centre.id: centre for centre in originals.centres()},
        designs=[
            Shown(
                value_words("design", tag.design),
                tag.shown_by,
                _link(found, tag.shown_by, passages),
            )
            for tag in found.designs
        ],
        facts=[
            Shown(figures()[fact.kind], fact.quotation, _link(found, fact.quotation, passages))
            for fact in details.facts
        ],
        versions=_versions(searcher, details),
        related=searcher.related.close_to(report_id),
        question=query.q.strip(),
        matches=matches if query.all else matches[:SHOWN],
        matching=len(matches),
        asked=query.passage,
        passages=passages[(part - 1) * A_PART : part * A_PART],
        total=len(passages),
        first=(part - 1) * A_PART + 1,
        part=part,
        parts=max(1, -(-len(passages) // A_PART)),
    )
    return Response(html, media_type="text/html")


def _part(query: ReportParameters, passages: tuple[Passage, ...]) -> int:
    """Which part of the text to show: the one that holds the passage asked for, else its number.

    Raises:
        UnknownId: the report has no such part or passage.
    """
    if query.passage is not None:
        for place, passage in enumerate(passages):
            if passage.passage_id == query.passage:
                return place // A_PART + 1
        raise UnknownId(
            "This report has no passage {passage_id!r}.",
            cure="It may have changed since: a report that changed has new ones. Search again.",
            values={"passage_id": query.passage},
        )
    if query.part > 1 and (query.part - 1) * A_PART >= len(passages):
        raise UnknownId(
            "The text of this report has no part {part}.",
            cure="Begin with part 1.",
            values={"part": query.part},
        )
    return query.part


def matching(searcher: Searcher, report: Report, question: str) -> tuple[ScoredPassage, ...]:
    """Passages of a report that match a question, best first; replaced reports match nothing.

    Those that score above the mean of the report's candidates, and the best one in any case.
    """
    if not question.strip() or report.status is not ReportStatus.CURRENT:
        return ()
    own = Filters(reports=(report.report_id,))
    hits = searcher.ask(question, filters=own, k=LARGEST_K).hits
    return tuple(hit for hit in hits if hit.score > 0) or hits[:1]


def figures() -> dict[FactKind, str]:
    """What quoted figures are called."""
    return {
        FactKind.SAMPLE_SIZE: gettext("sample size"),
        FactKind.EFFECT_SIZE: gettext("effect size"),
        FactKind.UNIT_COST: gettext("cost of one"),
        FactKind.BENEFIT_COST: gettext("benefit against cost"),
    }


def _link(report: Report, quotation: Quotation, passages: tuple[Passage, ...]) -> str | None:
    if report.document_type is not DocumentType.PDF:
        return None
    place: tuple[Passage | None, Range | None] = place_of(quotation, passages) or (None, None)
    return numbered_path(report, quotation.page, *place)


def _versions(searcher: Searcher, details: ReportDetails) -> tuple[Report, ...]:
    """Other versions that can be shown, newest first."""
    return searcher.reports_of(version.report_id for version in details.versions)
