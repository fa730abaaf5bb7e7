"""What programs and other sites' visitors say of answers."""

from http import HTTPStatus

from fastapi import APIRouter

from api.dependencies import AnySearcher, Feedback, ShownKey
from api.feedback.judging import judge
from api.keys.errors import OutOfScope
from api.keys.types import Scope, utc_now
from api.problem_docs import documented
from api.schemas.feedback import FeedbackIn, FeedbackOut
from search.filters import passes
from search.searcher import Searcher
from search.types import Filters

router = APIRouter(prefix="/v1")


@router.post(
    "/feedback",
    responses=documented(
        HTTPStatus.NOT_FOUND,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.INSUFFICIENT_STORAGE,
    ),
    summary="Say whether an answer was useful",
)
def feedback(said: FeedbackIn, searcher: AnySearcher, kept: Feedback, key: ShownKey) -> FeedbackOut:
    """Keep a judgement of an answer or of one passage, the question with it.

    Send it only for somebody who knows that question and verdict are kept. No address, key or
    time is kept with them. 403 where the owner keeps no feedback.
    """
    judgement = judge(
        searcher,
        said.question,
        said.verdict,
        day=utc_now().date(),
        generation=said.generation,
        passage_id=said.passage_id,
        digest=said.text_sha256,
        rank=said.rank,
        reason=said.reason,
        note=said.note,
    )
    if key is not None and key.scope is not None and judgement.report_id is not None:
        _check(key.scope, judgement.report_id, searcher)
    kept.add(judgement)
    return FeedbackOut.of(judgement)


def _check(scope: Scope, report_id: str, searcher: Searcher) -> None:
    """Raise OutOfScope where a site key may not ask for a report."""
    own = Filters(centres=scope.centres, topics=scope.topics)
    if not passes(searcher.report(report_id), own):
        raise OutOfScope("This key does not open that passage.", cure="Leave the passage out.")
