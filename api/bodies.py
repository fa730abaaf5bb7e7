"""The limits on what a request carries, kept before anything of it is stored: size and time."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.languages import N_
from corpus.uploads import LARGEST_UPLOAD

LARGEST_BODY: Final = LARGEST_UPLOAD + 2**20  # bytes: a file, and the form around it
#: Where less is enough: a question and a note, each character escaped.
SMALLER: Final = {"/feedback": 64 * 2**10, "/v1/feedback": 64 * 2**10}
BODY_S: Final = 120.0  # seconds it may take to come

Refuse = Callable[[Request, HTTPStatus, str, str, Mapping[str, object]], Response]


class BodyLimit:
    """Answers 413 to a body that is too large, said or counted, and 408 to one that is late.

    Too large is over `LARGEST_BODY`, or what `SMALLER` says of its address.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, watching what it carries."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = SMALLER.get(scope["path"], LARGEST_BODY)
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if said.isdigit() and int(said) > largest:
            await self._refused(scope, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)(scope, receive, send)
            return
        body = _Body(receive, largest)
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            if body.fault and not started:
                return  # whatever it makes of half a body; the refusal follows
            started = True
            await send(message)

        try:
            await self._app(scope, body.receive, watched)
        except ClientDisconnect:
            if not body.fault:
                raise
        if body.fault and not started:
            await self._refused(scope, body.fault)(scope, receive, send)

    def _refused(self, scope: Scope, status: HTTPStatus) -> Response:
        return self._refuse(Request(scope), status, *_reason(status, scope["path"]))


def _reason(status: HTTPStatus, path: str) -> tuple[str, str, Mapping[str, object]]:
    """What is wrong, the cure, and what fills both in."""
    if status is HTTPStatus.REQUEST_TIMEOUT:
        told = N_("The request did not come within {seconds} seconds.")
        cure = N_("Send it again, over a faster connection or in parts.")
        return told, cure, {"seconds": round(BODY_S)}
    if path in SMALLER:
        told, cure = N_("The request is over {size} KiB."), N_("Send a shorter note.")
        return told, cure, {"size": SMALLER[path] // 2**10}
    told = N_("The request is over {size} MiB.")
    cure = N_("Send a smaller file, or its abstract as text.")
    return told, cure, {"size": LARGEST_BODY // 2**20}


class _Body:
    """A request's body as it comes: `fault` says what was wrong with it, if anything."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self.fault: HTTPStatus | None = None
        self._largest = largest
        self._receive = receive
        self._came = 0
        self._whole = False
        self._end = asyncio.get_running_loop().time() + BODY_S

    async def receive(self) -> Message:
        """The next message; a disconnect once the body is at fault."""
        if self._whole:
            return await self._receive()  # waits for the client to go away, however long
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._receive()
        except TimeoutError:
            self.fault = self.fault or HTTPStatus.REQUEST_TIMEOUT
            return {"type": "http.disconnect"}
        self._whole = not message.get("more_body", False)
        self._came += len(message.get("body", b""))
        if self._came > self._largest:
            self.fault = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return {"type": "http.disconnect"} if self.fault else message
