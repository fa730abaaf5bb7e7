"""What the registry says of a centre."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

_LONDON: Final = ZoneInfo("Europe/London")


class Membership(StrEnum):
    """How a publisher of evidence stands to the What Works network."""

    CURRENT = "current"
    PAST = "past"  # closed, merged or left; what it published stays
    OUTSIDE = "outside"  # a charity, a local evaluation, anybody else


class SourceKind(StrEnum):
    """How a list of publications is had."""

    SITEMAP = "sitemap"
    FEED = "feed"  # RSS or Atom
    OAI = "oai"  # OAI-PMH
    GOVUK = "govuk"  # the GOV.UK Search API, and the Content API for attachments
    WORDPRESS = "wordpress"  # the WordPress REST API
    LISTING = "listing"  # pages of links
    NICE = "nice"  # the NICE syndication API; needs a key
    ADDRESSES = "addresses"  # a CSV of addresses
    FOLDER = "folder"  # files below a folder of this machine


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One list of a centre's publications.

    Patterns are globs over the whole address (`*` is any run of characters). An address is
    taken when it matches one of `take` (or `take` is empty) and none of `leave`. A taken page
    with links that match `files` stands for those files; else it is the report itself.
    `pages` are links of a listing that lead to more of it. `about` must stand in an OAI
    record; `public` is the web address of the NICE guideline `{number}`. `verified` says
    whether the address was seen to answer as described.
    """

    kind: SourceKind
    url: str
    take: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    about: str | None = None
    set: str | None = None
    public: str | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Licence:
    """What a centre's terms permit, and where they were seen.

    `index`: a passage may be indexed and quoted with a link; off, nothing is fetched.
    `keep`: a copy of the original may be kept; off, it is deleted once it has been read.
    `show`: the file itself may be shown; off, it is only linked to.
    """

    index: bool = True
    keep: bool = True
    show: bool = False
    text: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Politeness:
    """Seconds between two requests to one host, and the hours (UK time) to make them in."""

    delay_s: float = 2.0
    hours: str | None = None  # "20:00-06:00"

    def permits(self, now: datetime) -> bool:
        """Whether a request may be made now; the hours may run over midnight."""
        if self.hours is None:
            return True
        first, last = self.hours.split("-")
        time = f"{now.astimezone(_LONDON):%H:%M}"
        return first <= time < last if first < last else time >= first or time < last


@dataclass(frozen=True, slots=True)
class Centre:
    """A publisher of evidence. `member` says in words since when and whether it still is one."""

    id: str
    name: str
    policy_areas: tuple[str, ...]
    member: str
    membership: Membership = Membership.CURRENT
    home_url: str | None = None
    former_names: tuple[str, ...] = ()
    rating_schemes: tuple[str, ...] = ()
    licence: Licence = Licence()
    politeness: Politeness = Politeness()
    source: tuple[SourceSpec, ...] = ()
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Lookups:
    """Where a DOI's metadata is asked for; `{doi}` stands for it. None: not asked."""

    crossref: str | None = None
    openalex: str | None = None


@dataclass(frozen=True, slots=True)
class Registry:
    """The whole file."""

    centre: tuple[Centre, ...]
    lookups: Lookups = Lookups()
