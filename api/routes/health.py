"""Is the process alive, can it answer, and how has it fared."""

import asyncio
import secrets
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from api import metrics
from api.dependencies import AnySearcher
from api.problem_docs import documented

router = APIRouter()


class Alive(BaseModel):
    """The process answers."""

    status: str = Field(default="ok", description="Always ok: else there is no answer.")


class Ready(BaseModel):
    """An index is open."""

    status: str = Field(default="ready", description="Always ready: else the answer is a problem.")
    generation: str = Field(description="The index generation that answers.")
    model: str = Field(description="The encoder the index was made by.")
    reports: int = Field(description="Reports that can be found.", examples=[201])
    passages: int = Field(description="Passages of the index.", examples=[20_000])


@router.get("/healthz", summary="Alive")
async def healthz() -> Alive:
    """Whether the process answers at all."""
    return Alive()


@router.get(
    "/readyz", responses=documented(HTTPStatus.SERVICE_UNAVAILABLE), summary="Ready to answer"
)
async def readyz(searcher: AnySearcher) -> Ready:
    """Whether an index is open and answers, and which."""
    # Not in one of the threads that answer: all of them may be at work, or waiting for their turn.
    await asyncio.to_thread(searcher.check)
    counts = searcher.counts
    return Ready(
        generation=searcher.generation,
        model=searcher.spec.name,
        reports=counts.reports,
        passages=counts.passages,
    )


@router.get("/metrics", include_in_schema=False)
def measured(request: Request, searcher: AnySearcher) -> Response:
    """Everything measured, for Prometheus; only where the owner set a token, and with it."""
    token: str | None = request.app.state.metrics_token
    if token is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    given = request.headers.get("authorization", "")
    if not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED,
            "Only who has the token of EVIDENCE_METRICS_TOKEN may read this.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return Response(metrics.tell(searcher), media_type=CONTENT_TYPE_LATEST)
