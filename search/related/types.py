"""What related studies are asked for, and what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.details import Relative
from corpus.types import Passage, Report
from search.encoder.types import Vectors
from search.types import Filters


@dataclass(frozen=True, slots=True)
class ProbePassage:
    """A passage of what is asked about, verbatim; `passage_id` where it is the library's own.

    `pages` are physical pages of the file it came from, empty for formats that have none.
    """

    text: str
    passage_id: str | None = None
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """What related studies are wanted of.

    `vectors` has a row of unit length for each of `passages`. `report` is the library's own
    report it is, or is of; `family` its other publications and versions, kept apart from related
    reports. `total` counts its passages before long ones were thinned.
    """

    title: str | None
    passages: tuple[ProbePassage, ...]
    vectors: Vectors
    total: int
    report: Report | None = None
    family: tuple[Relative, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosePair:
    """A passage of the probe and the passage of a related report nearest to it.

    `cosine` is theirs as the encoder gives it; `words` are the rarest words both have.
    """

    probe: ProbePassage
    passage: Passage
    cosine: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelatedReport:
    """A report near the probe, and why: topics both have, and their closest passages.

    `score` is comparable between answers, from -1 to 1; `close` says that it is as near as
    reports on one subject are (`search.related.scoring.CLOSE`).
    """

    report: Report
    rank: int
    score: float
    close: bool
    topics: tuple[str, ...]
    pairs: tuple[ClosePair, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """The reports nearest to a probe, nearest first, and its study family apart.

    `same` are reports whose text the probe repeats; they are not among `reports`.
    """

    probe: Probe
    filters: Filters
    reports: tuple[RelatedReport, ...]
    same: tuple[Report, ...]
    generation: str
    model: str
    took_ms: Mapping[str, float] = field(default_factory=dict)
