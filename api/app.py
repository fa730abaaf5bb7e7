"""The service: one app over one source of searchers."""

import logging
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from fastapi import APIRouter, FastAPI, Request, Response, Security
from fastapi.security import APIKeyQuery, HTTPBearer
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api import metrics
from api.admission import Doorkeeper
from api.bodies import BodyLimit
from api.description import describe
from api.door import Door
from api.feedback.store import FeedbackStore
from api.heads import Head
from api.languages import Languages
from api.later import Later, Whole
from api.logs import log_request
from api.policies import content_policy
from api.problem_docs import documented
from api.problems import Problem, install_problems, make_problem, respond, unforeseen
from api.repeats import Repeats
from api.routes import answers, health
from api.settings import Settings
from corpus.centres import using_registry
from corpus.errors import EvidenceError
from corpus.home import Home
from search.live import LiveSearcher
from search.searcher import Searcher

if TYPE_CHECKING:
    from api.desk.desk import Desk

STATIC: Final = Path(__file__).parent / "static"
_DESCRIPTION: Final = (
    "Ask a policy question, get ranked passages of the UK What Works centres' evidence: "
    "verbatim, with page and the centre's own rating."
)
_SECURITY: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

#: How keys are shown; the door looks at them, this only describes it to programs.
_SHOWN: Final = (
    Security(HTTPBearer(auto_error=False, description="An API or admin key.")),
    Security(APIKeyQuery(name="key", auto_error=False, description="A site key: search only.")),
)
_REFUSED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)

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
    desk = _desk(settings) if settings.desk else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as opened:
            app.state.source = source
            if source is None:
                live = LiveSearcher(
                    settings.home, reranker=settings.reranker, engine=settings.engine
                )
                opened.callback(live.close)
                app.state.source = live
            if desk is not None:
                desk.tallies.start()
                opened.callback(desk.tallies.close)
                opened.enter_context(metrics.heard_by(desk.tallies.count))
            later.begin()
            yield

    app = FastAPI(
        title="Evidence search for the What Works centres",
        description=_DESCRIPTION,
        version="1",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's pages load scripts of a third party; ours is in routes/docs
        redoc_url=None,
        openapi_url=None,  # in routes/docs too
    )
    app.state.public_url = settings.public_url
    app.state.feedback = FeedbackStore(Home(settings.home).feedback) if settings.feedback else None
    app.state.metrics_token = settings.metrics_token
    app.state.keeper = Doorkeeper(settings)
    app.state.desk = desk
    app.state.repeats = Repeats()
    install_problems(app, problem_page)
    _include_api(app, answers.router)
    app.include_router(health.router)
    later = Later(lambda: _include_rest(app, settings))
    describe(app, later.now)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Whole, later=later)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(Head)
    app.add_middleware(BodyLimit, refuse=_refuse)
    app.add_middleware(Door, keeper=app.state.keeper, page=problem_page)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(Languages)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    return app


def _include_api(app: FastAPI, *routers: APIRouter) -> None:
    for router in routers:
        app.include_router(router, dependencies=_SHOWN, responses=documented(*_REFUSED))


def _include_rest(app: FastAPI, settings: Settings) -> None:
    """All that no first answer needs: imported here, for that takes as long as all the above."""
    from api.holdings import Holdings  # noqa: PLC0415
    from api.originals import Originals  # noqa: PLC0415
    from api.routes import rest  # noqa: PLC0415

    app.state.originals = Originals(settings.home, settings.registry)
    app.state.holdings = Holdings(settings.home)
    _include_api(app, *rest.API)
    for router in rest.PAGES:
        app.include_router(router)
    if settings.desk:
        from api.routes import desk  # noqa: PLC0415

        app.include_router(desk.router)


def _desk(settings: Settings) -> "Desk":
    from api.desk.desk import Desk  # noqa: PLC0415 - most services have none

    return Desk.of(settings.home, settings.registry, settings.engine)


def problem_page(told: Problem) -> str:
    """An error as a page; templates are read when somebody is shown one."""
    from api.routes import rendering  # noqa: PLC0415

    return rendering.problem_page(told)


def _refuse(
    request: Request, status: HTTPStatus, detail: str, cure: str, values: Mapping[str, object]
) -> Response:
    return respond(request, make_problem(request, status, detail, cure, values), problem_page)


class Guard:
    """The outermost layer: a request id, security headers, the log, metrics, and the last net.

    Every response carries `X-Request-Id`, which the log names too, beside the address's template:
    never what was asked or who asked, unless the owner wants it.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer 500 where nobody foresaw what it raised."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        scope.setdefault("state", {})
        request_id = uuid.uuid4().hex[:12]
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                # a file or a frame has a policy of its own, the desk its own referrer
                usual = {**_SECURITY, "Content-Security-Policy": content_policy()}
                for name, value in usual.items():
                    headers.setdefault(name, value)
            await send(message)

        metrics.UNDER_WAY.inc()
        try:
            with using_registry(self._settings.registry):
                await self._app(scope, receive, send_guarded)
        except Exception as error:  # whatever an endpoint raised
            if status and isinstance(error.__cause__, EvidenceError):
                # Half an answer cannot be mended. The server ends its connection, as it must.
                _log.error("%s %s broke off: %s", request_id, _endpoint(scope), error.__cause__)
                return
            _log.exception("%s %s failed", request_id, _endpoint(scope))
            if status:
                raise
            request = Request(scope)
            response = respond(request, unforeseen(request), problem_page)
            await response(scope, receive, send_guarded)
        finally:
            metrics.UNDER_WAY.dec()
            took = time.perf_counter() - start
            metrics.requested(scope["method"], _endpoint(scope), status, took)
            log_request(
                {
                    "request_id": request_id,
                    "method": scope["method"],
                    "endpoint": _endpoint(scope),
                    "status": status,
                    "ms": round(took * 1000, 1),
                    "generation": scope["state"].get("generation"),
                    **self._about_the_asker(scope),
                }
            )

    def _about_the_asker(self, scope: Scope) -> dict[str, str]:
        """What the owner turned on."""
        told: dict[str, str] = {}
        if self._settings.log_clients and scope.get("client"):
            told["client"] = scope["client"][0]
        if self._settings.log_questions and (asked := Request(scope).query_params.get("q")):
            told["question"] = asked
        return told


def _endpoint(scope: Scope) -> str:
    """The template of the address, not the address: that may hold what somebody typed."""
    route, mounted = scope.get("route"), scope.get("root_path")
    return str(getattr(route, "path", None) or mounted or "none")
