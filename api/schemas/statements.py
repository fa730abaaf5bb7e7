"""The evidence statement as HTTP shows it."""

from dataclasses import asdict
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.reports import RatingOut
from corpus.findings import Direction
from search.statement_types import EvidenceLevel, EvidenceStatement, Worth


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
