"""What is cited, before it takes any format."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from corpus.findings import Rating


class CitationFormat(StrEnum):
    """What a report's reference can be had as."""

    RIS = "ris"
    BIBTEX = "bibtex"
    CSL_JSON = "csl-json"
    CSV = "csv"
    JSONL = "jsonl"
    MARKDOWN = "markdown"


class ExportFormat(StrEnum):
    """What an answer can be had as."""

    RIS = "ris"
    BIBTEX = "bibtex"
    CSL_JSON = "csl-json"
    CSV = "csv"
    JSONL = "jsonl"
    MARKDOWN = "markdown"
    DOCX = "docx"


@dataclass(frozen=True, slots=True)
class Reference:
    """A report as it is cited.

    `issued` is year, month and day as far as they are known; `url` is an http or https address.
    `remarks` are what a reader must know before quoting: that it is a summary, that it was
    replaced, who else publishes it.
    """

    key: str
    title: str
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    issued: tuple[int, ...] = ()
    doi: str | None = None
    isbn: str | None = None
    url: str | None = None
    language: str | None = None
    rating: Rating = Rating()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage as it is quoted, verbatim.

    `pages` are (physical number, printed label) pairs, empty for formats that have no pages;
    `permalink` leads to the passage and proves it unchanged; `confidence` is the estimated chance
    that it answers, None where nothing was asked.
    """

    rank: int
    passage_id: str
    text: str
    pages: tuple[tuple[int, str | None], ...]
    section: tuple[str, ...]
    permalink: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Source:
    """A report and what is quoted of it, best first."""

    reference: Reference
    excerpts: tuple[Excerpt, ...] = ()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What was asked and when; `filters` and `statement` are plain sentences."""

    question: str
    asked: date
    filters: tuple[str, ...] = ()
    statement: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Takeaway:
    """Sources to take away: the answer to an inquiry, or a report by itself."""

    sources: tuple[Source, ...]
    inquiry: Inquiry | None = None

    @property
    def ranked(self) -> tuple[tuple[Excerpt, Source], ...]:
        """Every excerpt with its source, best first."""
        pairs = [(excerpt, source) for source in self.sources for excerpt in source.excerpts]
        return tuple(sorted(pairs, key=lambda pair: pair[0].rank))
