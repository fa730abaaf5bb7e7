"""What a report found: how it was studied, how strong it is, which way it points."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rating:
    """How strong the evidence is, in the centre's own words; None where it says nothing."""

    evidence: str | None = None
    cost: str | None = None
    impact: str | None = None


class StudyDesign(StrEnum):
    """How a study was made."""

    SYSTEMATIC_REVIEW = "systematic_review"
    RCT = "rct"
    QUASI_EXPERIMENT = "quasi_experiment"
    BEFORE_AFTER = "before_after"
    QUALITATIVE = "qualitative"
    GUIDELINE = "guideline"
    ECONOMIC_EVALUATION = "economic_evaluation"
    MODELLING = "modelling"

    @property
    def label(self) -> str:
        """In words."""
        return {"rct": "randomised trial"}.get(self.value, self.value.replace("_", " "))


class FactKind(StrEnum):
    """What a quoted sentence states in figures."""

    SAMPLE_SIZE = "sample_size"
    EFFECT_SIZE = "effect_size"
    UNIT_COST = "unit_cost"  # cost per participant, pupil, place, QALY
    BENEFIT_COST = "benefit_cost"  # benefit-cost ratio, return on investment


@dataclass(frozen=True, slots=True)
class Quotation:
    """A verbatim sentence of a document: characters `start:end` of the text of `page`."""

    page: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class DesignTag:
    """A study design, with the sentence that shows it."""

    design: StudyDesign
    shown_by: Quotation


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure worth knowing, as the sentence that states it."""

    kind: FactKind
    quotation: Quotation


class Direction(StrEnum):
    """Which way the evidence points. Tested without effect and never tested are two things."""

    HELPS = "helps"
    NO_EFFECT = "no_effect"  # tested, and little or no effect was found
    MIXED = "mixed"
    HARMS = "harms"
    UNCLEAR = "unclear"  # not stated, or not about an effect
    UNTESTED = "untested"  # nobody has tested it

    @property
    def label(self) -> str:
        """In words."""
        return {"no_effect": "little or no effect"}.get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class Stated:
    """What the curator of an evidence record judged on the common scale, and on what basis."""

    direction: Direction | None = None
    strength: int | None = None
    cost: int | None = None
    impact: int | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A native rating on the common scale, which serves to sort, filter and compare only.

    `scheme` is the id of the scheme the native words belong to. `strength` is 0 to 5, `cost`
    1 to 5, `impact` -1 to 3; None where the native rating says nothing of it. `rules` names
    what mapped each part, one sentence a part.
    """

    scheme: str | None = None
    strength: int | None = None
    cost: int | None = None
    impact: int | None = None
    direction: Direction = Direction.UNCLEAR
    rules: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Where it stands on the common scale; empty where it stands nowhere."""
        parts = []
        if self.strength is not None:
            parts.append(f"strength {self.strength} of 5")
        if self.cost is not None:
            parts.append(f"cost {self.cost} of 5")
        if self.direction is not Direction.UNCLEAR:
            parts.append(self.direction.label)
        return ", ".join(parts)
