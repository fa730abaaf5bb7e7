"""The generations in a database: which is live, what opens it, and what writes."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Final

from psycopg import OperationalError, errors, sql

from search.errors import EngineUnavailable, IndexChanged, IndexUnusable, NoIndex
from search.index.address import Address
from search.index.manifest import Manifest
from search.index.postgres import schema
from search.index.postgres.connections import Connection, Connections, Patience
from search.index.postgres.generating import Generating, manifest_of
from search.index.postgres.opened import EngineIndex, Routing
from search.index.postgres.reasons import first_line

_TOO_LITTLE: Final = "memory required"  # how pgvector's complaint begins
_LOCK: Final = 0x65766964  # "evid": one build at a time
#: A role may have limits meant for questions; not every server has all of these.
_UNHURRIED: Final = """
SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN (
    'statement_timeout', 'lock_timeout', 'transaction_timeout',
    'idle_session_timeout', 'idle_in_transaction_session_timeout'
)
"""


class EngineGenerations:
    """The generations of one database."""

    def __init__(
        self,
        address: Address,
        patience: Patience = Patience(),
        routing: Routing = Routing(),
        *,
        alone: bool = False,
    ) -> None:
        """`alone`: one index is opened and closes the connections; else `close` does."""
        self._connections = Connections(address, patience)
        self.routing = routing
        self._alone = alone

    @property
    def address(self) -> Address:
        """Where the database is."""
        return self._connections.address

    def current_id(self) -> str:
        """The id of the live generation, which changes with each change of what it holds.

        Raises:
            NoIndex: nothing has been indexed there yet.
            EngineUnavailable: the database does not answer.
        """
        return self.manifest().generation

    def manifest(self) -> Manifest:
        """The live generation's manifest; raises as `current_id`, or IndexUnusable."""
        return self._live()[1]

    def _live(self) -> tuple[int, Manifest]:
        for number, told in self._all("WHERE state = 'live'"):
            return number, manifest_of(told)
        raise self._nothing()

    def ids(self) -> list[str]:
        """The ids of those that could be used, oldest first."""
        try:
            found = self._all("WHERE state <> 'building'")
        except NoIndex:
            return []
        return [str(json.loads(told).get("generation")) for _, told in found]

    def open_current(self) -> EngineIndex:
        """Open the live generation; raises as `current_id`, or IndexUnusable."""
        return self.open(*self._live())

    def open(self, number: int, manifest: Manifest, routing: Routing | None = None) -> EngineIndex:
        """Open a generation, live or not."""
        return EngineIndex(
            self._connections, number, manifest, routing or self.routing, alone=self._alone
        )

    def report_ids(self) -> frozenset[str]:
        """Ids of the reports that can be found; none where there is no index."""
        try:
            number, _ = self._live()
        except NoIndex:
            return frozenset()
        statement = sql.SQL("SELECT report_id FROM {}.report WHERE standing")
        found = self._connections.rows(statement.format(schema.schema_of(number)))
        return frozenset(report_id for (report_id,) in found)

    def version(self) -> str:
        """What the database says it is: versions of PostgreSQL, pgvector and, if there, Citus.

        Raises:
            EngineUnavailable: it cannot be reached, and why.
        """
        self._connections.reach()
        found = self._connections.rows(
            "SELECT extname, extversion FROM pg_extension WHERE extname IN ('vector', 'citus')"
        )
        ((server,),) = self._connections.rows("SHOW server_version")
        told = ", ".join(f"{name} {version}" for name, version in sorted(found))
        return f"PostgreSQL {server.split()[0]}, {told or 'without pgvector'}"

    def size(self) -> int:
        """How many bytes all generations take."""
        ((size,),) = self._connections.rows(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname LIKE 'generation%' AND c.relkind = 'r'"
        )
        return int(size)

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def _all(self, where: str) -> list[tuple[int, str]]:
        """Number and manifest, as it is kept, of some generations, oldest first."""
        try:
            rows = self._connections.rows(
                f"SELECT number, manifest FROM library.generation {where} ORDER BY number"  # noqa: S608 - ours
            )
        except IndexChanged:  # there is no such table
            raise self._nothing() from None
        return [(number, told) for number, told in rows]

    def _nothing(self) -> NoIndex:
        return NoIndex(
            f"There is no index in {self.address} yet.",
            cure="Run `evidence add PATH`, then `evidence index`.",
        )

    @contextmanager
    def writing(self) -> Iterator[Generating]:
        """What writes; one process at a time.

        Raises:
            EngineUnavailable: the database does not answer.
            IndexUnusable: it lacks pgvector or room, or another process is writing.
        """
        with (
            self._connections.writing() as connection,
            closing(self._connections.where_written()) as reading,
        ):
            try:
                self._prepare(connection)
                yield Generating(connection, partial(EngineIndex, reading, routing=self.routing))
            except OperationalError as error:
                if _is_full(error):
                    raise IndexUnusable(
                        f"The database {self.address} has no room for that: {first_line(error)}",
                        cure="Give its server more memory or disk (docs/scale.md says how much), "
                        "then run `evidence index` again: it goes on where it was.",
                    ) from error
                raise EngineUnavailable(
                    f"The database {self.address} went away while the index was written.",
                    cure="Run `evidence index` again: it goes on where it was.",
                ) from error

    def _prepare(self, connection: Connection) -> None:
        """Keep other writers out, take the time it takes, and see that there is a library."""
        ((free,),) = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchall()
        if not free:
            raise IndexUnusable(
                f"Another process is writing the index in {self.address}.",
                cure="Wait until it has ended.",
            )
        connection.execute(_UNHURRIED)
        try:
            connection.execute(schema.LIBRARY)
        except (errors.FeatureNotSupported, errors.InsufficientPrivilege) as error:
            raise IndexUnusable(
                f"The database {self.address} cannot keep an index: {error}",
                cure="docs/scale.md says what it needs.",
            ) from error


def _is_full(error: OperationalError) -> bool:
    """Whether a server that is there tells of its memory or its disk."""
    is_small = isinstance(error, errors.ProgramLimitExceeded) and _TOO_LITTLE in str(error)
    return is_small or isinstance(error, (errors.OutOfMemory, errors.DiskFull))
