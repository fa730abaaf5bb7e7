"""What endpoints may be asked with: the parameters of questions, filters and pages."""

from typing import Annotated, Final, Self

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api import metrics
from api.keys.errors import OutOfScope
from api.keys.types import Scope
from api.languages import N_
from api.selection import Fields
from corpus.findings import Direction, StudyDesign
from corpus.types import DocumentType
from search.questions import LARGEST_K, LONGEST_QUESTION
from search.searcher import Searcher
from search.types import Answer, Filters, Preference

_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Year = Annotated[int, Field(ge=1800, le=2100)]
_MOST = 50  # values of one filter


class NoParameters(BaseModel):
    """An address without parameters; the base of those that have some. Others are refused."""

    model_config = ConfigDict(extra="forbid")


class FilterParameters(NoParameters):
    """Which reports may answer."""

    centre: Annotated[list[_Name], Field(max_length=_MOST)] = Field(
        [], description="A centre's id; may be repeated.", examples=[["eef"]]
    )
    year_from: _Year | None = Field(None, description="From this year on.", examples=[2015])
    year_to: _Year | None = Field(None, description="Up to this year.", examples=[2024])
    document_type: Annotated[list[DocumentType], Field(max_length=_MOST)] = Field(
        [], description="A kind of document; may be repeated.", examples=[["pdf"]]
    )
    topic: Annotated[list[_Name], Field(max_length=_MOST)] = Field(
        [], description="A topic; may be repeated.", examples=[["education"]]
    )
    language: Annotated[list[_Name], Field(max_length=_MOST)] = Field(
        [], description="A language's ISO 639-1 code; may be repeated.", examples=[["cy"]]
    )
    nation: Annotated[list[_Name], Field(max_length=_MOST)] = Field(
        [],
        description="A nation of the UK that the report is about; may be repeated.",
        examples=[["Wales"]],
    )
    design: Annotated[list[StudyDesign], Field(max_length=_MOST)] = Field(
        [], description="A study design; may be repeated.", examples=[["rct"]]
    )
    direction: Annotated[list[Direction], Field(max_length=_MOST)] = Field(
        [], description="Which way the evidence points; may be repeated.", examples=[["no_effect"]]
    )
    strength_from: Annotated[int, Field(ge=0, le=5)] | None = Field(
        None, description="At least this strength on the common scale, 0 to 5.", examples=[3]
    )
    cost_to: Annotated[int, Field(ge=1, le=5)] | None = Field(
        None, description="At most this cost on the common scale, 1 to 5.", examples=[2]
    )

    def filters(self) -> Filters:
        """The domain type."""
        return Filters(
            centres=tuple(self.centre),
            year_from=self.year_from,
            year_to=self.year_to,
            document_types=tuple(self.document_type),
            topics=tuple(self.topic),
            languages=tuple(self.language),
            nations=tuple(self.nation),
            designs=tuple(self.design),
            directions=tuple(self.direction),
            strength_from=self.strength_from,
            cost_to=self.cost_to,
        )


class QuestionParameters(FilterParameters):
    """A question and which reports may answer it."""

    q: str = Field(
        min_length=1,
        max_length=LONGEST_QUESTION,
        description="A policy question in plain English.",
        examples=["Does mentoring keep young people out of crime?"],
    )
    exact: bool = Field(
        default=False,
        description="Search for what was typed: no slip mended, no acronym written out.",
        examples=[True],
    )
    prefer_strong: float = Field(
        0.0,
        ge=0,
        le=1,
        description="How far strong evidence moves up among passages about as relevant: what a "
        "report rated 5 of 5 gains, in standard deviations of relevance. 0 is off.",
        examples=[0.3],
    )
    prefer_recent: float = Field(
        0.0,
        ge=0,
        le=1,
        description="The same for the newest report against the oldest.",
        examples=[0.3],
    )

    def ask(self, searcher: Searcher, *, k: int, skip: int = 0) -> Answer:
        """The answer of a searcher; raises what `Searcher.ask` raises."""
        with metrics.asking():
            answer = searcher.ask(
                self.q,
                filters=self.filters(),
                k=k,
                skip=skip,
                exact=self.exact,
                preference=Preference(strong=self.prefer_strong, recent=self.prefer_recent),
            )
        metrics.answered(answer, later=skip > 0)
        return answer


class SearchParameters(QuestionParameters):
    """A question and how to answer it."""

    k: int = Field(10, ge=1, le=LARGEST_K, description="How many passages.")

    def within(self, scope: Scope | None) -> Self:
        """The same question as far as a key's scope goes; None is no restriction.

        Raises:
            OutOfScope: it asks for what the scope leaves out.
        """
        if scope is None:
            return self
        if "k" in self.model_fields_set and self.k > scope.greatest_k:
            raise OutOfScope(
                "This key gives at most {most} passages; k is {k}.",
                cure="Ask for fewer, or leave k out.",
                values={"most": scope.greatest_k, "k": self.k},
            )
        return self.model_copy(
            update={
                "k": min(self.k, scope.greatest_k),
                "centre": _within(_CENTRES_ONLY, self.centre, scope.centres),
                "topic": _within(_TOPICS_ONLY, self.topic, scope.topics),
            }
        )


_CENTRES_ONLY: Final = N_("This key asks these centres only: {allowed}.")
_TOPICS_ONLY: Final = N_("This key asks these topics only: {allowed}.")


def _within(told: str, asked: list[str], allowed: tuple[str, ...]) -> list[str]:
    if not allowed:
        return asked
    folded = {value.casefold() for value in allowed}
    if not all(value.casefold() in folded for value in asked):
        raise OutOfScope(
            told,
            cure="Leave the filter out, or ask the key's owner for a wider one.",
            values={"allowed": ", ".join(allowed)},
        )
    return asked or list(allowed)


class FieldParameters(NoParameters):
    """What to show."""

    fields: Fields = None


class PageParameters(FieldParameters):
    """Which part of a report's passages, and what to show."""

    limit: int = Field(50, ge=1, le=500, description="How many at most.")
    offset: int = Field(0, ge=0, le=10_000_000, description="How many to pass over.")


AnyId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=200,
        description="As in the hits of /v1/search.",
        examples=["r-3f2a9c"],
    ),
]
PageQuery = Annotated[PageParameters, Query()]
NoQuery = Annotated[NoParameters, Query()]
