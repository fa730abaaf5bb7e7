"""The API, version 1: reports, passages and centres by their ids."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.dependencies import AnySearcher, Fresh
from api.details import DetailsOut
from api.parameters import AnyId, FieldParameters, PageQuery
from api.problem_docs import documented
from api.schemas.reports import PassageOut, ReportOut
from api.selection import chosen, included
from corpus.centres import Centre, Membership, load_centres

router = APIRouter(prefix="/v1")

_UNREADY = HTTPStatus.SERVICE_UNAVAILABLE
_INVALID = HTTPStatus.UNPROCESSABLE_ENTITY


class ReportWithPassages(BaseModel):
    """A report and a part of its passages, in reading order."""

    report: ReportOut
    details: DetailsOut
    passages: list[PassageOut]
    total: int = Field(description="Passages of the report in all.")
    limit: int
    offset: int


class PassageWithReport(BaseModel):
    """A passage and the report it is from."""

    passage: PassageOut
    report: ReportOut
    unchanged: bool | None = Field(
        description="Whether the text is the one whose hash was given; null where none was."
    )
    generation: str = Field(description="The index generation that answered.")
    model: str


class ProofParameters(FieldParameters):
    """What a permalink says of the passage as it was quoted."""

    text_sha256: str | None = Field(
        None,
        pattern=r"^[0-9a-f]{64}$",
        description="The hash of the text that was quoted.",
        examples=["0" * 64],
    )
    generation: str | None = Field(
        None,
        max_length=100,
        description="The generation it was quoted from, for the record.",
        examples=["20260102T030405678Z-0a1b2c3d"],
    )
    model: str | None = Field(
        None,
        max_length=300,
        description="The model that found it, for the record.",
        examples=["sentence-transformers/all-MiniLM-L6-v2"],
    )


class LicenceOut(BaseModel):
    """What a centre's terms permit, as far as they were seen."""

    index: bool = Field(description="A passage may be indexed and quoted with a link.")
    keep: bool = Field(description="A copy of the original may be kept.")
    show: bool = Field(description="The file itself may be shown; else it is only linked to.")
    text: str | None
    source: str | None


class CentreOut(BaseModel):
    """A centre, and how many of its reports are in this library."""

    id: str
    name: str
    former_names: list[str]
    home_url: str | None
    policy_areas: list[str]
    member: str
    membership: Membership
    rating_schemes: list[str]
    licence: LicenceOut
    reports: int

    @classmethod
    def of(cls, centre: Centre, reports: int) -> "CentreOut":
        """From the domain type."""
        return cls(
            id=centre.id,
            name=centre.name,
            former_names=list(centre.former_names),
            home_url=centre.home_url,
            policy_areas=list(centre.policy_areas),
            member=centre.member,
            membership=centre.membership,
            rating_schemes=list(centre.rating_schemes),
            licence=LicenceOut(**asdict(centre.licence)),
            reports=reports,
        )


class CentresResponse(BaseModel):
    """The registry of centres, and the publishers not in it."""

    centres: list[CentreOut]
    others: dict[str, int] = Field(
        description='Reports by publisher; "" for those of no known one.',
        examples=[{"Home Office": 2, "": 1}],
    )


@router.get(
    "/reports/{report_id}",
    responses=documented(HTTPStatus.NOT_FOUND, _INVALID, _UNREADY),
    response_model=ReportWithPassages,
    summary="A report and its passages",
)
def report(report_id: AnyId, page: PageQuery, searcher: AnySearcher, fresh: Fresh) -> Response:
    """A report with its passages in reading order."""
    found = searcher.report(report_id)
    included(ReportWithPassages, page.fields)
    fresh.confirm()
    passages = searcher.report_passages(report_id)
    shown = passages[page.offset : page.offset + page.limit]
    body = ReportWithPassages(
        report=ReportOut.of(found),
        details=DetailsOut.of(searcher.report_details(report_id)),
        passages=[PassageOut.of(passage) for passage in shown],
        total=len(passages),
        limit=page.limit,
        offset=page.offset,
    )
    return chosen(body, page.fields, fresh.headers)


@router.get(
    "/passages/{passage_id}",
    responses=documented(HTTPStatus.NOT_FOUND, _INVALID, _UNREADY),
    response_model=PassageWithReport,
    summary="A passage",
)
def passage(
    passage_id: AnyId,
    proof: Annotated[ProofParameters, Query()],
    searcher: AnySearcher,
    fresh: Fresh,
) -> Response:
    """A passage and the report it is from; with a hash, whether it is still what was quoted."""
    found = PassageOut.of(searcher.passage(passage_id))
    included(PassageWithReport, proof.fields)
    fresh.confirm()
    quoted = proof.text_sha256
    body = PassageWithReport(
        passage=found,
        report=ReportOut.of(searcher.report(found.report_id)),
        unchanged=None if quoted is None else quoted == found.text_sha256,
        generation=searcher.generation,
        model=searcher.spec.name,
    )
    return chosen(body, proof.fields, fresh.headers)


@router.get(
    "/centres",
    responses=documented(_INVALID, _UNREADY),
    response_model=CentresResponse,
    summary="The centres",
)
def centres(
    query: Annotated[FieldParameters, Query()], searcher: AnySearcher, fresh: Fresh
) -> Response:
    """Every centre of the network, with how many of its reports are here."""
    included(CentresResponse, query.fields)
    fresh.confirm()
    counts = dict(searcher.reports_by_centre())
    listed = [CentreOut.of(centre, counts.pop(centre.id, 0)) for centre in load_centres()]
    body = CentresResponse(centres=listed, others=counts)
    return chosen(body, query.fields, fresh.headers)
