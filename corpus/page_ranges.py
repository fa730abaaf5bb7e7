"""Page numbers as people write them."""

from collections.abc import Iterable


def page_ranges(numbers: Iterable[int]) -> str:
    """Numbers in ascending order, those in a row by first and last: 1-3, 7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)
