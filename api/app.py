"""The service: one app over one source of searchers."""

import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

from fastapi import FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from api.problems import install_problems
from api.routes import health, pages, v1
from api.settings import Settings
from search.loading import LiveSearcher
from search.searcher import Searcher

STATIC: Final = Path(__file__).parent / "static"
_DESCRIPTION: Final = (
    "Ask a policy question, get ranked passages of the UK What Works centres' evidence: "
    "verbatim, with page and the centre's own rating."
)
_CSP: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_DOCS: Final = ("/docs", "/openapi.json", "/redoc")

_log = logging.getLogger("evidence.requests")


class SearcherSource(Protocol):
    """Hands out the searcher to use now."""

    def current(self) -> Searcher:
        """The searcher over the newest generation."""
        ...


def create_app(settings: Settings, source: SearcherSource | None = None) -> FastAPI:
    """Make the app; without a source it opens the home's index when it starts.

    Raises (at start):
        NoIndex, IndexUnusable, EncoderError: with the cure.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.source = source or LiveSearcher(settings.home)
        yield

    app = FastAPI(
        title="Evidence search for the What Works centres",
        description=_DESCRIPTION,
        version="1",
        lifespan=lifespan,
    )
    install_problems(app)
    app.include_router(v1.router)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(settings.cors_origins), allow_methods=["GET"]
        )
    app.middleware("http")(_guard)
    return app


async def _guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give every response its security headers, and log the request without its question."""
    start = time.perf_counter()
    response = await call_next(request)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if not request.url.path.startswith(_DOCS):
        response.headers["Content-Security-Policy"] = _CSP
    request_id = uuid.uuid4().hex[:12]
    response.headers["X-Request-Id"] = request_id
    took = (time.perf_counter() - start) * 1000
    _log.info(
        "%s %s %s %d in %.1f ms",
        request_id,
        request.method,
        request.url.path,
        response.status_code,
        took,
    )
    return response
