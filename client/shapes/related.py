"""Related studies."""

from typing import TypedDict

from client.shapes.answers import FiltersUsed
from client.shapes.reports import Passage, Relative, Report


class Probe(TypedDict):
    """What was asked about."""

    report_id: str | None
    title: str | None
    passages: int
    compared: int


class ProbePassage(TypedDict):
    """A passage of what was asked about, verbatim."""

    text: str
    passage_id: str | None
    pages: list[int]


class Pair(TypedDict):
    """The closest passages of two studies, side by side."""

    asked: ProbePassage
    found: Passage
    permalink: str
    cosine: float
    words: list[str]


class RelatedReport(TypedDict):
    """A report near what was asked about, and why."""

    rank: int
    score: float
    close: bool
    topics: list[str]
    pairs: list[Pair]
    report: Report


class Related(TypedDict):
    """The reports nearest to what was asked about, nearest first."""

    asked: Probe
    filters: FiltersUsed
    reports: list[RelatedReport]
    family: list[Relative]
    same: list[str]
    generation: str
    model: str
    took_ms: dict[str, float]
