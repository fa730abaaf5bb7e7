"""The address of the web page as a form: what is asked, and links that change it a little."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from api.languages import N_, PARAMETER, gettext
from api.parameters import SearchParameters
from search.citing.types import ExportFormat
from search.evidence_map import Axis

#: Parameters that may be given several times.
SEVERAL: Final = (
    "centre", "topic", "direction", "design", "document_type", "nation", "language"
)  # fmt: skip
#: Parameters of the page alone: the map's axes, and the language.
OF_PAGE: Final = ("rows", "columns", PARAMETER)
EXPORTS: Final = {
    ExportFormat.DOCX: N_("Word briefing"),
    ExportFormat.RIS: "RIS",
    ExportFormat.BIBTEX: "BibTeX",
    ExportFormat.CSL_JSON: "CSL-JSON",
    ExportFormat.CSV: N_("CSV (spreadsheet)"),
    ExportFormat.JSONL: "JSON Lines",
    ExportFormat.MARKDOWN: "Markdown",
}
#: What of the answer is thanked for feedback: a passage's id, or the word for all of it.
THANKS: Final = "thanks"
WHOLE: Final = "answer"
MORE: Final = 10  # passages that "more" adds
_NOT_KEPT: Final = ("q", "k", "rows", "columns")  # by a new question


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    text: str
    address: str


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
            for name in (*SearchParameters.model_fields, *OF_PAGE)
        }
        return cls({name: values for name, values in kept.items() if values}, names)

    @property
    def question(self) -> str:
        """The question, empty where there is none."""
        return self.one("q").strip()

    def one(self, name: str) -> str:
        """The value of a parameter that has one; the last counts."""
        return self.values.get(name, ("",))[-1]

    def axis(self, name: str, usual: Axis) -> Axis:
        """An axis of the map; the usual one where the address names none that there is."""
        value = self.one(name)
        return Axis(value) if value in set(Axis) else usual

    def parameters(self) -> SearchParameters:
        """As the API knows them; raises pydantic's ValidationError."""
        typed: dict[str, Any] = {
            name: values if name in SEVERAL else values[-1]
            for name, values in self.values.items()
            if name not in OF_PAGE
        }
        return SearchParameters.model_validate(typed)

    def hidden(self, *, without: Iterable[str] = _NOT_KEPT) -> list[tuple[str, str]]:
        """What a form of the page keeps besides its own fields."""
        left_out = set(without)
        return [
            (name, value)
            for name, values in self.values.items()
            if name not in left_out
            for value in values
        ]

    def link(self, *, without: tuple[str, ...] = (), **changed: tuple[str, ...]) -> str:
        """The page with some parameters changed or left out."""
        return _address("/", {**self.values, **changed}, without)

    @property
    def unfiltered(self) -> str:
        """The page with the question alone."""
        kept = {name: self.values[name] for name in ("q", PARAMETER) if name in self.values}
        return _address("/", kept)

    @property
    def feed(self) -> str:
        """The feed of new evidence on the question."""
        return _address("/v1/feeds/search.atom", self.values, ("k", *OF_PAGE))

    @property
    def feedback(self) -> str:
        """Where verdicts on the answer are sent."""
        return _address("/feedback", self.values)

    @property
    def map(self) -> str:
        """The evidence map of the question, within the same filters."""
        return _address("/v1/evidence-map", {**self.values, "format": ("html",)}, ("k", *OF_PAGE))

    @property
    def data(self) -> str:
        """The same answer for programs."""
        return _address("/v1/search", self.values, OF_PAGE)

    def exports(self) -> list[Link]:
        """The answer in each format that it can be had in."""
        return [
            Link(
                gettext(name),
                _address("/v1/export", {**self.values, "format": (each.value,)}, OF_PAGE),
            )
            for each, name in EXPORTS.items()
        ]

    def centre(self, centre: str) -> str:
        """A centre in words; publishers outside the registry are called what they are."""
        return self.names.get(centre, centre)


def _address(path: str, values: Mapping[str, tuple[str, ...]], without: Iterable[str] = ()) -> str:
    left_out = set(without)
    pairs = [(n, v) for n, each in values.items() if n not in left_out for v in each]
    return f"{path}?{urlencode(pairs)}"
