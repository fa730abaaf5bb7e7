"""How long work tells of itself, whoever listens."""

from typing import Protocol


class Progress(Protocol):
    """Told what is being done; a terminal draws bars, a test listens."""

    def start(self, stage: str, total: int, unit: str) -> None:
        """A stage of `total` units begins; the one before it is over."""
        ...

    def advance(self, count: int = 1) -> None:
        """That many more units are done."""
        ...

    def say(self, message: str) -> None:
        """Something a person wants to know."""
        ...


class Silent:
    """Tells nobody."""

    def start(self, stage: str, total: int, unit: str) -> None:
        """Nothing."""

    def advance(self, count: int = 1) -> None:
        """Nothing."""

    def say(self, message: str) -> None:
        """Nothing."""
