"""What is asked and what is answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from corpus.findings import Direction, StudyDesign
from corpus.types import DocumentType, Passage, Report
from search.statement_types import EvidenceStatement


@dataclass(frozen=True, slots=True)
class Filters:
    """Which reports may answer. Empty means no restriction; several values of one kind are ORed.

    Years are inclusive; a report whose year is unknown never passes a year filter. Likewise for
    strength (0 to 5, at least) and cost (1 to 5, at most) on the common scale. `reports` are ids.
    """

    centres: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    document_types: tuple[DocumentType, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    nations: tuple[str, ...] = ()
    designs: tuple[StudyDesign, ...] = ()
    directions: tuple[Direction, ...] = ()
    strength_from: int | None = None
    cost_to: int | None = None
    reports: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether anything is restricted."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Preference:
    """What moves a passage up among those about as relevant; 0 is off.

    `strong` is what a report rated 5 of 5 for strength gains over an unrated one, `recent` what
    the newest gains over the oldest or undated, in standard deviations of the candidates' scores.
    """

    strong: float = 0.0
    recent: float = 0.0

    @property
    def active(self) -> bool:
        """Whether anything is preferred."""
        return self != Preference()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question was taken to mean.

    `spelt` is the question with mistyped words mended, `searched` what both halves were asked:
    the same with acronyms written out. `mended` has each mistyped word and what stands in its
    place, `written_out` each acronym and what it stands for. `topic` says that the question names
    a topic and asks nothing of it; `names` are the places, people and years it names.
    """

    question: str
    spelt: str
    searched: str
    mended: tuple[tuple[str, str], ...] = ()
    written_out: tuple[tuple[str, str], ...] = ()
    topic: bool = False
    names: tuple[str, ...] = ()


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
    `confidence` is the estimated chance, from 0 to 1, that the passage answers the question.
    `tokens` is how near the passage comes to each of the question's words: a mean of cosines,
    rare words counting more; None where it was not looked at.
    `preferred` is what a preference added to the score.
    `reranked` is where the reranker put it and its logit, None where it was not asked.
    """

    passage: Passage
    report: Report
    rank: int
    score: float
    highlights: tuple[tuple[int, int], ...]
    dense: Standing
    lexical: Standing
    duplicates: tuple[str, ...] = ()
    confidence: float = 0.0
    tokens: float | None = None
    preferred: float = 0.0
    reranked: Standing | None = None


@dataclass(frozen=True, slots=True)
class ReportGroup:
    """The hits of one report, best first; groups are ordered by their best hit."""

    report: Report
    hits: tuple[ScoredPassage, ...]


def by_report(hits: Iterable[ScoredPassage]) -> tuple[ReportGroup, ...]:
    """Hits by report, in order of each report's best hit."""
    groups: dict[str, list[ScoredPassage]] = {}
    for hit in hits:
        groups.setdefault(hit.report.report_id, []).append(hit)
    return tuple(ReportGroup(hits[0].report, tuple(hits)) for hits in groups.values())


@dataclass(frozen=True, slots=True)
class Theme:
    """Reports of an answer that share an outcome or a centre: their ids, best first.

    `by` is "outcome" or "centre".
    """

    by: str
    label: str
    reports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many reports of the filtered result have this value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A ranking of passages for a question, what they come to, and where it came from.

    `facets` counts the reports of the filtered result by the facets of `search.facets`, most
    frequent first. The result is more than the k shown: every candidate
    scored above the candidates' mean.
    `themes` sorts the reports likely to answer a bare topic, or the nearest where none is; a
    question that asks has none.
    `took_ms` gives milliseconds by stage, with "total".
    """

    query: str
    reading: Reading
    filters: Filters
    hits: tuple[ScoredPassage, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]
    statement: EvidenceStatement
    generation: str
    model: str
    themes: tuple[Theme, ...] = ()
    preference: Preference = Preference()
    took_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def groups(self) -> tuple[ReportGroup, ...]:
        """The hits by report, in order of each report's best hit."""
        return by_report(self.hits)
