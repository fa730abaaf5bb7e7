"""Judgements as HTTP takes and shows them."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from api.feedback.types import LONGEST_NOTE, Judgement, Opinion, Reason
from search.questions import DEEPEST, LONGEST_QUESTION

#: As `hits` have them.
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
GenerationId = Annotated[str, Field(max_length=100, pattern=r"^[0-9A-Za-z-]+$")]
Rank = Annotated[int, Field(ge=1, le=DEEPEST)]


class FeedbackIn(BaseModel):
    """What somebody says of an answer, or of one of its passages."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "question": "Does mentoring keep young people out of crime?",
                    "verdict": "not_useful",
                    "passage_id": "p-0a1b2c3d",
                    "rank": 3,
                    "reason": "elsewhere",
                    "note": "About adults in prison.",
                },
                {
                    "question": "Does mentoring keep young people out of crime?",
                    "verdict": "useful",
                },
            ]
        },
    )

    question: str = Field(
        min_length=1,
        max_length=LONGEST_QUESTION,
        description="As it was asked; it is kept.",
        examples=["Does mentoring keep young people out of crime?"],
    )
    verdict: Opinion = Field(description="Whether it served the question.", examples=["useful"])
    passage_id: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="The passage that is judged; without it, the whole answer.",
        examples=["p-0a1b2c3d"],
    )
    text_sha256: Digest | None = Field(
        None,
        description="Of the passage's text as it was shown; refused where it says something "
        "else now.",
        examples=["0" * 64],
    )
    rank: Rank | None = Field(None, description="Where the passage stood, from 1.", examples=[3])
    generation: GenerationId | None = Field(
        None,
        description="The index generation that answered; without it, the one in use.",
        examples=["20260102T030405678Z-0a1b2c3d"],
    )
    reason: Reason | None = Field(None, description="Why, in short.", examples=["elsewhere"])
    note: str | None = Field(
        None,
        max_length=LONGEST_NOTE,
        description="Why, in your own words. No personal data, please: it is kept.",
        examples=["About adults in prison."],
    )


class FeedbackOut(BaseModel):
    """A judgement as it is kept: this, and nothing of who sent it."""

    question: str = Field(description="Without invisible marks.")
    verdict: Opinion = Field(description="Whether it served the question.")
    day: date = Field(description="When it came (UTC); the time is not kept.")
    generation: str = Field(description="The index generation that answered.")
    passage_id: str | None = Field(description="The passage; null: the whole answer.")
    text_sha256: str | None = Field(description="Of the passage's text.")
    report_id: str | None = Field(description="The report it stands in.")
    page: int | None = Field(description="Its first page, physical, from 1.")
    rank: int | None = Field(description="Where it stood, where that was told.")
    reason: Reason | None = Field(description="Why, in short.")
    note: str | None = Field(description="Why, in somebody's own words.")

    @classmethod
    def of(cls, judgement: Judgement) -> Self:
        """From the domain type."""
        return cls(**asdict(judgement))
