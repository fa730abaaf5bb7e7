"""The one shape of an answer, for HTTP and for `evidence ask --json`."""

from dataclasses import asdict
from typing import Self

from pydantic import BaseModel, Field

from corpus.types import (
    Assessment,
    DesignTag,
    Direction,
    DocumentType,
    Metadata,
    Passage,
    PublicationType,
    Quotation,
    Rating,
    Report,
    ReportStatus,
    StudyDesign,
)
from search.citing.permalinks import permalink, text_sha256
from search.types import (
    Answer,
    EvidenceLevel,
    EvidenceStatement,
    Filters,
    ScoredPassage,
    Standing,
    Worth,
)


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
    year: int | None
    url: str | None
    file: str = Field(description="The path or address it was added from.")
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
            year=known.year,
            url=known.url,
            file=report.file,
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


class StandingOut(BaseModel):
    """Where one retriever put a passage; rank null where it did not propose it."""

    rank: int | None
    score: float | None

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """From the domain type."""
        return cls(rank=standing.rank, score=standing.score)


class WhyOut(BaseModel):
    """Why a passage stands where it does."""

    dense: StandingOut
    lexical: StandingOut
    reranker: StandingOut | None = Field(description="Null where no reranker is in use.")


class HitOut(BaseModel):
    """A ranked passage."""

    rank: int = Field(description="From 1.")
    score: float = Field(description="Higher is better; comparable within one answer only.")
    passage_id: str
    text: str = Field(description="Verbatim.")
    highlights: list[HighlightOut] = Field(description="The sentence that answers best.")
    pages: list[PageOut]
    section: list[str]
    kind: str
    why: WhyOut
    permalink: str = Field(
        description="Path of the passage, with the generation that gave it and its text's hash."
    )
    confidence: float = Field(description="Estimated chance that the passage answers, 0 to 1.")
    duplicates: list[str] = Field(description="Ids of near-identical passages not shown.")
    report: ReportOut

    @classmethod
    def of(cls, hit: ScoredPassage, generation: str) -> Self:
        """From the domain type."""
        return cls(
            rank=hit.rank,
            score=hit.score,
            passage_id=hit.passage.passage_id,
            text=hit.passage.text,
            highlights=[HighlightOut(start=start, end=end) for start, end in hit.highlights],
            pages=pages_of(hit.passage),
            section=list(hit.passage.section),
            kind=hit.passage.kind,
            why=WhyOut(
                dense=StandingOut.of(hit.dense),
                lexical=StandingOut.of(hit.lexical),
                reranker=StandingOut.of(hit.reranked) if hit.reranked else None,
            ),
            permalink=permalink(hit.passage, generation),
            confidence=round(hit.confidence, 3),
            duplicates=list(hit.duplicates),
            report=ReportOut.of(hit.report),
        )


class GroupOut(BaseModel):
    """A report of the answer and its passages, best first."""

    report_id: str
    passage_ids: list[str]


class FacetOut(BaseModel):
    """How many reports of the filtered result have a value."""

    value: str
    count: int


class FiltersOut(BaseModel):
    """The filters the answer was made with."""

    centre: list[str]
    year_from: int | None
    year_to: int | None
    document_type: list[DocumentType]
    topic: list[str]
    language: list[str]
    design: list[StudyDesign]
    direction: list[Direction]
    strength_from: int | None
    cost_to: int | None

    @classmethod
    def of(cls, filters: Filters) -> Self:
        """From the domain type."""
        return cls(
            centre=list(filters.centres),
            year_from=filters.year_from,
            year_to=filters.year_to,
            document_type=list(filters.document_types),
            topic=list(filters.topics),
            language=list(filters.languages),
            design=list(filters.designs),
            direction=list(filters.directions),
            strength_from=filters.strength_from,
            cost_to=filters.cost_to,
        )


class PartOut(BaseModel):
    """A sentence of the statement, and the passages it rests on."""

    words: str
    passage_ids: list[str]


class QuotedOut(BaseModel):
    """A report's best sentence, verbatim."""

    report_id: str
    passage_id: str
    words: str


class VerdictOut(BaseModel):
    """The reports that say the same of an effect."""

    direction: Direction
    report_ids: list[str]
    centres: list[str]
    quoted: list[QuotedOut]


class WorthOut(BaseModel):
    """What a report says of value for money; null is unknown, never low."""

    report_id: str
    title: str
    rating: RatingOut | None = Field(description="In the centre's own words.")
    strength: int | None
    cost: int | None
    impact: int | None
    direction: Direction

    @classmethod
    def of(cls, worth: Worth) -> Self:
        """From the domain type."""
        return cls(
            report_id=worth.report_id,
            title=worth.title,
            rating=RatingOut.of(worth.rating),
            strength=worth.strength,
            cost=worth.cost,
            impact=worth.impact,
            direction=worth.direction,
        )


class StatementOut(BaseModel):
    """What the reports found come to, by rule; passages unlikely to answer do not count."""

    level: EvidenceLevel = Field(
        description='"none": the library holds no passage likely to answer. Not the same as '
        '"tested, no effect", which is a verdict.'
    )
    answered: bool
    confidence: float = Field(description="Estimated chance that the best passage answers.")
    report_ids: list[str]
    centres: list[str]
    verdicts: list[VerdictOut]
    differ: bool = Field(
        description="Reports that tested an effect differ in their verdict: they disagree, or "
        "tested different things."
    )
    strengths: tuple[int, int] | None = Field(description="Lowest and highest, 0 to 5.")
    costs: tuple[int, int] | None = Field(description="Lowest and highest, 1 to 5.")
    years: tuple[int, int] | None = Field(description="Oldest and newest.")
    parts: list[PartOut] = Field(description="The same in sentences.")
    value: list[WorthOut] = Field(description="Value for money: the rated reports side by side.")
    nearest: list[str] = Field(description="Passages that come nearest where none answers.")
    unmatched: list[str] = Field(description="Words of the question that none of those has.")

    @classmethod
    def of(cls, statement: EvidenceStatement) -> Self:
        """From the domain type."""
        return cls(
            level=statement.level,
            answered=statement.answered,
            confidence=round(statement.confidence, 3),
            report_ids=list(statement.reports),
            centres=list(statement.centres),
            verdicts=[
                VerdictOut(
                    direction=each.direction,
                    report_ids=list(each.reports),
                    centres=list(each.centres),
                    quoted=[QuotedOut(**asdict(quoted)) for quoted in each.quoted],
                )
                for each in statement.verdicts
            ],
            differ=statement.differ,
            strengths=statement.strengths,
            costs=statement.costs,
            years=statement.years,
            parts=[PartOut(words=p.words, passage_ids=list(p.passages)) for p in statement.parts],
            value=[WorthOut.of(worth) for worth in statement.value],
            nearest=list(statement.nearest),
            unmatched=list(statement.unmatched),
        )


class SearchResponse(BaseModel):
    """An answer: ranked passages, grouped by report, with facets of the filtered result."""

    query: str
    filters: FiltersOut
    hits: list[HitOut]
    statement: StatementOut
    reports: list[GroupOut]
    facets: dict[str, list[FacetOut]]
    generation: str = Field(description="The index generation that answered.")
    model: str
    took_ms: dict[str, float] = Field(description="Milliseconds by stage, and in total.")

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """From the domain type."""
        return cls(
            query=answer.query,
            filters=FiltersOut.of(answer.filters),
            hits=[HitOut.of(hit, answer.generation) for hit in answer.hits],
            reports=[
                GroupOut(
                    report_id=group.report.report_id,
                    passage_ids=[hit.passage.passage_id for hit in group.hits],
                )
                for group in answer.groups
            ],
            statement=StatementOut.of(answer.statement),
            facets={
                facet: [FacetOut(value=each.value, count=each.count) for each in counts]
                for facet, counts in answer.facets.items()
            },
            generation=answer.generation,
            model=answer.model,
            took_ms=dict(answer.took_ms),
        )


def pages_of(passage: Passage) -> list[PageOut]:
    """The distinct pages of a passage, in order, with their labels."""
    numbers = dict.fromkeys(span.page for span in passage.spans)
    return [
        PageOut(number=number, label=label)
        for number, label in zip(numbers, passage.page_labels, strict=True)
    ]
