"""What a site's robots.txt permits (RFC 9309)."""

import threading
from collections.abc import Callable
from typing import Final

from protego import Protego

from corpus.errors import FetchError, Forbidden

LARGEST: Final = 512 * 1024  # bytes read of a robots.txt; RFC 9309 asks for 500 KiB at least
#: Status and bytes of an address; raises FetchError when no answer comes.
Ask = Callable[[str], tuple[int, bytes]]


class Robots:
    """The robots.txt of every origin met, each asked for once."""

    def __init__(self, user_agent: str, ask: Ask) -> None:
        self._user_agent = user_agent
        self._ask = ask
        self._known: dict[str, tuple[Protego, str | None]] = {}
        self._lock = threading.Lock()

    def refusal(self, origin: str, url: str) -> str | None:
        """Why an address of that origin may not be asked for; None when it may."""
        rules, fault = self._of(origin)
        if fault is not None:
            return f"{origin}/robots.txt cannot be read, so nothing is asked for: {fault}"
        if not rules.can_fetch(url, self._user_agent):
            return f"{origin}/robots.txt does not permit {url}"
        return None

    def delay_s(self, origin: str) -> float:
        """The crawl delay it asks for, in seconds; 0 where it asks for none."""
        return float(self._of(origin)[0].crawl_delay(self._user_agent) or 0.0)

    def _of(self, origin: str) -> tuple[Protego, str | None]:
        with self._lock:
            if origin not in self._known:
                text, fault = self._text(origin)
                self._known[origin] = (Protego.parse(text), fault)
            return self._known[origin]

    def _text(self, origin: str) -> tuple[str, str | None]:
        """Absent (4xx) permits everything; unreachable or failing (5xx) permits nothing."""
        try:
            status, data = self._ask(f"{origin}/robots.txt")
        except Forbidden:
            raise
        except FetchError as error:
            return "", str(error)
        if status >= 500:  # noqa: PLR2004 - RFC 9309, 2.3.1.4
            return "", f"status {status}"
        if status >= 400:  # noqa: PLR2004 - RFC 9309, 2.3.1.3
            return "", None
        return data[:LARGEST].decode("utf-8", "replace"), None
