"""The parameters of what comes in parts: rankings and lists."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from api.cursors import LONGEST
from api.parameters import FilterParameters, SearchParameters
from api.selection import Fields

Cursor = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=LONGEST,
        description="`next_cursor` of the part before; holds until the index is replaced.",
        examples=["WyIyMDI2MDEwMlQwMzA0MDU2NzhaLTBhMWIyYzNkIiwiMGExYjJjIiwxMF0"],
    ),
]


class RankingParameters(SearchParameters):
    """A question, which part of its ranking, and what to show of it."""

    cursor: Cursor = None
    fields: Fields = None


class ListParameters(FilterParameters):
    """Which reports to list, and which part of the list."""

    limit: int = Field(50, ge=1, le=500, description="How many at most.")
    cursor: Cursor = None
    fields: Fields = None


RankingQuery = Annotated[RankingParameters, Query()]
ListQuery = Annotated[ListParameters, Query()]
