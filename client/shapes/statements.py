"""The evidence statement."""

from typing import TypedDict

from client.shapes.reports import Rating


class Quoted(TypedDict):
    """A report's best sentence, verbatim."""

    report_id: str
    passage_id: str
    words: str


class Verdict(TypedDict):
    """The reports that say the same of an effect."""

    direction: str
    report_ids: list[str]
    centres: list[str]
    quoted: list[Quoted]


class Part(TypedDict):
    """A sentence of the statement, and the passages it rests on."""

    words: str
    passage_ids: list[str]


class Worth(TypedDict):
    """What a report says of value for money; null is unknown, never low."""

    report_id: str
    title: str
    rating: Rating | None
    strength: int | None
    cost: int | None
    impact: int | None
    direction: str


class Statement(TypedDict):
    """What the reports found come to, by rule; passages unlikely to answer do not count."""

    level: str
    answered: bool
    confidence: float
    report_ids: list[str]
    centres: list[str]
    verdicts: list[Verdict]
    differ: bool
    strengths: list[int] | None
    costs: list[int] | None
    years: list[int] | None
    parts: list[Part]
    value: list[Worth]
    nearest: list[str]
    unmatched: list[str]
