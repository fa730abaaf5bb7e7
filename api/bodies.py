"""The limit on what a request may carry, kept before anything of it is stored."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpus.uploads import LARGEST_UPLOAD

LARGEST_BODY: Final = LARGEST_UPLOAD + 2**20  # bytes: a file, and the form around it

Refuse = Callable[[Request, HTTPStatus, str, str], Response]


class BodyLimit:
    """Answers 413 to a request whose body is over `LARGEST_BODY`, said or counted."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it carries."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if said.isdigit() and int(said) > LARGEST_BODY:
            await self._refused(scope)(scope, receive, send)
            return
        came, over, started = 0, False, False

        async def counted() -> Message:
            nonlocal came, over
            message = await receive()
            came += len(message.get("body", b""))
            over = over or came > LARGEST_BODY
            return {"type": "http.disconnect"} if over else message

        async def watched(message: Message) -> None:
            nonlocal started
            if over and not started:
                return  # whatever it makes of half a body; the refusal follows
            started = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except ClientDisconnect:
            if not over:
                raise
        if over and not started:
            await self._refused(scope)(scope, receive, send)

    def _refused(self, scope: Scope) -> Response:
        return self._refuse(
            Request(scope),
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The request is over {LARGEST_BODY // 2**20} MiB.",
            "Send a smaller file, or its abstract as text.",
        )
