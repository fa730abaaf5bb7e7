"""Jobs of the desk: how far each is, what it said, and stopping it."""

import os
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import BaseModel

from api.desk.desk import Desk
from api.desk.journal import Deed
from api.desk.types import Job, Task
from api.languages import gettext
from api.routes.desk.given import PATH, Acting, Seat, Seated, go
from api.routes.desk.wording import STATES, TASKS

router = APIRouter()

REFRESH_S = 5  # seconds between two looks, without JavaScript
_Number = Annotated[int, Path(ge=1, le=10**12)]


class JobParameters(BaseModel):
    """How a job is looked at: `still` does not look again by itself."""

    still: bool = False


@router.get("/jobs")
def jobs(seat: Seated) -> Response:
    """The latest jobs."""
    return seat.page("jobs.html", jobs=[told(job) for job in seat.desk.jobs.all()])


@router.get("/jobs/{number}")
def job(seat: Seated, number: _Number, query: Annotated[JobParameters, Query()]) -> Response:
    """A job; while it is under way the page looks again every few seconds."""
    found = _find(seat, number)
    return seat.page(
        "job.html",
        job=found,
        told=told(found),
        output=seat.desk.jobs.output(found),
        reports=_reports(seat.desk, found),
        still=query.still,
        refresh=REFRESH_S,
    )


@router.post("/jobs/{number}")
def stop(seat: Acting, number: _Number) -> Response:
    """Have it end."""
    found = _find(seat, number)
    if found.state.open and not found.stopping:
        seat.desk.jobs.stop(number)
        seat.desk.journal.tell(seat.key.key_id, Deed.STOPPED, f"{found.task} {number}")
    return go(f"{PATH}/jobs/{number}")


def told(job: Job) -> dict[str, object]:
    """A job in words."""
    return {
        "number": job.number,
        "task": gettext(TASKS[job.task]),
        "about": job.about,
        "state": gettext(STATES[job.state]),
        "who": job.who,
        "asked": job.asked,
        "ended": job.ended,
        "open": job.state.open,
    }


def _find(seat: Seat, number: int) -> Job:
    found = seat.desk.jobs.find(number)
    if found is None:
        raise HTTPException(404)
    return found


def _reports(desk: Desk, job: Job) -> list[str]:
    """Ids of the reports a job added: of files from its folder, or of its address."""
    if job.task is not Task.ADD or job.state.open:
        return []
    folder = os.path.realpath(desk.jobs.folder / job.folder) + os.sep
    address = job.about if "://" in job.about else None
    with desk.library() as library:
        files = library.files()
    return list(
        dict.fromkeys(
            file.report_id
            for file in files
            if file.place.startswith(folder) or (address is not None and file.path == address)
        )
    )
