"""Opening a searcher, and keeping a server on the newest generation."""

import logging
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from corpus.errors import SettingError
from corpus.home import Home
from search.encoder.load import for_questions, load_encoder
from search.encoder.types import Encoder, EncoderSpec
from search.errors import EngineUnavailable, IndexUnusable, SearchError
from search.index.address import Address
from search.index.generations import Generations
from search.index.manifest import Manifest
from search.kept import SERVED
from search.reranker import Reranker, load_reranker
from search.turns import AT_ONCE

if TYPE_CHECKING:
    from search.index.postgres.generations import EngineGenerations
    from search.index.protocol import Index
    from search.searcher import Searcher

LOOK_EVERY_S: Final = 1.0
RETRY_AFTER_S: Final = 30.0
AHEAD_AFTER_S: Final = 2.0  # a server is ready by then
ASKED_OF_DATABASE: Final = 16  # questions at the same time: as many as connections are held

_log = logging.getLogger(__name__)


class IndexSource(Protocol):
    """Where generations are: a home's files, or a database."""

    def current_id(self) -> str:
        """The id of the live generation; raises NoIndex."""
        ...

    def manifest(self) -> Manifest:
        """The live generation's manifest; raises NoIndex, IndexUnusable."""
        ...

    def ids(self) -> list[str]:
        """The ids of all that are kept, oldest first."""
        ...

    def open_current(self) -> "Index":
        """Open the live generation; raises NoIndex, IndexUnusable."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


def index_source(home: Home, engine: Address | None) -> IndexSource:
    """Where the index of a home is: in its folder, or in the database of a setting."""
    return open_engine(engine) if engine else Generations(home.index)


def open_engine(engine: Address, *, alone: bool = False) -> "EngineGenerations":
    """The generations in a database; `alone` where the one index that is opened closes it.

    Raises:
        SettingError: the driver is not installed.
    """
    try:
        from search.index.postgres.generations import EngineGenerations  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise SettingError(
            f"EVIDENCE_ENGINE names a database, and {error.name} is not installed.",
            cure='Run `pip install "psycopg[binary,pool]"` (the extra `postgres`).',
        ) from error
    return EngineGenerations(engine, alone=alone)


def load_searcher(
    home: Path, *, reranker: str | None = None, engine: Address | None = None
) -> "Searcher":
    """Open the live index of a home folder and the encoder it was made by.

    Args:
        home: the home folder.
        reranker: name or folder of a model that `evidence reranker` prepared; None: no reranker.
        engine: the database that keeps the index; None: it is in the home.

    Raises:
        EngineUnavailable: the database does not answer.
        NoIndex: nothing has been indexed yet.
        IndexUnusable: damaged, of another format version, or made by another model.
        EncoderError: the prepared encoder or reranker is missing or damaged.
    """
    place = Home(home)
    judge = load_reranker(reranker_folder(place, reranker)) if reranker else None
    source = open_engine(engine, alone=True) if engine else Generations(place.index)
    with ExitStack() as opened:
        opened.callback(source.close)
        searcher = _open(source, place, judge)
        opened.pop_all()  # the searcher's index closes what it needs
    return searcher


def _open(
    source: IndexSource,
    place: Home,
    judge: Reranker | None,
    at_hand: Encoder | None = None,
    *,
    keep: int = 0,
    at_once: int = AT_ONCE,
) -> "Searcher":
    """The index and, in a thread beside it, the encoder that made it.

    The encoder comes first: opening it takes longest, and lets others import meanwhile.
    """
    made_by = source.manifest().encoder
    with ExitStack() as opened:
        with ThreadPoolExecutor(1, "open-encoder") as aside:
            opening = aside.submit(_encoder_for, made_by, place, at_hand)
            index = source.open_current()
            opened.callback(index.close)
            from search.searcher import Searcher  # noqa: PLC0415 - see above
        encoder = opening.result()
        if encoder.spec != index.manifest.encoder:  # swapped in between, or another's
            encoder = _encoder_for(index.manifest.encoder, place, encoder)
        _check_made_by(index.manifest.encoder, encoder.spec)
        searcher = Searcher(index, encoder, reranker=judge, keep=keep, at_once=at_once)
        opened.pop_all()
    return searcher


def _encoder_for(made_by: EncoderSpec, place: Home, at_hand: Encoder | None) -> Encoder:
    """The encoder an index names: the one at hand where it is that one."""
    if at_hand is not None and at_hand.spec == made_by:
        return at_hand
    return load_encoder(encoder_folder(place, made_by.name), together=for_questions())


def _check_made_by(made_by: EncoderSpec, here: EncoderSpec) -> None:
    if here != made_by:
        raise IndexUnusable(
            f"The index was made by {made_by.name} ({made_by.model_hash[:12]}), but the encoder "
            f"here is {here.name} ({here.model_hash[:12]}).",
            cure="Run `evidence index` to encode the library with the encoder at hand.",
        )


def encoder_folder(home: Home, model: str) -> Path:
    """Where the prepared encoder of a model name (or model folder) is kept."""
    return home.models / _as_name(model)


def reranker_folder(home: Home, model: str) -> Path:
    """Where the prepared reranker of a model name (or model folder) is kept."""
    return home.models / f"reranker--{_as_name(model)}"


def _as_name(model: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "--", model).strip("-.")


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
            _open, self._generations, self._home, self._judge, keep=keep, at_once=at_once
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
