"""The desk of one home: everything it keeps, and the library it is about."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from api.desk.database import DeskDatabase
from api.desk.jobs import Jobs
from api.desk.journal import Journal
from api.desk.sessions import Sessions
from api.desk.tallies import Tallies
from corpus.home import Home
from corpus.library.fingerprint import assessed, fingerprint, stamp
from corpus.library.library import Library
from corpus.library.shelf import shelve
from search.errors import IndexUnusable, NoIndex
from search.index.address import Address
from search.loading import index_source


@dataclass(frozen=True, slots=True)
class Freshness:
    """How the index stands to the library: files it has not read, and whether it is behind."""

    unread: int
    behind: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk keeps.

    `registry` is the registry of centres, `engine` the database that keeps the index; None: it is
    in the home.
    """

    home: Home
    registry: Path
    engine: Address | None
    sessions: Sessions
    journal: Journal
    jobs: Jobs
    tallies: Tallies

    @classmethod
    def of(cls, path: Path, registry: Path, engine: Address | None) -> Self:
        """The desk of a home; nothing is made before it is needed."""
        home = Home(path)
        database = DeskDatabase(home.desk)
        return cls(
            home,
            registry,
            engine,
            Sessions(database),
            Journal(database),
            Jobs(home, database),
            Tallies(database),
        )

    def library(self) -> Library:
        """The library, to be used as a context manager; raises LibraryError."""
        return Library(self.home.library)

    def freshness(self, library: Library) -> Freshness:
        """Whether `evidence index` would find something to do.

        Raises:
            EngineUnavailable: the database that keeps the index does not answer.
        """
        unread = len(library.readings.unread())
        try:
            with closing(index_source(self.home, self.engine)) as held:
                made = held.manifest()
        except (NoIndex, IndexUnusable):
            return Freshness(unread, behind=True)
        stamps = (stamp(assessed(each)) for each in shelve(library))
        now = fingerprint(stamps, made.passage_rules, made.encoder.model_hash)
        return Freshness(unread, behind=unread > 0 or now != made.library_digest)
