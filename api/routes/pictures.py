"""What the pictures of an answer show: strength against cost, and where there is evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from search.statement_types import Worth

STRENGTHS: Final = (5, 4, 3, 2, 1, 0)  # downwards
COSTS: Final = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Square:
    """The reports at one strength and cost, best first."""

    strength: int
    cost: int
    reports: tuple[Worth, ...]


@dataclass(frozen=True, slots=True)
class ValuePicture:
    """Reports by strength and cost; `all` has those too that lack one, which is not a low one."""

    squares: tuple[Square, ...]
    all: tuple[Worth, ...]

    @property
    def placed(self) -> tuple[Square, ...]:
        """The squares that hold reports, the strongest and cheapest first."""
        return tuple(square for square in self.squares if square.reports)


def picture_value(value: Sequence[Worth]) -> ValuePicture:
    """Lay the rated reports of a statement out by strength and cost on the common scale."""
    squares = tuple(
        Square(
            strength,
            cost,
            tuple(each for each in value if (each.strength, each.cost) == (strength, cost)),
        )
        for strength in STRENGTHS
        for cost in COSTS
    )
    return ValuePicture(squares, tuple(value))
