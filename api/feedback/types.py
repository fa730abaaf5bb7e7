"""What is kept of a judgement."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

LONGEST_NOTE: Final = 500  # characters


class Opinion(StrEnum):
    """What somebody thinks of an answer."""

    USEFUL = "useful"
    NOT_USEFUL = "not_useful"


class Reason(StrEnum):
    """Why it did not."""

    OFF_TOPIC = "off_topic"  # about something else
    ELSEWHERE = "elsewhere"  # about other people or places
    OUT_OF_DATE = "out_of_date"
    TOO_GENERAL = "too_general"  # on the subject, and says too little
    INCOMPLETE = "incomplete"  # something that should be there is missing
    MISLEADING = "misleading"  # the statement, the rating or the order misleads


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody said of an answer, or of one of its passages; nothing of who said it.

    `day` has no time. Of a passage stand its id, the SHA-256 of its text, its report, its first
    page (physical, from 1) and the `rank` it was shown at, where that was told; of a whole answer
    all five are None. `generation` is the index generation that gave the answer.
    """

    question: str
    verdict: Opinion
    day: date
    generation: str
    passage_id: str | None = None
    text_sha256: str | None = None
    report_id: str | None = None
    page: int | None = None
    rank: int | None = None
    reason: Reason | None = None
    note: str | None = None
