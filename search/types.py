"""What is asked and what is answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from corpus.findings import Direction, Rating, StudyDesign
from corpus.types import DocumentType, Passage, Report


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


class EvidenceLevel(StrEnum):
    """How much evidence was found in this library: see `search.statement`."""

    STRONG = "strong"
    SOME = "some"
    LIMITED = "limited"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Count:
    """A number of things, by their English name."""

    number: int
    thing: str

    def __str__(self) -> str:
        """In English."""
        return f"{self.number:,} {self.thing}{'' if self.number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Range:
    """From a lowest to a highest number, which may be the same."""

    low: int
    high: int

    def __str__(self) -> str:
        """In English."""
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


@dataclass(frozen=True, slots=True)
class StatementPart:
    """A sentence of the statement, and the ids of the passages it rests on.

    `message` has a place in braces for each of `values`, so that another language can say it.
    """

    message: str
    passages: tuple[str, ...]
    values: Mapping[str, Count | Range | str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """In English."""
        return self.message.format(**self.values)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A report's best sentence, or sentences in a row, verbatim; the id of their passage."""

    report_id: str
    passage_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The reports that say the same of an effect, by id, their centres, and what they say."""

    direction: Direction
    reports: tuple[str, ...]
    centres: tuple[str, ...]
    quoted: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """What a report found says of value for money: its centre's words, and the common scale.

    What a centre does not say stays None: an unknown cost is not a low one.
    """

    report_id: str
    title: str
    rating: Rating
    strength: int | None
    cost: int | None
    impact: int | None
    direction: Direction


@dataclass(frozen=True, slots=True)
class EvidenceStatement:
    """What the reports found come to, by rule.

    `reports` are ids, best first; `differ` says that verdicts of tested effects differ, be it
    that they disagree or that they tested different things.
    `strengths` (0 to 5), `costs` (1 to 5) and `years` are lowest and highest, None where no
    report says. `value` has a row for each report with a rating. `nearest` are ids of passages
    that come nearest where none is likely to answer, `unmatched` words of the question that
    none of those has.
    """

    level: EvidenceLevel
    reports: tuple[str, ...] = ()
    centres: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    differ: bool = False
    strengths: tuple[int, int] | None = None
    costs: tuple[int, int] | None = None
    years: tuple[int, int] | None = None
    parts: tuple[StatementPart, ...] = ()
    value: tuple[Worth, ...] = ()
    confidence: float = 0.0
    nearest: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether the library is likely to hold an answer."""
        return self.level is not EvidenceLevel.NONE


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
