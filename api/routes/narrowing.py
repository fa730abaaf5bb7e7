"""The filters of the page: those that are on, and those to be had, with counts, as links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from api.languages import N_, gettext
from api.routes.forms import SEVERAL, Asked
from api.routes.wording import value_words
from search.types import FacetCount

FACETS: Final = {
    "centre": N_("Centre"),
    "topic": N_("Topic"),
    "year": N_("Year"),
    "strength": N_("Strength of evidence"),
    "cost": N_("Cost"),
    "direction": N_("Direction"),
    "design": N_("Study design"),
    "document_type": N_("Kind of document"),
    "nation": N_("Nation"),
    "language": N_("Language"),
}
SHOWN: Final = 6  # values of a facet; the rest is a click away
_YEARS: Final = ("year_from", "year_to")
_BOUNDS: Final = {"strength": "strength_from", "cost": "cost_to"}
_ONE: Final = {
    "year_from": N_("From %(value)s"),
    "year_to": N_("Up to %(value)s"),
    "strength_from": N_("Strength at least %(value)s of 5"),
    "cost_to": N_("Cost at most %(value)s of 5"),
}
_RESET: Final = ("k", "rows", "columns")  # another result starts from its beginning


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen, or is: `link` leads to the page with that changed.

    `key` names it on the page, whatever else is chosen.
    """

    value: str
    text: str
    on: bool
    count: int | None = None
    link: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """What a result can be narrowed by: the first values, and those that follow."""

    name: str
    title: str
    first: tuple[Choice, ...]
    rest: tuple[Choice, ...]

    @property
    def on(self) -> bool:
        """Whether one of its values is chosen."""
        return any(choice.on for choice in (*self.first, *self.rest))


def chosen(asked: Asked) -> list[Choice]:
    """Every filter that is on, each with the page without it."""
    found = []
    for name in SEVERAL:
        values = asked.values.get(name, ())
        for value in values:
            rest = {name: tuple(other for other in values if other != value)}
            link = asked.link(without=_RESET, **rest)
            found.append(Choice(value, text_of(asked, name, value), on=True, link=link))
    for name, words in _ONE.items():
        if value := asked.one(name):
            text = gettext(words) % {"value": value}
            found.append(Choice(value, text, on=True, link=asked.link(without=(name, *_RESET))))
    return found


def offered(asked: Asked, name: str, counts: Iterable[FacetCount]) -> list[Choice]:
    """What may be ticked: everything there is, and what is ticked already, by name."""
    known = {each.value: each.count for each in counts}
    ticked = asked.values.get(name, ())
    found = [
        Choice(value, text_of(asked, name, value), value in ticked, known.get(value))
        for value in dict.fromkeys([*known, *ticked])
    ]
    return sorted(found, key=lambda choice: choice.text.casefold())


def facets(asked: Asked, counted: Mapping[str, Sequence[FacetCount]]) -> list[Facet]:
    """Each facet of a result, its commonest values first; a value's link adds it or takes it away.

    Years stand newest first. Strength and cost are bounds: their counts are of all the reports
    within the bound.
    """
    found = []
    for name, title in FACETS.items():
        choices = tuple(_choices(asked, name, counted.get(name, ())))
        if choices:
            found.append(Facet(name, gettext(title), choices[:SHOWN], choices[SHOWN:]))
    return found


def _choices(asked: Asked, name: str, counts: Sequence[FacetCount]) -> Iterable[Choice]:
    if name == "year":
        newest = sorted(counts, key=lambda each: each.value, reverse=True)
        return (_year(asked, each) for each in newest)
    if name in _BOUNDS:
        upwards = sorted(counts, key=lambda each: each.value, reverse=name == "strength")
        within = accumulate(each.count for each in upwards)
        pairs = zip(upwards, within, strict=True)
        return (_bound(asked, name, each.value, count) for each, count in pairs)
    return (_value(asked, name, each) for each in counts)


def _year(asked: Asked, each: FacetCount) -> Choice:
    on = all(asked.one(name) == each.value for name in _YEARS)
    years = {} if on else dict.fromkeys(_YEARS, (each.value,))
    link = asked.link(without=(*_YEARS, *_RESET) if on else _RESET, **years)
    return Choice(each.value, each.value, on, each.count, link, f"year-{each.value}")


def _bound(asked: Asked, name: str, value: str, count: int) -> Choice:
    bound = _BOUNDS[name]
    on = asked.one(bound) == value
    changed = {} if on else {bound: (value,)}
    link = asked.link(without=(bound, *_RESET) if on else _RESET, **changed)
    words = (
        gettext("%(value)s of 5 or more") if name == "strength" else gettext("up to %(value)s of 5")
    )
    return Choice(value, words % {"value": value}, on, count, link, f"{name}-{value}")


def _value(asked: Asked, name: str, each: FacetCount) -> Choice:
    values = asked.values.get(name, ())
    on = each.value in values
    changed = tuple(v for v in values if v != each.value) if on else (*values, each.value)
    link = asked.link(without=_RESET, **{name: changed})
    text = text_of(asked, name, each.value)
    return Choice(each.value, text, on, each.count, link, f"{name}-{each.value}")


def text_of(asked: Asked, name: str, value: str) -> str:
    """A value in words."""
    return asked.centre(value) if name == "centre" else value_words(name, value)
