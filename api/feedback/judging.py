"""From what somebody sent to what is kept."""

from dataclasses import replace
from datetime import date

from api.feedback.types import Judgement, Opinion, Reason
from search.citing.permalinks import text_sha256
from search.errors import InvalidQuery
from search.questions import checked_question
from search.searcher import Searcher
from search.wording import readable


def judge(
    searcher: Searcher,
    question: str,
    verdict: Opinion,
    *,
    day: date,
    generation: str | None = None,
    passage_id: str | None = None,
    digest: str | None = None,
    rank: int | None = None,
    reason: Reason | None = None,
    note: str | None = None,
) -> Judgement:
    """A judgement of an answer, or of one passage of it, completed from the index in use.

    Args:
        searcher: over that index.
        question: as it was asked.
        verdict: whether it was useful.
        day: today.
        generation: which index gave the answer; None: the one in use.
        passage_id: the passage that is judged; None: the whole answer.
        digest: SHA-256 of the passage's text as it was shown; None where that was not told.
        rank: where the passage stood, from 1.
        reason: why.
        note: the same in somebody's own words.

    Raises:
        InvalidQuery: nothing was asked or too much, or the passage says something else now.
        UnknownId: there is no such passage.
    """
    said = Judgement(
        question=checked_question(question),
        verdict=verdict,
        day=day,
        generation=generation or searcher.generation,
        reason=reason,
        note=readable(note or "") or None,
    )
    if passage_id is None:
        return said
    passage = searcher.passage(passage_id)
    now = text_sha256(passage)
    if digest not in {None, now}:
        raise InvalidQuery(
            "This passage has changed since it was shown.",
            cure="Ask again, and judge what stands there now.",
        )
    return replace(
        said,
        passage_id=passage.passage_id,
        text_sha256=now,
        report_id=passage.report_id,
        page=passage.spans[0].page if passage.spans else None,
        rank=rank,
    )
