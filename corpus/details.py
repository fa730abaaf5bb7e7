"""What is told of a report asked for by itself: where it came from, what it is part of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.findings import Fact
from corpus.metadata.claims import Claim
from corpus.types import ReportStatus


@dataclass(frozen=True, slots=True)
class Provenance:
    """One place a report was had from.

    `address` is the path or web address, `page` the landing page that led to it; `fetched` is
    an ISO 8601 time; `headers` those of the answer that matter (ETag, Last-Modified, …).
    `ended` says since when and why it is not to be had there any more.
    """

    address: str
    centre: str | None = None
    page: str | None = None
    fetched: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """Another version of a report, newer or older."""

    report_id: str
    added: str | None
    status: ReportStatus


@dataclass(frozen=True, slots=True)
class Relative:
    """Another publication of the same study: `role` is protocol, interim, final and so on."""

    report_id: str
    title: str
    role: str
    year: int | None
    because: str


@dataclass(frozen=True, slots=True)
class ReportDetails:
    """Everything kept of a report besides its pages."""

    claims: tuple[Claim, ...] = ()
    facts: tuple[Fact, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    versions: tuple[Version, ...] = ()
    family: tuple[Relative, ...] = ()
