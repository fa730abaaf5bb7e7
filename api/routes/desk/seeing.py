"""What went wrong and why, what questions found, and what was done at the desk."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.desk.tallies import FEWEST, Outcome
from api.languages import gettext
from api.routes.desk.given import NewestSearcher, Seated
from api.routes.desk.wording import DEEDS
from api.routes.standing import STATES
from corpus.library.states import State

router = APIRouter()

SHOWN: Final = 200  # failures of each kind; the rest are counted
DAYS: Final = 60
TOPICS: Final = 60
LINES: Final = 100
_FAILED: Final = (State.QUARANTINED, State.NEEDS_OCR)


class JournalParameters(BaseModel):
    """Which part of the journal."""

    page: int = Field(1, ge=1, le=1_000_000)


@router.get("/failures")
def failures(seat: Seated, searcher: NewestSearcher) -> Response:
    """Files that could not be read, addresses that gave nothing, each with its reason."""
    indexed = frozenset(report.report_id for report in searcher.standing_reports())
    with seat.desk.library() as library:
        accounts = [each for each in library.accounts(indexed) if each.state in _FAILED]
        addresses = [each for each in library.visits.all_addresses() if each.fault or each.gone]
        runs = [run for run in library.visits.runs() if run.failures]
    last = runs[0] if runs else None
    known = {address.url for address in addresses}
    lists = [pair for pair in last.failures if pair[0] not in known] if last else []
    return seat.page(
        "failures.html",
        files=[(each, gettext(STATES[each.state.value])) for each in accounts[:SHOWN]],
        files_more=max(0, len(accounts) - SHOWN),
        addresses=addresses[:SHOWN],
        addresses_more=max(0, len(addresses) - SHOWN),
        lists=lists[:SHOWN],
        last=last,
    )


@router.get("/questions")
def questions(seat: Seated) -> Response:
    """How often questions found something: counts, never a question."""
    days = seat.desk.tallies.days(DAYS)
    return seat.page(
        "questions.html",
        days=days,
        outcomes=list(Outcome),
        topics=seat.desk.tallies.missed(TOPICS),
        fewest=FEWEST,
    )


@router.get("/journal")
def journal(seat: Seated, query: Annotated[JournalParameters, Query()]) -> Response:
    """What was done at the desk, latest first."""
    lines = seat.desk.journal.lines(LINES + 1, skip=(query.page - 1) * LINES)
    return seat.page(
        "journal.html",
        lines=[(line, gettext(DEEDS[line.what])) for line in lines[:LINES]],
        page=query.page,
        more=len(lines) > LINES,
    )
