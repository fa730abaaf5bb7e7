"""What a question in the terminal is checked for before it is asked."""

from collections.abc import Iterable

from corpus.centres import load_centres
from search.errors import InvalidQuery


def check_centres(wanted: Iterable[str], held: Iterable[str]) -> None:
    """Raise InvalidQuery for a centre that is neither in the registry nor in the index."""
    known = {*held, *(centre.id for centre in load_centres())} - {""}
    folded = {name.casefold() for name in known}
    if unknown := [each for each in wanted if each.casefold() not in folded]:
        raise InvalidQuery(
            f"There is no centre {', '.join(unknown)}.",
            cure=f"Name one of {', '.join(centre.id for centre in load_centres())}, or a publisher "
            "that `evidence status` lists.",
        )
