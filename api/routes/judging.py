"""What visitors of the site say of answers: plain forms, answered without a new page to scripts."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field, field_validator

from api.dependencies import AnySearcher, Feedback, Keeper
from api.feedback.errors import ForeignPage
from api.feedback.judging import judge
from api.feedback.types import LONGEST_NOTE, Opinion, Reason
from api.keys.types import utc_now
from api.languages import N_, gettext
from api.routes.forms import THANKS, WHOLE, Asked
from api.schemas.feedback import Digest, GenerationId, Rank

router = APIRouter(include_in_schema=False)

REASONS: Final = {
    Reason.OFF_TOPIC: N_("It is about something else"),
    Reason.ELSEWHERE: N_("It is about other people or places"),
    Reason.OUT_OF_DATE: N_("It is out of date"),
    Reason.TOO_GENERAL: N_("It says too little"),
    Reason.INCOMPLETE: N_("Something is missing"),
    Reason.MISLEADING: N_("It is misleading"),
}
SAID: Final = N_("Thank you. Your question and your verdict are kept on this server.")


class JudgedForm(BaseModel):
    """The fields of the forms; what was left empty is None, a new line one character."""

    verdict: Opinion
    passage: Annotated[str, Field(max_length=200)] | None = None
    digest: Digest | None = None
    rank: Rank | None = None
    generation: GenerationId | None = None
    reason: Reason | None = None
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _given(cls, value: object) -> object:
        return value.replace("\r\n", "\n") or None if isinstance(value, str) else value


@router.post("/feedback")
def judged(
    request: Request,
    form: Annotated[JudgedForm, Form()],
    searcher: AnySearcher,
    kept: Feedback,
    keeper: Keeper,
) -> Response:
    """Keep a verdict on the answer whose parameters the address has, and lead back to it."""
    if not keeper.is_own_form(request):
        raise ForeignPage(
            "This verdict did not come from a page of this site.",
            cure="Send it from the answer's own page.",
        )
    asked = Asked.of(request.query_params, {})
    judgement = judge(
        searcher,
        asked.question,
        form.verdict,
        day=utc_now().date(),
        generation=form.generation,
        passage_id=form.passage,
        digest=form.digest,
        rank=form.rank,
        reason=form.reason,
        note=form.note,
    )
    kept.add(judgement)
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"said": gettext(SAID)}, headers={"Cache-Control": "no-store"})
    thanked = {THANKS: (form.passage or WHOLE,)}
    return RedirectResponse(f"{asked.link(**thanked)}#{THANKS}", status_code=303)
