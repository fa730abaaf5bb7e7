"""Text into terms, and the terms a word may stand for: its spellings, its slips."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import chain
from typing import Final

from rapidfuzz.distance import OSA
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from search.index.variants import variants

SHORTEST_BEGINNING: Final = 4  # letters of a name that must agree
SHORTEST_MENDED: Final = 5  # letters of a stem; shorter ones are near too many others
SHORTEST_WRONG: Final = 7
_VOWELS: Final = frozenset("aeiouy")
_WORD: Final = re.compile(r"[^\W_]+")
QUERY_TERMS: Final = 64  # distinct terms looked up; the rest of a very long question is left out


def analyzer() -> TextAnalyzer:
    """Words, lower case, without accents, English stop words or endings."""
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(60))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stopword("english"))
        .filter(Filter.stemmer("english"))
        .build()
    )


@lru_cache(maxsize=1)
def _analyzer() -> TextAnalyzer:
    return analyzer()


@lru_cache(maxsize=1)
def _folder() -> TextAnalyzer:
    """Words as `analyzer` has them before their endings go."""
    tokenizer = TextAnalyzerBuilder(Tokenizer.simple())
    return tokenizer.filter(Filter.lowercase()).filter(Filter.ascii_fold()).build()


def beginning(name: str) -> str:
    """What words that mean the same name begin with: a year whole, of others all but the end."""
    folded = "".join(_folder().analyze(name))
    return folded if folded.isdigit() else folded[: max(SHORTEST_BEGINNING, len(folded) - 3)]


def stems(text: str) -> list[str]:
    """The terms of a text as the lexical half counts them, in order."""
    return list(_analyzer().analyze(text))


@lru_cache(maxsize=10_000)
def _stems_of(word: str) -> tuple[str, ...]:
    return tuple(stems(word))


@lru_cache(maxsize=10_000)
def _others_of(word: str) -> tuple[str, ...]:
    """The terms of a word's other spellings."""
    return tuple(chain.from_iterable(stems(variant) for variant in variants(word.lower())))


def query_terms(query: str, frequency: Callable[[str], int]) -> list[list[str]]:
    """The terms a question is searched by: for each of its words the spellings there are.

    Args:
        query: as it was asked.
        frequency: tells how many passages have a term.
    """
    found: dict[str, list[str]] = {}
    for word in _WORD.findall(query):
        for stem in _stems_of(word):
            if stem not in found:
                found[stem] = _spellings(word, stem, frequency)
    return list(found.values())[:QUERY_TERMS]


def is_known(word: str, frequency: Callable[[str], int]) -> bool:
    """Whether any passage has the word, however it is spelt."""
    return any(
        frequency(term) for stem in _stems_of(word) for term in _spellings(word, stem, frequency)
    )


def _spellings(word: str, stem: str, frequency: Callable[[str], int]) -> list[str]:
    others = (other for other in _others_of(word) if other != stem and frequency(other))
    return [stem, *others]


def is_slip(stem: str, term: str) -> bool:
    """Whether a term may have been meant by a mistyped stem; see `LexicalHalf.nearest`."""
    if len(stem) < SHORTEST_WRONG and _another_word(stem, term):
        return False
    return OSA.distance(stem, term, score_cutoff=1) == 1


def words_of(title: str, headings: Iterable[str], text: str) -> str:
    """What is counted of a passage: its report's title, its headings, its text (ADR 0006)."""
    return f"{title}\n{' '.join(headings)}\n{text}"


def _another_word(one: str, other: str) -> bool:
    """Whether two stems of one length differ in a letter that is no vowel in both."""
    if len(one) != len(other) or sorted(one) == sorted(other):
        return False
    differing = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return not all(set(pair) <= _VOWELS for pair in differing)
