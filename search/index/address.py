"""Where the database is that keeps an index; its password is never shown."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

SCHEMES: Final = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class Address:
    """A connection string, and how it may be told of."""

    dsn: str = field(repr=False)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host, with its port where one is given: a server and its standbys."""
        parts = urlsplit(self.dsn)
        given = parts.netloc.rpartition("@")[2]
        told = given or parse_qs(parts.query).get("host", ["localhost"])[0]
        return tuple(told.split(","))

    def __str__(self) -> str:
        """User, hosts, ports and database; no password and no options."""
        parts = urlsplit(self.dsn)
        user = f"{parts.username}@" if parts.username else ""
        return f"postgresql://{user}{','.join(self.hosts)}{parts.path}"


def parse_address(text: str) -> Address:
    """The address in a setting; raises ValueError, without the value, where it is none.

    Several hosts, separated by commas, are one database: a server and its standbys.
    """
    wrong = "must look like postgresql://user:password@host:5432/database"
    address = Address(text.strip())
    try:
        parts = urlsplit(address.dsn)
        for host in address.hosts:
            urlsplit(f"//{host}").port  # noqa: B018 - raises where it is no number
    except ValueError:
        raise ValueError(wrong) from None
    if parts.scheme not in SCHEMES or not parts.path.strip("/"):
        raise ValueError(wrong)
    return address
