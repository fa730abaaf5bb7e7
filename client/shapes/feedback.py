"""Judgements."""

from typing import TypedDict


class Feedback(TypedDict):
    """A judgement as it is kept; all about the passage is null where it is of the whole answer."""

    question: str
    verdict: str
    day: str
    generation: str
    passage_id: str | None
    text_sha256: str | None
    report_id: str | None
    page: int | None
    rank: int | None
    reason: str | None
    note: str | None
