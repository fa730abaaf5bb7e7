"""Related studies as HTTP shows them."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.answers import FiltersOut
from api.schemas.reports import PassageOut, RelativeOut, ReportOut
from search.citing.permalinks import permalink
from search.related import ClosePair, Probe, Related, RelatedReport
from search.related.batch import ReferenceRow


class ProbePassageOut(BaseModel):
    """A passage of what was asked about, verbatim."""

    text: str
    passage_id: str | None = Field(description="Null where it is not of this library.")
    pages: list[int] = Field(description="Physical pages of the PDF it is from.")


class PairOut(BaseModel):
    """The closest passages of two studies, side by side."""

    asked: ProbePassageOut
    found: PassageOut
    permalink: str
    cosine: float = Field(description="How alike the encoder takes them for, -1 to 1.")
    words: list[str] = Field(description="The rarest words that both have.")

    @classmethod
    def of(cls, pair: ClosePair, generation: str, model: str) -> Self:
        """From the domain type."""
        return cls(
            asked=ProbePassageOut(
                text=pair.probe.text,
                passage_id=pair.probe.passage_id,
                pages=list(pair.probe.pages),
            ),
            found=PassageOut.of(pair.passage),
            permalink=permalink(pair.passage, generation, model),
            cosine=pair.cosine,
            words=list(pair.words),
        )


class RelatedReportOut(BaseModel):
    """A report near what was asked about, and why."""

    rank: int = Field(description="From 1.")
    score: float = Field(description="-1 to 1; comparable between answers.")
    close: bool = Field(
        description="As near as reports on one subject are; false: merely the nearest there is."
    )
    topics: list[str] = Field(description="Topics that both have.")
    pairs: list[PairOut] = Field(description="The closest passages, closest first.")
    report: ReportOut

    @classmethod
    def of(cls, related: RelatedReport, generation: str, model: str) -> Self:
        """From the domain type."""
        return cls(
            rank=related.rank,
            score=related.score,
            close=related.close,
            topics=list(related.topics),
            pairs=[PairOut.of(pair, generation, model) for pair in related.pairs],
            report=ReportOut.of(related.report),
        )


class ProbeOut(BaseModel):
    """What was asked about."""

    report_id: str | None = Field(description="Null where it is not of this library.")
    title: str | None
    passages: int = Field(description="How many passages it has.")
    compared: int = Field(description="How many of them were compared, evenly spread.")

    @classmethod
    def of(cls, probe: Probe) -> Self:
        """From the domain type."""
        return cls(
            report_id=probe.report.report_id if probe.report else None,
            title=probe.title,
            passages=probe.total,
            compared=len(probe.passages),
        )


class RelatedResponse(BaseModel):
    """The reports nearest to what was asked about, nearest first."""

    asked: ProbeOut
    filters: FiltersOut
    reports: list[RelatedReportOut]
    family: list[RelativeOut] = Field(
        description="The same study's other publications: never among `reports`."
    )
    same: list[str] = Field(description="Ids of reports whose text was sent; not in `reports`.")
    generation: str
    model: str
    took_ms: dict[str, float]

    @classmethod
    def of(cls, related: Related) -> Self:
        """From the domain type."""
        return cls(
            asked=ProbeOut.of(related.probe),
            filters=FiltersOut.of(related.filters),
            reports=[
                RelatedReportOut.of(each, related.generation, related.model)
                for each in related.reports
            ],
            family=[RelativeOut.of(relative) for relative in related.probe.family],
            same=[each.report_id for each in related.same],
            generation=related.generation,
            model=related.model,
            took_ms=dict(related.took_ms),
        )


class ReferenceOut(BaseModel):
    """A reference of a list, and what the library holds near it."""

    number: int = Field(description="Its place in the list, from 1.")
    title: str | None
    doi: str | None
    held: list[str] = Field(description="Ids of the library's reports that it is.")
    related: list[RelatedReportOut] = Field(description="Close reports only.")
    problem: str | None = Field(description="Why nothing could be compared.")

    @classmethod
    def of(cls, row: ReferenceRow, generation: str, model: str) -> Self:
        """From the domain type."""
        return cls(
            number=row.reference.number,
            title=row.reference.title,
            doi=row.reference.doi,
            held=[report.report_id for report in row.held],
            related=[RelatedReportOut.of(each, generation, model) for each in row.related],
            problem=row.problem,
        )


class ReferencesResponse(BaseModel):
    """Every reference of a list, in order."""

    references: list[ReferenceOut]
    generation: str
    model: str
