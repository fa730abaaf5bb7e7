"""Connections to the database: bounded in number, in time and in tries.

A server that is down, slow or hung costs a question a few seconds at most and then nothing: after
some failures in a row the circuit opens, and one call at a time tries whether it is back.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import psycopg
from psycopg import errors, sql
from psycopg.abc import PQGen
from psycopg_pool import ConnectionPool, PoolTimeout

from search.errors import EngineUnavailable, IndexChanged, IndexUnusable
from search.index.address import Address
from search.index.postgres.breaker import Breaker

T = TypeVar("T")
Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]

TRIES: Final = 2  # of a question whose connection broke
_CURE: Final = "Try again in a while; whoever runs the database finds the cause in its log."
#: What a search rests on. It ends with the transaction, so that a pooler may share connections.
_SETTINGS: Final = (
    "SET LOCAL hnsw.ef_search = 400; SET LOCAL hnsw.iterative_scan = relaxed_order; "
    "SET LOCAL hnsw.max_scan_tuples = 200000; SET LOCAL hnsw.scan_mem_multiplier = 4; "
    "SET LOCAL jit = off; SET LOCAL statement_timeout = {}"
)

_log = logging.getLogger(__name__)
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # it tells of each try to connect


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, and how many connections to hold at most."""

    connect_s: float = 2.0
    answer_s: float = 5.0
    connections: int = 16


class Connections:
    """Runs statements. Safe to share by threads."""

    def __init__(self, address: Address, patience: Patience = Patience()) -> None:
        self.address = address
        self._patience = patience
        self._breaker = Breaker()
        self._pool = ConnectionPool(
            address.dsn,
            connection_class=_Impatient,
            min_size=0,
            max_size=patience.connections,
            open=True,
            timeout=patience.connect_s * len(address.hosts),  # one after another is tried
            reconnect_timeout=patience.connect_s,
            configure=self._configure,
            kwargs={
                "autocommit": True,
                "connect_timeout": max(2, round(patience.connect_s)),
                "application_name": "evidence",
                "prepare_threshold": None,  # a filter decides the plan, and poolers know none
            },
        )

    def _configure(self, connection: "_Impatient") -> None:
        connection.patience_s = self._patience.answer_s + 1  # the server may say no by itself first

    def rows(self, statement: sql.Composed | str, values: Mapping[str, Any] = {}) -> list[Row]:
        """The rows of a statement that changes nothing.

        Raises:
            EngineUnavailable: the database does not answer.
            IndexUnusable: it is not one of ours, or lets us read nothing.
        """
        return self.run(lambda connection: connection.execute(statement, values or None).fetchall())

    def found(self, statement: sql.Composed, values: Mapping[str, Any]) -> list[Row]:
        """The rows of a search, which the server ends where it takes too long; raises as `rows`."""
        settings = _SETTINGS.format(int(self._patience.answer_s * 1000))

        def search(connection: Connection) -> list[Row]:
            with connection.transaction():
                connection.execute(settings.encode())
                return connection.execute(statement, values).fetchall()

        return self.run(search)

    def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` makes of a connection; done again where that broke, so it must be harmless.

        Raises:
            EngineUnavailable, IndexUnusable: as `rows`.
        """
        if not self._breaker.allows():
            raise self._away("has not answered lately")
        for last in (False, True):
            try:
                with self._pool.connection() as connection:
                    result = work(connection)
            except (errors.UndefinedTable, errors.InvalidSchemaName) as error:
                raise IndexChanged(
                    "The index was replaced while it was asked.", cure="Ask again."
                ) from error
            except (errors.InsufficientPrivilege, errors.UndefinedObject) as error:
                raise IndexUnusable(
                    f"The database of EVIDENCE_ENGINE cannot be used: {_first_line(error)}",
                    cure="docs/scale.md says what it needs.",
                ) from error
            except psycopg.OperationalError as error:
                waited = isinstance(error, (errors.QueryCanceled, PoolTimeout, _NoAnswer))
                if isinstance(error, _NoAnswer):
                    self._pool.drain()  # whoever asks next finds another host, where there is one
                if last or waited:
                    self._breaker.failed()
                    _log.warning("The database %s failed: %s", self.address, _first_line(error))
                    told = "does not answer in time" if waited else "cannot be reached"
                    raise self._away(told) from error
                self._pool.check()  # where one connection broke, others did too
            else:
                self._breaker.succeeded()
                return result
        raise AssertionError  # the last try returns or raises

    def _away(self, told: str) -> EngineUnavailable:
        return EngineUnavailable(f"The database {self.address} {told}.", cure=_CURE)

    def writing(self) -> Connection:
        """A connection of its own for a build, which may take its time.

        Of several hosts it goes to the one that takes writes; the others are standbys.

        Raises:
            EngineUnavailable: the database cannot be reached, or only a standby of it.
        """
        return self._alone("read-write")

    def reach(self) -> None:
        """Connect and let go again.

        Raises:
            EngineUnavailable: the database cannot be reached, and why.
        """
        self._alone("any").close()

    def _alone(self, which: str) -> Connection:
        try:
            return psycopg.connect(
                self.address.dsn,
                autocommit=True,
                connect_timeout=max(2, round(self._patience.connect_s)),
                target_session_attrs=which,
            )
        except psycopg.OperationalError as error:
            raise self._away(f"cannot be reached: {_first_line(error)}") from error

    def close(self) -> None:
        """Close them all."""
        self._pool.close()


class _NoAnswer(psycopg.OperationalError):
    """A server that holds the connection and says nothing."""


class _Impatient(psycopg.Connection[Row]):
    """A connection that is given up where nothing comes: a hung server keeps no timeout itself."""

    patience_s: float = 10.0

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Drive a conversation with the server, `patience_s` seconds at most."""
        try:
            return super().wait(gen, interval, self.patience_s if timeout is None else timeout)
        except errors._WaitTimeout as error:  # noqa: SLF001 - it has no public name
            self.close()
            raise _NoAnswer("no answer came") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
