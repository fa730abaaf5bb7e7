"""What may be asked: how long a question, which part of its ranking."""

from typing import Final

from search.errors import InvalidQuery
from search.wording import readable

LONGEST_QUESTION: Final = 2_000  # characters
LARGEST_K: Final = 100
DEEPEST: Final = 1_000  # passages of one ranking that can be had, a part at a time


def checked_question(question: str) -> str:
    """A question as it is read, without marks nobody sees.

    Raises:
        InvalidQuery: nothing is left of it, or it is too long.
    """
    question = readable(question)
    if not question:
        raise InvalidQuery("The question is empty.", cure="Ask something, in plain English.")
    if len(question) > LONGEST_QUESTION:
        raise InvalidQuery(
            "The question has {length:,} characters; {most:,} is the limit.",
            cure="Ask it in a sentence or two.",
            values={"length": len(question), "most": LONGEST_QUESTION},
        )
    return question


def checked_place(k: int, skip: int) -> None:
    """Check which part of a ranking is asked for.

    Raises:
        InvalidQuery: there is no such part.
    """
    if not 1 <= k <= LARGEST_K:
        raise InvalidQuery(
            "k is {k}; it must be from 1 to {most}.", values={"k": k, "most": LARGEST_K}
        )
    if not 0 <= skip <= DEEPEST - k:
        raise InvalidQuery(
            "The passages from {first:,} on were asked for; a ranking has {most:,} at most.",
            cure="Ask a narrower question, or filter.",
            values={"first": skip + 1, "most": DEEPEST},
        )
