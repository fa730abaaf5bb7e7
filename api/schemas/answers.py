"""The one shape of an answer, for HTTP and for `evidence ask --json`."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.reports import HighlightOut, PageOut, ReportOut, pages_of
from api.schemas.statements import StatementOut
from corpus.findings import Direction, StudyDesign
from corpus.types import DocumentType
from search.citing.permalinks import permalink
from search.types import Answer, Filters, Reading, ScoredPassage, Standing


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
    tokens: float | None = Field(
        description="How near the passage comes to each of the question's words: the mean cosine "
        "of their nearest words, rare ones counting more. Null where it was not compared."
    )
    preferred: float = Field(description="What a preference added to the score.")
    reranker: StandingOut | None = Field(description="Null where no reranker read it.")


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
        description="Path of the passage, with the generation and model that gave it and its "
        "text's hash."
    )
    confidence: float = Field(description="Estimated chance that the passage answers, 0 to 1.")
    duplicates: list[str] = Field(description="Ids of near-identical passages not shown.")
    report: ReportOut

    @classmethod
    def of(cls, hit: ScoredPassage, generation: str, model: str) -> Self:
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
                tokens=None if hit.tokens is None else round(hit.tokens, 4),
                preferred=round(hit.preferred, 4),
                reranker=StandingOut.of(hit.reranked) if hit.reranked else None,
            ),
            permalink=permalink(hit.passage, generation, model),
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
    nation: list[str]
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
            nation=list(filters.nations),
            design=list(filters.designs),
            direction=list(filters.directions),
            strength_from=filters.strength_from,
            cost_to=filters.cost_to,
        )


class MendedOut(BaseModel):
    """A mistyped word."""

    typed: str
    searched: str


class WrittenOutOut(BaseModel):
    """An acronym and what it was taken for."""

    typed: str
    means: str


class ReadingOut(BaseModel):
    """What the question was taken to mean; `exact=true` searches for what was typed."""

    searched: str = Field(description="What was searched for.")
    mended: list[MendedOut] = Field(description="Words no passage has, and what stands for them.")
    written_out: list[WrittenOutOut]
    topic: bool = Field(description="It names a topic and asks nothing of it.")

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """From the domain type."""
        return cls(
            searched=reading.searched,
            mended=[MendedOut(typed=typed, searched=meant) for typed, meant in reading.mended],
            written_out=[
                WrittenOutOut(typed=short, means=full) for short, full in reading.written_out
            ],
            topic=reading.topic,
        )


class ThemeOut(BaseModel):
    """Reports of a bare topic that share an outcome or a centre."""

    by: str = Field(description='"outcome" or "centre".')
    label: str
    report_ids: list[str] = Field(description="Best first.")


class PreferenceOut(BaseModel):
    """What moved passages up among those about as relevant; 0 is off."""

    strong: float
    recent: float


class SearchResponse(BaseModel):
    """An answer: ranked passages, grouped by report, with facets of the filtered result."""

    query: str
    reading: ReadingOut
    filters: FiltersOut
    preference: PreferenceOut
    hits: list[HitOut]
    statement: StatementOut
    reports: list[GroupOut]
    themes: list[ThemeOut] = Field(description="Of a bare topic only.")
    facets: dict[str, list[FacetOut]]
    generation: str = Field(description="The index generation that answered.")
    model: str
    took_ms: dict[str, float] = Field(
        description="Milliseconds by stage, and in total (alone, of a kept answer)."
    )
    next_cursor: str | None = Field(
        None, description="Of the next part of the ranking; null where there is none to ask for."
    )

    @classmethod
    def from_answer(cls, answer: Answer, next_cursor: str | None = None) -> Self:
        """From the domain type."""
        return cls(
            query=answer.query,
            reading=ReadingOut.of(answer.reading),
            filters=FiltersOut.of(answer.filters),
            preference=PreferenceOut(
                strong=answer.preference.strong, recent=answer.preference.recent
            ),
            hits=[HitOut.of(hit, answer.generation, answer.model) for hit in answer.hits],
            reports=[
                GroupOut(
                    report_id=group.report.report_id,
                    passage_ids=[hit.passage.passage_id for hit in group.hits],
                )
                for group in answer.groups
            ],
            statement=StatementOut.of(answer.statement),
            themes=[
                ThemeOut(by=theme.by, label=theme.label, report_ids=list(theme.reports))
                for theme in answer.themes
            ],
            facets={
                facet: [FacetOut(value=each.value, count=each.count) for each in counts]
                for facet, counts in answer.facets.items()
            },
            generation=answer.generation,
            model=answer.model,
            took_ms=dict(answer.took_ms),
            next_cursor=next_cursor,
        )
