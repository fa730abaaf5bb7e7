"""Connections to the database: bounded in number, in time and in tries.

A server that is down or hung costs a question a few seconds at most and then nothing: after some
failures in a row the circuit opens, and one call at a time tries whether it is back. One that
answers, but ends searches for taking too long, is spared further searches in the same way.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

import psycopg
from psycopg import errors, sql
from psycopg.abc import PQGen
from psycopg_pool import ConnectionPool, PoolTimeout

from search.errors import EngineUnavailable, IndexChanged, IndexUnusable, SearchError
from search.index.address import Address
from search.index.postgres.breaker import Breaker
from search.index.postgres.reasons import (
    ENDED,
    NoAnswer,
    Reason,
    first_line,
    reason_of,
    was_slow,
)

T = TypeVar("T")
Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]

_LATELY: Final = Reason(
    "has not answered lately",
    "Try again in a while; the log and `evidence doctor` say why it does not.",
)
#: What a search rests on. It ends with the transaction, so that a pooler may share connections.
_SETTINGS: Final = (
    "SET LOCAL ivfflat.probes = {}; SET LOCAL jit = off; SET LOCAL statement_timeout = {}"
)

_WRITER: Final = "read-write"  # as libpq names the host that takes writes

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

    def __init__(
        self, address: Address, patience: Patience = Patience(), *, writer: bool = False
    ) -> None:
        """`writer`: of several hosts ask the one that takes writes, whatever the address says."""
        self.address = address
        self._patience = patience
        self._breaker = Breaker()  # of a server that is not there
        self._searches = Breaker()  # of one that is, and is too slow
        self._kept_out: psycopg.OperationalError | None = None  # why the last try to connect failed
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
                **({"target_session_attrs": _WRITER} if writer else {}),
                "autocommit": True,
                "connect_timeout": max(2, round(patience.connect_s)),
                "application_name": "evidence",
                "prepare_threshold": None,  # a filter decides the plan, and poolers know none
                "failed": self._remember,
            },
        )

    def _remember(self, error: psycopg.OperationalError) -> None:
        self._kept_out = error

    def _configure(self, connection: "_Impatient") -> None:
        self._kept_out = None
        connection.patience_s = self._patience.answer_s + 1  # the server may say no by itself first

    def rows(self, statement: sql.Composed | str, values: Mapping[str, Any] = {}) -> list[Row]:
        """The rows of a statement that changes nothing.

        Raises:
            EngineUnavailable: the database does not answer.
            IndexUnusable: it is not one of ours, or lets us read nothing.
        """
        return self.run(lambda connection: connection.execute(statement, values or None).fetchall())

    def found(
        self, statement: sql.Composed, values: Mapping[str, Any], probes: int = 1
    ) -> list[Row]:
        """The rows of a search, which the server ends where it takes too long; raises as `rows`.

        `probes`: lists of vectors that are gone through, where it goes by them.
        """
        settings = _SETTINGS.format(probes, int(self._patience.answer_s * 1000))

        def search(connection: Connection) -> list[Row]:
            with connection.transaction():
                connection.execute(settings.encode())
                return connection.execute(statement, values).fetchall()

        if not self._searches.allows():
            raise self._away(_LATELY)
        try:
            rows = self.run(search)
        except SearchError as error:
            if isinstance(error.__cause__, ENDED):
                self._searches.failed()
            elif isinstance(error.__cause__, psycopg.ProgrammingError):
                self._searches.succeeded()  # it said no, and in time
            raise
        self._searches.succeeded()
        return rows

    def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` makes of a connection; done again where that broke, so it must be harmless.

        Raises:
            EngineUnavailable, IndexUnusable: as `rows`.
        """
        if not self._breaker.allows():
            raise self._away(_LATELY)
        for last in (False, True):
            try:
                with self._pool.connection() as connection:
                    result = work(connection)
            except ENDED as error:
                self._breaker.succeeded()  # a server that ends a statement is there
                raise self._failed(error) from error
            except psycopg.OperationalError as error:
                if isinstance(error, NoAnswer):
                    self._pool.drain()  # whoever asks next finds another host, where there is one
                if last or was_slow(error):
                    self._breaker.failed()
                    raise self._failed(error) from error
                self._pool.check()  # where one connection broke, others did too
            except psycopg.Error as error:
                self._breaker.succeeded()  # a server that says no is there
                if refusal := _refusal(error):
                    raise refusal from error
                raise
            else:
                self._breaker.succeeded()
                self._kept_out = None
                return result
        raise AssertionError  # the last try returns or raises

    def _failed(self, error: psycopg.Error) -> EngineUnavailable:
        """What is said of an error; the pool tells only that no connection came in time."""
        cause = (self._kept_out if isinstance(error, PoolTimeout) else None) or error
        _log.warning("The database %s failed: %s", self.address, first_line(cause))
        return self._away(reason_of(cause))

    def _away(self, reason: Reason) -> EngineUnavailable:
        return EngineUnavailable(f"The database {self.address} {reason.told}.", cure=reason.cure)

    def writing(self) -> Connection:
        """A connection of its own for a build.

        Of several hosts it goes to the one that takes writes; the others are standbys.

        Raises:
            EngineUnavailable: the database cannot be reached, or only a standby of it.
        """
        return self._alone(_WRITER)

    def where_written(self) -> "Connections":
        """Others, to the host that takes writes: a standby may not have yet what was written."""
        return Connections(self.address, self._patience, writer=True)

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
            raise self._away(reason_of(error)) from error

    def close(self) -> None:
        """Close them all."""
        self._pool.close()


class _Impatient(psycopg.Connection[Row]):
    """A connection that is given up where nothing comes: a hung server keeps no timeout itself."""

    patience_s: float = 10.0

    @classmethod
    def connect(  # type: ignore[override]
        cls,
        conninfo: str = "",
        *,
        failed: Callable[[psycopg.OperationalError], None],
        **given: Any,  # noqa: ANN401 - as psycopg takes it
    ) -> Self:
        """Connect; `failed` is told why that cannot be done."""
        try:
            return super().connect(conninfo, **given)
        except psycopg.OperationalError as error:
            failed(error)
            raise

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Drive a conversation with the server, `patience_s` seconds at most."""
        try:
            return super().wait(gen, interval, self.patience_s if timeout is None else timeout)
        except errors._WaitTimeout as error:  # noqa: SLF001 - it has no public name
            self.close()
            raise NoAnswer("no answer came") from error


def _refusal(error: psycopg.Error) -> SearchError | None:
    """What is said where the server answers and says no; None where that is a fault of ours."""
    if isinstance(error, (errors.UndefinedTable, errors.InvalidSchemaName)):
        return IndexChanged("The index was replaced while it was asked.", cure="Ask again.")
    if isinstance(error, (errors.InsufficientPrivilege, errors.UndefinedObject)):
        return IndexUnusable(
            f"The database of EVIDENCE_ENGINE cannot be used: {first_line(error)}",
            cure="docs/scale.md says what it needs.",
        )
    return None
