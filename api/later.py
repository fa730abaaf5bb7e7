"""Addresses that no first answer needs: imported once the service is up, or when one is asked for.

Their endpoints and shapes, and what these need, take as long to import as everything that a
question needs. Whoever asks for one meanwhile waits, a fraction of a second, and is answered.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from anyio import to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

#: What is answered without the rest.
READY: Final = "/readyz"
FIRST: Final = frozenset({"/healthz", READY, "/metrics", "/v1/search"})

_LOG: Final = logging.getLogger(__name__)


class Later:
    """Includes the rest of an app's addresses, once. Safe to share by threads.

    `failed` while what was tried last did not succeed: the service is not well then, and says so.
    """

    def __init__(self, include: Callable[[], None]) -> None:
        self._include = include
        self._turn = threading.Lock()
        self.done = False
        self.failed = False

    def begin(self) -> None:
        """Include them in a thread, and go on; the log tells of a failure."""
        threading.Thread(target=self._aside, name="include-the-rest", daemon=True).start()

    def _aside(self) -> None:
        try:
            self.now()
        except Exception:  # noqa: BLE001 - importing runs whatever a package does
            _LOG.exception("Not every address can be served; `/readyz` says so too")

    def now(self) -> None:
        """Include them, or wait until that is done."""
        with self._turn:
            if not self.done:
                try:
                    self._include()
                except Exception:
                    self.failed = True
                    raise
                self.done, self.failed = True, False


class Whole:
    """Lets a request wait for the rest, unless it asks for what is there first."""

    def __init__(self, app: ASGIApp, later: Later) -> None:
        self._app = app
        self._later = later

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to a whole app."""
        if scope["type"] == "http" and not self._later.done and self._waits(scope["path"]):
            await to_thread.run_sync(self._later.now)
        await self._app(scope, receive, send)

    def _waits(self, path: str) -> bool:
        return path not in FIRST or (path == READY and self._later.failed)
