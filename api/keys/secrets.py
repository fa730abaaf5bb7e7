"""The text of a key: how it is made, read and compared."""

import hmac
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from api.keys.types import KeyKind

_TEXT: Final = re.compile(r"ev_(site|api|admin)_([0-9a-f]{10})_([0-9a-f]{48})")


@dataclass(frozen=True, slots=True)
class KeyText:
    """A key in full, as its holder has it: `ev_KIND_ID_SECRET`.

    The secret has 192 random bits: it cannot be guessed, and a fast hash keeps it safe.
    """

    kind: KeyKind
    key_id: str
    secret: str

    @classmethod
    def make(cls, kind: KeyKind) -> Self:
        """A new one."""
        return cls(kind, secrets.token_hex(5), secrets.token_hex(24))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From what somebody sent; None where it cannot be a key."""
        found = _TEXT.fullmatch(text)
        return cls(KeyKind(found[1]), found[2], found[3]) if found else None

    def __str__(self) -> str:
        """As its holder has it."""
        return f"ev_{self.kind.value}_{self.key_id}_{self.secret}"

    def __repr__(self) -> str:
        """Never the secret: it may be logged."""
        return f"KeyText({self.kind.value}, {self.key_id})"

    @property
    def digest(self) -> bytes:
        """What is kept of it."""
        return sha256(str(self).encode()).digest()

    def matches(self, digest: bytes) -> bool:
        """Whether it is the key a digest was made of; takes as long whatever the answer."""
        return hmac.compare_digest(self.digest, digest)
