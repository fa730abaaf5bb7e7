"""Is the process alive, and can it answer."""

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel

from api.dependencies import AnySearcher
from api.problems import documented

router = APIRouter()


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"


class Ready(BaseModel):
    """An index is open."""

    status: str = "ready"
    generation: str
    model: str
    reports: int
    passages: int


@router.get("/healthz", summary="Alive")
def healthz() -> Alive:
    """Whether the process answers at all."""
    return Alive()


@router.get(
    "/readyz", responses=documented(HTTPStatus.SERVICE_UNAVAILABLE), summary="Ready to answer"
)
def readyz(searcher: AnySearcher) -> Ready:
    """Whether an index is open, and which."""
    counts = searcher.counts
    return Ready(
        generation=searcher.generation,
        model=searcher.spec.name,
        reports=counts.reports,
        passages=counts.passages,
    )
