"""Opening a searcher: the index of a home, or of a database, and the encoder that made it."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from corpus.errors import SettingError
from corpus.home import Home
from search.encoder.load import for_questions, load_encoder
from search.encoder.types import Encoder, EncoderSpec
from search.errors import IndexUnusable
from search.index.address import Address
from search.index.generations import Generations
from search.index.manifest import Manifest
from search.reranker import Reranker, load_reranker
from search.turns import AT_ONCE

if TYPE_CHECKING:
    from search.index.postgres.generations import EngineGenerations
    from search.index.protocol import Index
    from search.searcher import Searcher


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
        searcher = open_searcher(source, place, judge)
        opened.pop_all()  # the searcher's index closes what it needs
    return searcher


def open_searcher(
    source: IndexSource,
    place: Home,
    judge: Reranker | None,
    at_hand: Encoder | None = None,
    *,
    keep: int = 0,
    at_once: int = AT_ONCE,
) -> "Searcher":
    """A searcher over the live index and, opened in a thread beside it, the encoder that made it.

    The encoder comes first: opening it takes longest, and lets others import meanwhile.

    Args:
        source: where the index is.
        place: the home, which has the encoder.
        judge: the reranker, where there is one.
        at_hand: an encoder that is open, used where it made the index.
        keep: see `Searcher`.
        at_once: see `Searcher`.

    Raises:
        EngineUnavailable, NoIndex, IndexUnusable, EncoderError: see `load_searcher`.
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
