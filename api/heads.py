"""HEAD: answered as GET is, without the body (RFC 9110, 9.3.2)."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASKED = "evidence.head"


class Head:
    """Lets the app answer a HEAD request as GET, and keeps the body to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # The server must go on seeing HEAD, the layers around this one the route that was found.
        inner = {**scope, "method": "GET", _ASKED: True}
        await self._app(inner, receive, without_body)
        if "route" in inner:
            scope["route"] = inner["route"]


def body_wanted(request: Request) -> bool:
    """Whether anything of a body will be sent: a long one need not be made for HEAD."""
    return not request.scope.get(_ASKED)
