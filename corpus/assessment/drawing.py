"""A native rating as its centre draws it: a row of signs, or steps, always with the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus.assessment.crosswalk import cost_of, level_of
from corpus.assessment.schemes import CostLevel, Level, Scheme, Sign, load_schemes
from corpus.findings import Assessment, Rating


class Part(StrEnum):
    """A part of a rating."""

    EVIDENCE = "evidence"
    COST = "cost"
    IMPACT = "impact"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A level of a scheme and what it means; `here` says that it is the rating's own."""

    native: str
    definition: str
    mark: int | None
    here: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A part of a rating.

    `words` are the centre's. Where it draws the level, `mark` of `of` signs are full, or step
    `mark` of the meanings is the one; else `sign` is None. `meanings` has every level of the
    scheme, lowest first.
    """

    part: Part
    words: str
    scheme: Scheme | None = None
    sign: Sign | None = None
    mark: int = 0
    meanings: tuple[Meaning, ...] = ()

    @property
    def of(self) -> int:
        """How many signs there are at most."""
        return max((each.mark or 0 for each in self.meanings), default=0)

    @property
    def steps(self) -> tuple[Meaning, ...]:
        """The levels that are drawn, lowest first."""
        return tuple(each for each in self.meanings if each.mark is not None)


def draw(rating: Rating, assessment: Assessment) -> tuple[Drawing, ...]:
    """The parts of a rating that its centre states, in order: evidence, cost, impact."""
    scheme = next((s for s in load_schemes() if s.id == assessment.scheme), None)
    found = []
    if rating.evidence:
        level = level_of(scheme, rating.evidence) if scheme else None
        levels = scheme.level if scheme else ()
        sign = scheme.sign if scheme else None
        found.append(_drawing(Part.EVIDENCE, rating.evidence, scheme, sign, level, levels))
    if rating.cost:
        cost = cost_of(scheme, rating.cost) if scheme else None
        costs = scheme.cost if scheme else ()
        sign = scheme.cost_sign if scheme else None
        found.append(_drawing(Part.COST, rating.cost, scheme, sign, cost, costs))
    if rating.impact:
        found.append(Drawing(Part.IMPACT, rating.impact, scheme))
    return tuple(found)


def _drawing(
    part: Part,
    words: str,
    scheme: Scheme | None,
    sign: Sign | None,
    level: Level | CostLevel | None,
    levels: Sequence[Level | CostLevel],
) -> Drawing:
    ordered = sorted(levels, key=lambda each: -1 if each.mark is None else each.mark)
    meanings = tuple(
        Meaning(
            each.native,
            each.definition if isinstance(each, Level) else "",
            each.mark,
            here=each is level,
        )
        for each in ordered
    )
    drawn = level is not None and level.mark is not None
    mark = level.mark if level is not None and level.mark is not None else 0
    return Drawing(part, words, scheme, sign if drawn else None, mark, meanings)
