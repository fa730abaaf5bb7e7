"""Where the database is that keeps an index; its password is never shown."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

SCHEMES: Final = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class Address:
    """A connection string, and how it may be told of."""

    dsn: str = field(repr=False)

    def __str__(self) -> str:
        """User, host, port and database; no password and no options."""
        parts = urlsplit(self.dsn)
        host = parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]
        user = f"{parts.username}@" if parts.username else ""
        port = f":{parts.port}" if parts.port else ""
        return f"postgresql://{user}{host}{port}{parts.path}"


def parse_address(text: str) -> Address:
    """The address in a setting; raises ValueError, without the value, where it is none."""
    wrong = "must look like postgresql://user:password@host:5432/database"
    try:
        parts = urlsplit(text.strip())
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        raise ValueError(wrong) from None
    if parts.scheme not in SCHEMES or not parts.path.strip("/"):
        raise ValueError(wrong)
    return Address(text.strip())
