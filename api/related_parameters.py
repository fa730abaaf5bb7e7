"""What related studies may be asked of: a report, a passage, a DOI or a text."""

from typing import Self

from pydantic import Field, model_validator

from api.parameters import FilterParameters
from api.selection import Fields
from search.questions import LONGEST_QUESTION
from search.related import Probe
from search.related.finder import LARGEST_K
from search.searcher import Searcher


class NearParameters(FilterParameters):
    """Which reports may come back, and how many."""

    k: int = Field(10, ge=1, le=LARGEST_K, description="How many reports.")


class NearPartParameters(NearParameters):
    """The same, and what to show of them."""

    fields: Fields = None


class RelatedParameters(NearPartParameters):
    """What related studies are wanted of: one of the four."""

    report: str | None = Field(
        None, min_length=1, max_length=200, description="A report's id.", examples=["yef-mentoring"]
    )
    passage: str | None = Field(
        None, min_length=1, max_length=200, description="A passage's id.", examples=["p-0a1b2c3d"]
    )
    doi: str | None = Field(
        None,
        min_length=1,
        max_length=300,
        description="The DOI of a report of this library.",
        examples=["10.1000/182"],
    )
    text: str | None = Field(
        None,
        min_length=1,
        max_length=LONGEST_QUESTION,
        description="An abstract, say; longer texts and files are sent by POST.",
        examples=["Free breakfast for pupils before lessons"],
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [self.report, self.passage, self.doi, self.text]
        if sum(each is not None for each in given) != 1:
            raise ValueError("must name one of report, passage, doi and text")
        return self

    def probe(self, searcher: Searcher) -> Probe:
        """What it names, in that searcher's library."""
        studies = searcher.related
        if self.report is not None:
            return studies.of_report(self.report)
        if self.passage is not None:
            return studies.of_passage(self.passage)
        if self.doi is not None:
            return studies.of_doi(self.doi)
        return studies.of_text(self.text or "")
