"""What is asked and what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.types import Direction, DocumentType, Passage, Report, StudyDesign


@dataclass(frozen=True, slots=True)
class Filters:
    """Which reports may answer. Empty means no restriction; several values of one kind are ORed.

    Years are inclusive; a report whose year is unknown never passes a year filter. Likewise for
    strength (0 to 5, at least) and cost (1 to 5, at most) on the common scale.
    """

    centres: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    document_types: tuple[DocumentType, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    designs: tuple[StudyDesign, ...] = ()
    directions: tuple[Direction, ...] = ()
    strength_from: int | None = None
    cost_to: int | None = None

    @property
    def active(self) -> bool:
        """Whether anything is restricted."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one retriever put a passage: its score and rank (from 1), None where it did not."""

    rank: int | None
    score: float | None


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage in a ranking, with why it stands there.

    `highlights` are half-open character ranges of `passage.text`: the best sentence.
    `duplicates` are passage ids of near-identical passages this one stands for.
    """

    passage: Passage
    report: Report
    rank: int
    score: float
    highlights: tuple[tuple[int, int], ...]
    dense: Standing
    lexical: Standing
    duplicates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportGroup:
    """The hits of one report, best first; groups are ordered by their best hit."""

    report: Report
    hits: tuple[ScoredPassage, ...]


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many reports of the filtered result have this value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A ranking of passages for a question, and where it came from.

    `facets` counts the reports of the filtered result by the facets of `search.facets`, most
    frequent first. The result is more than the k shown: every candidate
    scored above the candidates' mean.
    `took_ms` gives milliseconds by stage, with "total".
    """

    query: str
    filters: Filters
    hits: tuple[ScoredPassage, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]
    generation: str
    model: str
    took_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def groups(self) -> tuple[ReportGroup, ...]:
        """The hits by report, in order of each report's best hit."""
        by_report: dict[str, list[ScoredPassage]] = {}
        for hit in self.hits:
            by_report.setdefault(hit.report.report_id, []).append(hit)
        return tuple(ReportGroup(hits[0].report, tuple(hits)) for hits in by_report.values())
