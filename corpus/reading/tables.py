"""A table's rows as text: values beside the names of their columns, where these are known."""

from collections.abc import Sequence
from typing import Final

_LONGEST_HEADER: Final = 60  # characters; longer ones are prose, and repeating them drowns values
_FEWEST_COLUMNS: Final = 2


def table_text(rows: Sequence[Sequence[str]], *, header: bool) -> str:
    """One line a row.

    With a header, a row reads "Place: Leeds; Crime: down"; without one, or with one that names
    nothing, "Leeds | down". The header's own row is then left out: every row says it.

    Args:
        rows: cells, each on one line.
        header: whether the first row is said to name the columns.
    """
    if header and len(rows) > 1 and names_columns(rows[0]):
        return "\n".join(beside(rows[0], row) for row in rows[1:])
    return "\n".join(" | ".join(row).strip(" |") for row in rows)


def names_columns(row: Sequence[str]) -> bool:
    """Whether cells can be the names of columns: short, distinct words; the first may be empty."""
    names = row[1:] if row and not row[0] else row
    return (
        len(row) >= _FEWEST_COLUMNS
        and all(len(name) <= _LONGEST_HEADER for name in names)
        and all(any(c.isalnum() for c in name) for name in names)
        and any(c.isalpha() for name in names for c in name)
        and len({name.casefold() for name in names}) == len(names)
    )


def beside(names: Sequence[str], row: Sequence[str]) -> str:
    """A row with the name of its column before each value; empty cells are left out."""
    told = []
    for place, value in enumerate(row):
        name = names[place].rstrip(" :") if place < len(names) else ""
        if value:
            told.append(f"{name}: {value}" if name and name != value else value)
    return "; ".join(told)
