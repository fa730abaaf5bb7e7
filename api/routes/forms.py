"""The address of the web page as a form: what is asked, and links that change it a little."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from api.dependencies import SearchParameters
from api.routes.rendering import kind_name
from corpus.types import DocumentType
from search.citing.types import ExportFormat
from search.types import Answer

FACETS: Final = {
    "centre": "Centre",
    "year": "Year",
    "topic": "Topic",
    "document_type": "Kind of document",
    "strength": "Strength of evidence (common scale)",
    "cost": "Cost (common scale)",
    "direction": "Direction",
    "design": "Study design",
    "language": "Language",
}
EXPORTS: Final = {
    ExportFormat.DOCX: "Word briefing",
    ExportFormat.RIS: "RIS",
    ExportFormat.BIBTEX: "BibTeX",
    ExportFormat.CSL_JSON: "CSL-JSON",
    ExportFormat.CSV: "CSV",
    ExportFormat.JSONL: "JSON Lines",
    ExportFormat.MARKDOWN: "Markdown",
}
SHOWN: Final = 8  # values of a facet
_SEVERAL: Final = ("centre", "document_type", "topic", "language", "design", "direction")
_YEARS: Final = ("year_from", "year_to")
_BOUNDS: Final = {"strength": "strength_from", "cost": "cost_to"}
_ONE: Final = {
    "year_from": "From",
    "year_to": "Up to",
    "strength_from": "Strength at least",
    "cost_to": "Cost at most",
    "prefer_strong": "Stronger evidence first, by",
    "prefer_recent": "Newer reports first, by",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen, or is."""

    value: str
    text: str
    on: bool
    count: int | None = None
    link: str = ""  # the page with this choice changed


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of an address that the page knows; empty form fields are left out."""

    values: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]  # centre ids in words

    @classmethod
    def of(cls, query: QueryParams, names: Mapping[str, str]) -> Self:
        """What an address asks; links from elsewhere may carry parameters of their own."""
        kept = {
            name: tuple(dict.fromkeys(value for value in query.getlist(name) if value.strip()))
            for name in SearchParameters.model_fields
        }
        return cls({name: values for name, values in kept.items() if values}, names)

    @property
    def question(self) -> str:
        """The question, empty where there is none."""
        return self.one("q").strip()

    def one(self, name: str) -> str:
        """The value of a parameter that has one; the last counts."""
        return self.values.get(name, ("",))[-1]

    def parameters(self) -> SearchParameters:
        """As the API knows them; raises pydantic's ValidationError."""
        typed: dict[str, Any] = {
            name: values if name in _SEVERAL else values[-1] for name, values in self.values.items()
        }
        return SearchParameters.model_validate(typed)

    def link(self, *, without: tuple[str, ...] = (), **changed: tuple[str, ...]) -> str:
        """The page with some parameters changed or left out."""
        return self._address("/", {**self.values, **changed}, without)

    @property
    def feed(self) -> str:
        """The feed of new evidence on the question."""
        return self._address("/v1/feeds/search.atom", self.values, ("k",))

    @property
    def map(self) -> str:
        """The evidence map of the question, within the same filters."""
        kept = {name: values for name, values in self.values.items() if name != "k"}
        return self._address("/v1/evidence-map", {**kept, "format": ("html",)})

    def exports(self) -> list[Choice]:
        """The answer in each format that it can be had in."""
        return [
            Choice(each.value, name, on=False, link=self._export(each.value))
            for each, name in EXPORTS.items()
        ]

    def _export(self, to: str) -> str:
        return self._address("/v1/export", {**self.values, "format": (to,)})

    def _address(
        self, path: str, values: Mapping[str, tuple[str, ...]], without: tuple[str, ...] = ()
    ) -> str:
        pairs = [(n, v) for n, each in values.items() if n not in without for v in each]
        return f"{path}?{urlencode(pairs)}"

    def filters(self) -> list[Choice]:
        """Every filter that is on, each with the page without it."""
        found = []
        for name in _SEVERAL:
            chosen = self.values.get(name, ())
            for value in chosen:
                rest = {name: tuple(other for other in chosen if other != value)}
                found.append(Choice(value, self.text(name, value), on=True, link=self.link(**rest)))
        for name, words in _ONE.items():
            if value := self.one(name):
                found.append(
                    Choice(value, f"{words} {value}", on=True, link=self.link(without=(name,)))
                )
        return found

    def choices(self, name: str, offered: Mapping[str, int | None]) -> list[Choice]:
        """What may be ticked: everything offered, and what is ticked already, by name."""
        chosen = self.values.get(name, ())
        found = [
            Choice(value, self.text(name, value), value in chosen, offered.get(value))
            for value in dict.fromkeys([*offered, *chosen])
        ]
        return sorted(found, key=lambda choice: choice.text.casefold())

    def facets(self, answer: Answer) -> list[tuple[str, list[Choice]]]:
        """Each facet's name and commonest values; a value's link adds it or takes it away."""
        return [
            (FACETS[facet], [self._facet(facet, each.value, each.count) for each in counts[:SHOWN]])
            for facet, counts in answer.facets.items()
            if counts
        ]

    def _facet(self, facet: str, value: str, count: int) -> Choice:
        text = self.text(facet, value)
        if facet == "year":
            on = all(self.one(name) == value for name in _YEARS)
            years = dict.fromkeys(_YEARS, (value,))
            link = self.link(without=_YEARS) if on else self.link(**years)
            return Choice(value, text, on, count, link)
        if facet in _BOUNDS:
            bound = _BOUNDS[facet]
            on = self.one(bound) == value
            link = self.link(without=(bound,)) if on else self.link(**{bound: (value,)})
            return Choice(value, f"{_ONE[bound].lower()} {value}", on, count, link)
        chosen = self.values.get(facet, ())
        on = value in chosen
        changed = tuple(v for v in chosen if v != value) if on else (*chosen, value)
        return Choice(value, text, on, count, self.link(**{facet: changed}))

    def text(self, name: str, value: str) -> str:
        """A value in words."""
        if name == "centre":
            return self.names.get(value, value)
        return kind_name(value) if name == "document_type" and value in set(DocumentType) else value
