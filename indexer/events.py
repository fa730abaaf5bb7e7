"""What happens on a visit to a centre, told one event at a time."""

from dataclasses import dataclass

from corpus.library.visits import Address
from corpus.metadata.claims import Claim
from corpus.web.answers import Answer, Validators


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list that changed."""

    url: str
    validators: Validators
    body: bytes


@dataclass(frozen=True, slots=True)
class Counted:
    """The lists have been gone through: this many addresses stand on them."""

    addresses: int


@dataclass(frozen=True, slots=True)
class Got:
    """A report's file; `replaces` is the place of one that it came for."""

    address: Address
    answer: Answer
    claims: tuple[Claim, ...]
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Led:
    """A landing page whose files were asked; what it states is claimed of each.

    `came`: some were had, so a report that it was itself stands no more.
    """

    address: Address
    came: bool


@dataclass(frozen=True, slots=True)
class Same:
    """An address that has not changed: `asked` off where the list said so already."""

    address: Address
    asked: bool


@dataclass(frozen=True, slots=True)
class Left:
    """An address that would be asked, were this no dry run nor past its limit or its hours."""

    url: str
    known: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """An address of a report that is not there any more."""

    address: Address
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """An address or a list that gave nothing."""

    url: str
    reason: str
    address: Address | None = None


Event = ListPage | Counted | Got | Led | Same | Left | Lost | Failed
