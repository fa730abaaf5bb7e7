"""Once more: of an index in a database a report may go between two looks of one question."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from search.errors import IndexChanged

P = ParamSpec("P")
T = TypeVar("T")


def once_more(ask: Callable[P, T]) -> Callable[P, T]:
    """Ask again, once, where the index changed meanwhile: what is left of it has an answer."""

    @wraps(ask)
    def asked(*given: P.args, **named: P.kwargs) -> T:
        try:
            return ask(*given, **named)
        except IndexChanged:
            return ask(*given, **named)

    return asked
