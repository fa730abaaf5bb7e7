"""A table of figures: one row a figure, printed as it is known."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: on which set, over how many questions, of what, and how much."""

    dataset: str
    questions: int
    measure: str
    value: float

    def __str__(self) -> str:
        """The row as it is printed."""
        return f"{self.dataset:34} {self.questions:>6,}  {self.measure:44} {self.value:>8.3f}"


HEAD = f"{'set':34} {'n':>6}  {'measure':44} {'value':>8}"
