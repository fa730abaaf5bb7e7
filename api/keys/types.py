"""What a key is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class KeyKind(StrEnum):
    """What a key is for."""

    SITE = "site"  # public, in the pages of a site: search only, from the site's origins only
    API = "api"  # secret, of a program: whatever may be read
    ADMIN = "admin"  # secret, of a librarian: writing too


@dataclass(frozen=True, slots=True)
class Scope:
    """What a site key may ask, and from where.

    `origins` are exact. Empty `centres` or `topics` are no restriction. `greatest_k` is the most
    passages an answer may have.
    """

    origins: tuple[str, ...] = ()
    centres: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    greatest_k: int = 10


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a key may ask in a minute and in a day, whoever uses it."""

    per_minute: int
    per_day: int


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: everything but its secret. `scope` is None but for site keys."""

    key_id: str
    kind: KeyKind
    name: str
    quota: Quota
    created: datetime
    created_by: str
    scope: Scope | None = None
    expires: datetime | None = None
    revoked: datetime | None = None
    last_used: datetime | None = None

    def fault(self, now: datetime) -> str | None:
        """Why the key does not open anything any more; None where it does."""
        if self.revoked is not None:
            return "The key was revoked."
        if self.expires is not None and self.expires <= now:
            return "The key has expired."
        return None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What happened to a key: who did it, and when."""

    at: datetime
    who: str
    what: str
    key_id: str
    details: str


def utc_now() -> datetime:
    """The time keys are made, used and revoked by."""
    return datetime.now(UTC)
