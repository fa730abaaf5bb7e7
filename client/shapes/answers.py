"""Answers, batches and evidence maps."""

from typing import TypedDict

from client.shapes.reports import Page, Report
from client.shapes.statements import Statement


class Mended(TypedDict):
    """A mistyped word."""

    typed: str
    searched: str


class WrittenOut(TypedDict):
    """An acronym and what it was taken for."""

    typed: str
    means: str


class Reading(TypedDict):
    """What the question was taken to mean; `exact=true` searches for what was typed."""

    searched: str
    mended: list[Mended]
    written_out: list[WrittenOut]
    topic: bool


class FiltersUsed(TypedDict):
    """The filters the answer was made with."""

    centre: list[str]
    year_from: int | None
    year_to: int | None
    document_type: list[str]
    topic: list[str]
    language: list[str]
    nation: list[str]
    design: list[str]
    direction: list[str]
    strength_from: int | None
    cost_to: int | None


class Preference(TypedDict):
    """What moved passages up among those about as relevant; 0 is off."""

    strong: float
    recent: float


class Highlight(TypedDict):
    """Characters of the passage's text, half open."""

    start: int
    end: int


class Standing(TypedDict):
    """Where one retriever put a passage; rank null where it did not propose it."""

    rank: int | None
    score: float | None


class Why(TypedDict):
    """Why a passage stands where it does."""

    dense: Standing
    lexical: Standing
    tokens: float | None
    preferred: float
    reranker: Standing | None


class Hit(TypedDict):
    """A ranked passage."""

    rank: int
    score: float
    passage_id: str
    text: str
    highlights: list[Highlight]
    pages: list[Page]
    section: list[str]
    kind: str
    why: Why
    permalink: str
    confidence: float
    duplicates: list[str]
    report: Report


class Group(TypedDict):
    """A report of the answer and its passages, best first."""

    report_id: str
    passage_ids: list[str]


class Theme(TypedDict):
    """Reports of a bare topic that share an outcome or a centre."""

    by: str
    label: str
    report_ids: list[str]


class Facet(TypedDict):
    """How many reports of the filtered result have a value."""

    value: str
    count: int


class Answer(TypedDict):
    """An answer: ranked passages, grouped by report, with facets of the filtered result."""

    query: str
    reading: Reading
    filters: FiltersUsed
    preference: Preference
    hits: list[Hit]
    statement: Statement
    reports: list[Group]
    themes: list[Theme]
    facets: dict[str, list[Facet]]
    generation: str
    model: str
    took_ms: dict[str, float]
    next_cursor: str | None


class Problem(TypedDict):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    cure: str | None
    instance: str


class BatchResult(TypedDict):
    """The answer to a question, or what is wrong with it."""

    number: int
    answer: Answer | None
    problem: Problem | None


class Batch(TypedDict):
    """A result for each question, in order."""

    results: list[BatchResult]
    generation: str


class Cell(TypedDict):
    """A place of the map."""

    row: str
    column: str
    found: list[str]
    held: int
    untested: list[str]
    strength: int | None


class EvidenceMap(TypedDict):
    """A grid of the reports that are likely to answer."""

    query: str
    rows_by: str
    columns_by: str
    rows: list[str]
    columns: list[str]
    cells: list[Cell]
    unplaced: list[str]
    generation: str


class Ready(TypedDict):
    """An index is open."""

    status: str
    generation: str
    model: str
    reports: int
    passages: int
