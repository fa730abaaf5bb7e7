"""The door: every request passes it, and every answer leaves by it with its CORS and rate headers.

What needs no library (health, the script of the widget, pictures) is let through unasked.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.admission import Admission, Doorkeeper
from api.keys.errors import KeysUnusable
from api.languages import N_
from api.limits.counters import Standing
from api.problems import Problem, ProblemPage, QuotaProblem, make_problem, respond
from api.refusals import Refusal

FREE: Final = frozenset({"/healthz", "/readyz", "/metrics", "/widget.js", "/favicon.ico"})
FREE_BELOW: Final = ("/static/",)
#: What costs more than one unit: method, how the path begins, units.
COSTS: Final = (
    ("POST", "/v1/feedback", 3),
    ("POST", "/feedback", 3),
    ("POST", "/v1/", 10),  # files and lists are read
    ("GET", "/v1/export", 5),
    ("GET", "/v1/evidence-map", 2),
)
DECIDING: Final = 4  # requests looked at at once, besides those being answered
PREFLIGHT_S: Final = 600  # how long a browser may keep a permission
_PERMITTED: Final = {
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Language, Content-Type",
    "Access-Control-Max-Age": str(PREFLIGHT_S),
}
_READABLE: Final = "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")

_T = TypeVar("_T")


def cost_of(method: str, path: str) -> int:
    """How many units a request costs."""
    fits = (units for verb, start, units in COSTS if verb == method and path.startswith(start))
    return next(fits, 1)


class Door:
    """Lets a request in or refuses it with a problem; `request.state.key` is the key shown."""

    def __init__(self, app: ASGIApp, keeper: Doorkeeper, page: ProblemPage) -> None:
        self._app = app
        self._keeper = keeper
        self._page = page
        self._places = CapacityLimiter(DECIDING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if not _HOST.fullmatch(request.headers.get("host", "localhost")):
            await self._odd_host(request)(scope, receive, send)
        elif scope["path"] in FREE or scope["path"].startswith(FREE_BELOW):
            await self._app(scope, receive, send)
        elif _is_preflight(request):
            response = await self._decide(lambda: self._preflight(request))
            await response(scope, receive, send)
        else:
            await self._admitted(request, receive, send)

    async def _admitted(self, request: Request, receive: Receive, send: Send) -> None:
        scope = request.scope
        cost = cost_of(scope["method"], scope["path"])
        try:
            if self._keeper.reads_files(request):
                admission = await self._decide(lambda: self._keeper.admit(request, cost=cost))
            else:
                admission = self._keeper.admit(request, cost=cost)
        except Refusal as refusal:
            await self._refuse(request, refusal)(scope, receive, send)
            return
        except KeysUnusable as error:
            told = make_problem(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error), error.cure)
            await respond(request, told, self._page)(scope, receive, send)
            return
        request.state.key = admission.key
        _forget_key(scope)
        await self._app(scope, receive, _tell(send, admission))

    async def _decide(self, decide: Callable[[], _T]) -> _T:
        """In a thread, for files are read; not one of those that answer, which may all be busy."""
        return await to_thread.run_sync(decide, limiter=self._places)

    def _preflight(self, request: Request) -> Response:
        try:
            origin = self._keeper.preflight(request)
        except Refusal as refusal:
            return self._refuse(request, refusal)
        response = Response(status_code=HTTPStatus.NO_CONTENT, headers=_PERMITTED)
        _add_cors(response.headers, origin)
        return response

    def _refuse(self, request: Request, refusal: Refusal) -> Response:
        told: Problem = make_problem(
            request, refusal.status, refusal.detail, refusal.cure, refusal.values
        )
        if violated := [each.limit.name for each in refusal.standings if each.wait_s]:
            known = told.model_dump(exclude={"type"})
            told = QuotaProblem(**known, language=told.language, violated_policies=violated)
        response = respond(request, told, self._page)
        response.headers.update(refusal.headers)
        _add_cors(response.headers, refusal.origin)
        _add_rates(response.headers, refusal.standings)
        return response

    def _odd_host(self, request: Request) -> Response:
        refusal = Refusal(
            HTTPStatus.BAD_REQUEST,
            N_("The Host header is no host."),
            N_("Send the name of the service and, where it has one, the port."),
        )
        return self._refuse(request, refusal)


def _is_preflight(request: Request) -> bool:
    asked = ("origin", "access-control-request-method")
    return request.method == "OPTIONS" and all(name in request.headers for name in asked)


def _forget_key(scope: Scope) -> None:
    """Make it a request as the API knows it: there no address has a parameter of that name."""
    if scope["path"].startswith("/v1/"):
        parts = scope["query_string"].split(b"&")
        kept = (part for part in parts if part.partition(b"=")[0] != b"key")
        scope["query_string"] = b"&".join(kept)


def _tell(send: Send, admission: Admission) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            _add_cors(headers, admission.origin)
            _add_rates(headers, admission.standings)
            if admission.key is not None and headers.get("cache-control") != "no-store":
                headers["Cache-Control"] = "private, no-cache"
        await send(message)

    return told


def _add_cors(headers: MutableHeaders, origin: str | None) -> None:
    """Credentials are never allowed: no cookie of this service is any other site's business."""
    headers.add_vary_header("Origin")
    if origin is not None:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = _READABLE


def _add_rates(headers: MutableHeaders, standings: Sequence[Standing]) -> None:
    """By draft-ietf-httpapi-ratelimit-headers-10."""
    if not standings:
        return
    rates = ((each.limit.name, each.limit.rate) for each in standings)
    headers["RateLimit-Policy"] = _items(f'"{n}";q={r.quota};w={r.window_s}' for n, r in rates)
    headers["RateLimit"] = _items(
        f'"{each.limit.name}";r={each.left};t={each.resets_s}' for each in standings
    )


def _items(each: Iterable[str]) -> str:
    return ", ".join(each)
