"""What the statement is made of: verdicts, value for money, and the sentences that say them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from corpus.findings import Direction, Rating


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
