"""A native rating onto the common scale: for sorting and filtering, never in its place.

What each scheme's words map to stands in `corpus/data/schemes.toml`; this file only applies
it. Words that match nothing map to nothing. Schemes rate different things, so nothing is ever
averaged over them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol, TypeVar

from corpus.assessment.schemes import CostLevel, Effect, Level, Months, Scheme, load_schemes
from corpus.findings import Assessment, Direction, Rating, Stated

_NUMBER: Final = r"[+\-\u2212]?\d+"
_SIGNED: Final = r"[+\-\u2212]\d+"
#: Months of progress: with a sign, none, or with a word that says what they are months of.
_MONTHS: Final = re.compile(
    rf"^(?:({_SIGNED})(?: to ({_SIGNED}))? (?:additional |extra )?months?\b(?! less)"
    rf"|(0) months\b|({_NUMBER}) (?:additional|extra) months?\b"
    rf"|({_NUMBER}) months?'? (?:of )?(?:additional )?progress)"
)
_EACH: Final = re.compile(rf"({_SIGNED}) months?\b")
_SECOND: Final = re.compile(r"[;(]")  # a note, an earlier version, another outcome
_NOTE: Final = re.compile(r"\([^)]*\)| of \d+\b")
#: An outcome that moved, said after one that did not.
_MOVED: Final = re.compile(
    r"\b(less|fewer|more|lower|higher|reduc\w+|increas\w+|improv\w+|r[io]se|fell|harm\w*)\b",
    re.IGNORECASE,
)
_NEGATED: Final = re.compile(r"\b(no|not|none|nor|without|unclear|unproven)\b", re.IGNORECASE)
_STATED: Final = {
    "helps": Direction.HELPS,
    "little or no effect": Direction.NO_EFFECT,
    "no effect": Direction.NO_EFFECT,
    "mixed": Direction.MIXED,
    "harms": Direction.HARMS,
    "untested": Direction.UNTESTED,
    "unclear or not an effect": Direction.UNCLEAR,
    "unclear": Direction.UNCLEAR,
}


class _Matching(Protocol):
    @property
    def match(self) -> str: ...


_M = TypeVar("_M", bound=_Matching)


def stated_from(common: Mapping[str, Any]) -> Stated:
    """The `common` field of an evidence record."""
    return Stated(
        _STATED.get(str(common.get("direction")).casefold()),
        _within(common.get("evidence_0_5"), 0, 5),
        _within(common.get("cost_1_5"), 1, 5),
        _within(common.get("impact_m1_3"), -1, 3),
        common.get("basis"),
    )


def assess(rating: Rating, *, centre: str | None, stated: Stated = Stated()) -> Assessment:
    """A rating on the common scale.

    Args:
        rating: in the centre's own words.
        centre: whose; decides which schemes' words they can be.
        stated: a record's curator's judgement, which counts where the words say nothing, and
            for the direction, which words seldom give, before them.
    """
    schemes = [s for s in load_schemes() if centre in s.centres or _named(s, rating)]
    found = Assessment()
    for scheme in schemes:
        found = _by_scheme(found, scheme, rating)
    return _by_outcome(_with_stated(found, stated), rating.impact or "")


def level_of(scheme: Scheme, evidence: str) -> Level | None:
    """The level that words name; None where they name none, or several of different strength."""
    level = _first(scheme.level, evidence)
    return None if level and _ambiguous(scheme, evidence) else level


def cost_of(scheme: Scheme, cost: str) -> CostLevel | None:
    """The level of cost that words name."""
    return _first(scheme.cost, cost)


def _named(scheme: Scheme, rating: Rating) -> bool:
    """Whether a scheme that is no centre's is named in the rating."""
    return not scheme.centres and scheme.id in (rating.evidence or "").casefold()


def _by_scheme(found: Assessment, scheme: Scheme, rating: Rating) -> Assessment:
    evidence, cost, impact = rating.evidence or "", rating.cost or "", rating.impact or ""
    level = level_of(scheme, evidence)
    if level and found.strength is None:
        found = _at_level(found, scheme, level)
    costs = cost_of(scheme, cost)
    if costs and found.cost is None:
        rule = f"cost {costs.cost} from {scheme.name}: {costs.native}"
        found = replace(found, cost=costs.cost, scheme=found.scheme or scheme.id)
        found = replace(found, rules=(*found.rules, rule))
    if scheme.months and _contradicts(impact):
        rule = f"direction {Direction.MIXED} from {scheme.name}: months gained and months lost"
        return replace(found, direction=Direction.MIXED, rules=(*found.rules, rule))
    effect: Effect | Months | None = (
        _first(scheme.effect, evidence) or _first(scheme.impact, impact) or _months(scheme, impact)
    )
    if effect and found.direction is Direction.UNCLEAR:
        told = f"impact {effect.impact} and " if effect.impact is not None else ""
        rule = f"{told}direction {effect.direction} from {scheme.name}: {effect.native}"
        found = replace(
            found,
            impact=effect.impact,
            direction=effect.direction,
            scheme=found.scheme or scheme.id,
            rules=(*found.rules, rule),
        )
    return found


def _at_level(found: Assessment, scheme: Scheme, level: Level) -> Assessment:
    told = "no strength" if level.strength is None else f"strength {level.strength}"
    rules = [f"{told} from {scheme.name}: {level.native}"]
    if level.direction:
        rules.append(f"direction {level.direction} from {scheme.name}: {level.native}")
    no_effect = level.direction is Direction.NO_EFFECT
    return replace(
        found,
        scheme=scheme.id,
        strength=level.strength,
        direction=level.direction or found.direction,
        impact=0 if no_effect else found.impact,
        rules=(*found.rules, *rules),
    )


def _first(levels: Iterable[_M], words: str) -> _M | None:
    """The first level whose pattern is in the words; what stands in brackets does not count."""
    plain = words.strip()
    return next((lv for lv in levels if re.search(lv.match, plain, re.IGNORECASE)), None)


def _months(scheme: Scheme, words: str) -> Months | None:
    """The band of the months of progress stated first."""
    stated = _MONTHS.match(_SECOND.split(words)[0].strip()) if scheme.months else None
    if stated is None:
        return None
    months = [_number(each) for each in stated.groups() if each]
    bands = [next(band for band in scheme.months if m < band.below) for m in months]
    return bands[0] if all(band == bands[0] for band in bands) else None


def _number(words: str) -> int:
    return int(words.replace("\u2212", "-"))


def _ambiguous(scheme: Scheme, words: str) -> bool:
    """Whether levels of different strength are named, notes in brackets apart: then none counts."""
    plain, found = _NOTE.sub(" ", words), set()
    for level in scheme.level:
        if level.strength is not None:
            plain, count = re.subn(level.match.replace("^", ""), " ", plain, flags=re.IGNORECASE)
            if count:
                found.add(level.strength)
    return len(found) > 1


def _contradicts(words: str) -> bool:
    """Whether months are gained and lost in one breath: two results, not one."""
    months = [_number(each) for each in _EACH.findall(words)]
    return any(each > 0 for each in months) and any(each < 0 for each in months)


def _with_stated(found: Assessment, stated: Stated) -> Assessment:
    rules = list(found.rules)
    basis = f"stated with the record ({stated.basis or 'by its curator'})"
    for name in ("strength", "cost", "impact"):
        if getattr(found, name) is None and getattr(stated, name) is not None:
            found = replace(found, **{name: getattr(stated, name)})
            rules.append(f"{name} {getattr(stated, name)}: {basis}")
    decided = found.direction in {Direction.NO_EFFECT, Direction.UNTESTED}
    if stated.direction and stated.direction is not found.direction and not decided:
        rules.append(f"direction {stated.direction}: stated with the record")
        found = replace(found, direction=stated.direction)
    return replace(found, rules=tuple(rules))


def _by_outcome(found: Assessment, impact: str) -> Assessment:
    """Mixed where "no effect" is said of one outcome, and an effect on another stands beside it."""
    _, *others = impact.split(";")
    moved = any(_MOVED.search(other) and not _NEGATED.search(other) for other in others)
    if found.direction is not Direction.NO_EFFECT or not moved:
        return found
    rule = f"direction {Direction.MIXED}: no effect on one outcome, an effect on another"
    return replace(found, direction=Direction.MIXED, rules=(*found.rules, rule))


def _within(value: object, least: int, most: int) -> int | None:
    return value if isinstance(value, int) and least <= value <= most else None
