"""Keeping a server on the newest generation, and its files in memory."""

import logging
import threading
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.home import Home
from search.errors import EngineUnavailable, SearchError
from search.index.address import Address
from search.index.generations import Generations
from search.kept import SERVED
from search.loading import index_source, open_searcher, reranker_folder
from search.reranker import load_reranker
from search.turns import AT_ONCE

if TYPE_CHECKING:
    from search.searcher import Searcher

LOOK_EVERY_S: Final = 1.0
RETRY_AFTER_S: Final = 30.0
AHEAD_AFTER_S: Final = 2.0  # a server is ready by then
ASKED_OF_DATABASE: Final = 16  # questions at the same time: as many as connections are held

_log = logging.getLogger(__name__)


class LiveSearcher:
    """Hands out a searcher over the newest generation, which keeps answers in memory.

    A thread looks for a new one every second, opens it and swaps it in, while requests under way
    keep theirs. One that cannot be used is logged, the old one stays, and it is tried again after
    `RETRY_AFTER_S`. Another thread reads files that came into memory.
    """

    def __init__(
        self, home: Path, *, reranker: str | None = None, engine: Address | None = None
    ) -> None:
        self._home = Home(home)
        self._judge = load_reranker(reranker_folder(self._home, reranker)) if reranker else None
        self._generations = index_source(self._home, engine)
        # A database's reports may go at any time; while it works, its question takes no processor.
        keep, at_once = (0, ASKED_OF_DATABASE) if engine else (SERVED, AT_ONCE)
        self._open = partial(
            open_searcher, self._generations, self._home, self._judge, keep=keep, at_once=at_once
        )
        with ExitStack() as opened:
            opened.callback(self._generations.close)
            self._searcher = self._open()
            opened.pop_all()
        self._refused: tuple[str, float] = ("", 0.0)
        self._stop = threading.Event()
        self._looking = threading.Lock()
        self._came = threading.Event()
        self._came.set()
        threading.Thread(target=self._follow, name="follow-index", daemon=True).start()
        threading.Thread(target=self._read_ahead, name="read-ahead", daemon=True).start()

    def current(self) -> "Searcher":
        """The searcher to use now."""
        return self._searcher

    def newest(self) -> "Searcher":
        """The searcher to use now, for whoever cannot wait for the next look; seconds at most."""
        self._renew()
        return self._searcher

    def close(self) -> None:
        """Stop looking for new generations."""
        self._stop.set()
        self._came.set()
        self._generations.close()

    def _follow(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                self._renew()
            except EngineUnavailable:
                continue  # told of where the database is asked; it may be back at the next look
            except Exception:  # noqa: BLE001 - whatever it is, the next look may succeed
                _log.exception("Looking for a new generation failed; the old one stays")

    def _read_ahead(self) -> None:
        files = self._generations
        if not isinstance(files, Generations):
            return  # a database's server holds its own
        while self._came.wait():
            self._came.clear()
            if self._stop.wait(AHEAD_AFTER_S):
                return
            try:
                files.read_ahead(self._came)  # the next one's coming ends it, and so does the end
            except Exception:  # noqa: BLE001 - questions are answered without it
                _log.exception("The index could not be read ahead")

    def _renew(self) -> None:
        with self._looking:
            self._look()

    def _look(self) -> None:
        newest = self._generations.current_id()
        refused, at = self._refused
        waiting = newest == refused and time.monotonic() - at < RETRY_AFTER_S
        if newest == self._searcher.generation or waiting:
            return
        self._refused = (newest, time.monotonic())
        try:
            self._searcher = self._open(self._searcher.encoder)
        except SearchError as error:
            _log.error("Generation %s cannot be used, the old one stays: %s", newest, error)
        else:
            self._came.set()
            _log.info("Now answering from generation %s", newest)
