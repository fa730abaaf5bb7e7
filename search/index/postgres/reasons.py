"""Why a database cannot be reached, in plain words, and what is to be done about it."""

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout


class NoAnswer(psycopg.OperationalError):
    """A server that holds the connection and says nothing."""


#: A server that is there ends what takes too long, by the time it has or by its transaction's.
ENDED: Final = (errors.QueryCanceled, errors.TransactionTimeout)


@dataclass(frozen=True, slots=True)
class Reason:
    """`told` goes on after the name of the database."""

    told: str
    cure: str


SLOW: Final = Reason(
    "does not answer in time",
    "Try again in a while. If it stays so, see whether the server hangs or has too much to do, "
    "and whether a firewall drops what is sent to it.",
)
#: By what libpq or the server says of it, in English: where nobody is let in no code comes along.
_BY_WORDS: Final = (
    (
        ("Connection refused",),
        Reason(
            "cannot be reached: connections are refused",
            "See that PostgreSQL runs there, and that EVIDENCE_ENGINE names the port and an "
            "address it listens on (`listen_addresses`).",
        ),
    ),
    (
        ("failed to resolve host", "could not translate host name"),
        Reason(
            "cannot be reached: there is no host of that name",
            "Mend the host in EVIDENCE_ENGINE, or this machine's look-up of names.",
        ),
    ),
    (
        ("authentication failed", "no password supplied", "no pg_hba.conf entry"),
        Reason(
            "cannot be reached: it does not let this user in",
            "Put the right password into ~/.pgpass, PGPASSFILE or a service file, and see that "
            "the server's pg_hba.conf lets this user in from here.",
        ),
    ),
)
_CURE: Final = "Try again in a while; whoever runs the database finds the cause in its log."


def was_slow(error: psycopg.Error) -> bool:
    """Whether it was waited for long enough: the same again would take as long."""
    return isinstance(error, (*ENDED, errors.ConnectionTimeout, PoolTimeout, NoAnswer))


def reason_of(error: psycopg.Error) -> Reason:
    """Why the database cannot be reached."""
    if was_slow(error):
        return SLOW
    said = str(error)
    for words, reason in _BY_WORDS:
        if any(each in said for each in words):
            return reason
    return Reason(f"cannot be reached: {first_line(error)}", _CURE)


def first_line(error: Exception) -> str:
    """The first line of what an error says; the rest are hints and details."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
