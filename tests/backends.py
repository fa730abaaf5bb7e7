"""What keeps an index in tests: files of a home, or a real database; each call opens a new one."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from corpus.passages import PassageRules
from indexer.content import Content
from indexer.engine import publish_to_engine
from indexer.progress import Progress, Silent
from search.encoder.types import Encoder
from search.index.address import Address
from search.index.postgres.connections import Patience
from search.index.postgres.generations import EngineGenerations
from search.index.postgres.opened import Routing
from search.index.protocol import Index
from tests.builders import generation

QUIET: Final = Silent()
#: Generous, for machines that do other things besides.
PATIENT = Patience(connect_s=30, answer_s=60, connections=8)


class Backend(Protocol):
    """Keeps what is given, and opens it."""

    def __call__(self, made: Content, encoder: Encoder) -> Index:
        """An index of that content."""
        ...


class Embedded:
    """Files, each time in a new home."""

    def __init__(self, new_folder: Callable[[], Path]) -> None:
        self._new_folder = new_folder

    def __call__(self, made: Content, encoder: Encoder) -> Index:
        return generation(self._new_folder(), made, encoder)


class Engine:
    """A database, each time a new one."""

    def __init__(self, new_database: Callable[[], str]) -> None:
        self._new_database = new_database
        self.opened: list[EngineGenerations] = []

    def __call__(self, made: Content, encoder: Encoder) -> Index:
        generations = self.generations()
        write(made, encoder, generations)
        return generations.open_current()

    def generations(
        self, *, patience: Patience = PATIENT, routing: Routing = Routing()
    ) -> EngineGenerations:
        """The generations of an empty database."""
        made = EngineGenerations(Address(self._new_database()), patience, routing)
        self.opened.append(made)
        return made

    def close(self) -> None:
        """Close all that was opened."""
        for each in self.opened:
            each.close()


def write(
    made: Content | Callable[[], Content],
    encoder: Encoder,
    generations: EngineGenerations,
    digest: str = "d",
    *,
    anew: bool = False,
    progress: Progress = QUIET,
) -> str:
    """Bring a database up to date with that content; the generation's id."""
    manifest = publish_to_engine(
        made if callable(made) else lambda: made,
        generations,
        encoder=encoder.spec,
        rules=PassageRules(),
        library_digest=digest,
        progress=progress,
        anew=anew,
    )
    return manifest.generation
