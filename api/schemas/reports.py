"""Reports and passages as HTTP shows them."""

from typing import Self

from pydantic import BaseModel, Field

from corpus.centres import centre_names
from corpus.details import Relative
from corpus.findings import Assessment, DesignTag, Direction, Quotation, Rating, StudyDesign
from corpus.types import DocumentType, Metadata, Passage, PublicationType, Report, ReportStatus
from search.citing.permalinks import text_sha256
from search.citing.wording import public_place


class PageOut(BaseModel):
    """Where a passage stands."""

    number: int = Field(description="Physical page of the file, from 1.", examples=[12])
    label: str | None = Field(description="The page's printed label.", examples=["10"])


class HighlightOut(BaseModel):
    """Characters of the passage's text, half open."""

    start: int
    end: int


class QuotationOut(BaseModel):
    """A verbatim sentence and its physical page."""

    page: int
    text: str

    @classmethod
    def of(cls, quotation: Quotation) -> Self:
        """From the domain type."""
        return cls(page=quotation.page, text=quotation.text)


class RatingOut(BaseModel):
    """In the centre's own words."""

    evidence: str | None
    cost: str | None
    impact: str | None

    @classmethod
    def of(cls, rating: Rating) -> Self | None:
        """None where the centre gave no rating at all."""
        if rating == Rating():
            return None
        return cls(evidence=rating.evidence, cost=rating.cost, impact=rating.impact)


class AssessmentOut(BaseModel):
    """The rating on the common scale: to sort, filter and compare by, never in its place."""

    scheme: str | None = Field(description="The scheme the native words belong to.")
    strength: int | None = Field(description="0 (insufficient) to 5.")
    cost: int | None = Field(description="1 (very low) to 5 (very high).")
    impact: int | None = Field(description="-1 (harm), 0 (no effect) to 3 (large).")
    direction: Direction = Field(
        description='"no_effect" was tested; "untested" was not; "unclear" says neither.'
    )
    rules: list[str] = Field(description="What mapped each part.")

    @classmethod
    def of(cls, assessment: Assessment) -> Self:
        """From the domain type."""
        return cls(
            scheme=assessment.scheme,
            strength=assessment.strength,
            cost=assessment.cost,
            impact=assessment.impact,
            direction=assessment.direction,
            rules=list(assessment.rules),
        )


class DesignOut(BaseModel):
    """A study design, and the sentence that shows it."""

    design: StudyDesign
    shown_by: QuotationOut

    @classmethod
    def of(cls, tag: DesignTag) -> Self:
        """From the domain type."""
        return cls(design=tag.design, shown_by=QuotationOut.of(tag.shown_by))


class ReportOut(BaseModel):
    """A report as it is shown beside its passages."""

    report_id: str
    title: str
    centre: str | None = Field(examples=["eef"])
    centre_name: str | None = Field(
        description="In words.", examples=["Education Endowment Foundation"]
    )
    year: int | None
    url: str | None
    file: str = Field(
        description="The address it was added from; of a file of the server, its name alone.",
        examples=["mentoring-trial.pdf"],
    )
    rating: RatingOut | None = Field(description="As the centre gave it; null where it gave none.")
    assessment: AssessmentOut
    centres: list[str] = Field(description="All that publish it.")
    designs: list[DesignOut]
    publication_type: PublicationType | None
    language: str | None
    status: ReportStatus = Field(
        description='"replaced" and "withdrawn" reports are reachable here and never found.'
    )
    status_note: str | None
    replaced_by: str | None = Field(description="The id of the version in its place.")
    authors: list[str]
    doi: str | None
    licence: str | None
    topics: list[str]
    document_type: DocumentType
    study_design: str | None
    source: str | None = Field(
        description='For evidence records: "centre" or "secondary", where the facts were seen.'
    )
    page_count: int
    is_summary: bool = Field(
        description="The passages are a summary in this project's words, not the centre's."
    )

    @classmethod
    def of(cls, report: Report) -> Self:
        """From the domain type."""
        known: Metadata = report.metadata
        return cls(
            report_id=report.report_id,
            title=report.title,
            centre=known.centre,
            centre_name=centre_names().get(known.centre or "", known.centre),
            year=known.year,
            url=known.url,
            file=public_place(report.file),
            rating=RatingOut.of(known.rating),
            assessment=AssessmentOut.of(report.assessment),
            centres=list(report.centres),
            designs=[DesignOut.of(tag) for tag in report.designs],
            publication_type=known.publication_type,
            language=known.language,
            status=report.status,
            status_note=report.status_note,
            replaced_by=report.replaced_by,
            authors=list(known.authors),
            doi=known.doi,
            licence=known.licence,
            topics=list(known.topics),
            document_type=report.document_type,
            study_design=known.study_design,
            source=known.source,
            page_count=report.page_count,
            is_summary=report.document_type is DocumentType.RECORD,
        )


class RelativeOut(BaseModel):
    """Another publication of the same study, or another version of the same report."""

    report_id: str
    title: str
    role: str = Field(examples=["protocol", "final", "version"])
    year: int | None
    because: str = Field(description="Why it is taken for the same study.")

    @classmethod
    def of(cls, relative: Relative) -> Self:
        """From the domain type."""
        return cls(
            report_id=relative.report_id,
            title=relative.title,
            role=relative.role,
            year=relative.year,
            because=relative.because,
        )


class PassageOut(BaseModel):
    """A passage, verbatim."""

    passage_id: str
    report_id: str
    text: str
    section: list[str] = Field(description="The headings above it, outermost first.")
    kind: str
    pages: list[PageOut]
    text_sha256: str = Field(description="Of the text in UTF-8: proves a quotation unchanged.")

    @classmethod
    def of(cls, passage: Passage) -> Self:
        """From the domain type."""
        return cls(
            passage_id=passage.passage_id,
            report_id=passage.report_id,
            text=passage.text,
            section=list(passage.section),
            kind=passage.kind,
            pages=pages_of(passage),
            text_sha256=text_sha256(passage),
        )


def pages_of(passage: Passage) -> list[PageOut]:
    """The distinct pages of a passage, in order, with their labels."""
    numbers = dict.fromkeys(span.page for span in passage.spans)
    return [
        PageOut(number=number, label=label)
        for number, label in zip(numbers, passage.page_labels, strict=True)
    ]
