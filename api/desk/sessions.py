"""Who sits at the desk: a random token in a cookie, its hash here, so that all workers know it.

A session ends by itself after a time without a request, and after a time in any case; with the
sign-out; and with its key, which is looked up at every request.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from api.desk.database import DeskDatabase

IDLE_S: Final = 30 * 60
LONGEST_S: Final = 8 * 60 * 60
NOTED_EVERY_S: Final = 60.0  # when a session was last used is no more exact than this
TOKEN_LENGTH: Final = 43  # characters of 32 random bytes in base 64
_NONCE: Final = 16  # characters


@dataclass(frozen=True, slots=True)
class Session:
    """A token as its holder sent it, and the id of the key it was had for."""

    token: str
    key_id: str

    def __repr__(self) -> str:
        """Never the token: it may be logged."""
        return f"Session({self.key_id})"


def form_token(token: str) -> str:
    """What a form must send besides the cookie: nobody can make it who has not the cookie.

    Another one each time: beside words of a visitor in a compressed page, what stays the same can
    be guessed from its length.
    """
    nonce = secrets.token_hex(_NONCE // 2)
    return f"{nonce}{_sealed(token, nonce)}"


def form_fits(token: str, sent: str) -> bool:
    """Whether a form was made for this token; takes as long whatever the answer."""
    nonce, seal = sent[:_NONCE], sent[_NONCE:]
    return hmac.compare_digest(_sealed(token, nonce).encode(), seal.encode("utf-8", "replace"))


def _sealed(token: str, nonce: str) -> str:
    nonce_bytes = nonce.encode("utf-8", "replace")
    return hmac.digest(token.encode("utf-8", "replace"), nonce_bytes, "sha256").hex()


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, database: DeskDatabase, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def begin(self, key_id: str) -> Session:
        """A new session; those that are over are forgotten."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._database.writing() as database:
            database.execute(
                "DELETE FROM session WHERE begun <= ? OR seen <= ?", (now - LONGEST_S, now - IDLE_S)
            )
            database.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?)", (_digest(token), key_id, now, now)
            )
        return Session(token, key_id)

    def find(self, token: str) -> Session | None:
        """The session of a cookie's token; None where there is none, or it is over."""
        if len(token) != TOKEN_LENGTH:
            return None
        now, digest = self._clock(), _digest(token)
        with self._database.open() as database:
            row = database.execute(
                "SELECT key_id, begun, seen FROM session WHERE digest = ?", (digest,)
            ).fetchone()
            if row is None:
                return None
            key_id, begun, seen = row
            if now - begun >= LONGEST_S or now - seen >= IDLE_S:
                database.execute("DELETE FROM session WHERE digest = ?", (digest,))
                return None
            if now - seen >= NOTED_EVERY_S:
                database.execute("UPDATE session SET seen = ? WHERE digest = ?", (now, digest))
        return Session(token, key_id)

    def end(self, token: str) -> None:
        """Let a token open nothing any more, in every worker."""
        with self._database.writing() as database:
            database.execute("DELETE FROM session WHERE digest = ?", (_digest(token),))


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
