"""Addresses that no first answer needs: imported once the service is up, or when one is asked for.

Their endpoints and shapes, and what these need, take as long to import as everything that a
question needs. Whoever asks for one meanwhile waits, a fraction of a second, and is answered.
"""

import threading
from collections.abc import Callable
from typing import Final

from anyio import to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

#: What is answered without the rest.
FIRST: Final = frozenset({"/healthz", "/readyz", "/metrics", "/v1/search"})


class Later:
    """Includes the rest of an app's addresses, once. Safe to share by threads."""

    def __init__(self, include: Callable[[], None]) -> None:
        self._include = include
        self._turn = threading.Lock()
        self.done = False

    def begin(self) -> None:
        """Include them in a thread, and go on."""
        threading.Thread(target=self.now, name="include-the-rest", daemon=True).start()

    def now(self) -> None:
        """Include them, or wait until that is done."""
        with self._turn:
            if not self.done:
                self._include()
                self.done = True


class Whole:
    """Lets a request wait for the rest, unless it asks for what is there first."""

    def __init__(self, app: ASGIApp, later: Later) -> None:
        self._app = app
        self._later = later

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to a whole app."""
        if scope["type"] == "http" and not self._later.done and scope["path"] not in FIRST:
            await to_thread.run_sync(self._later.now)
        await self._app(scope, receive, send)
