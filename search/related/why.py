"""Why two studies are called related: topics and words that both have."""

import re
from typing import Final

from corpus.types import Report
from search.index.bm25 import rarity
from search.index.protocol import Words
from search.index.terms import stems

WORDS: Final = 6  # shown of each pair
_LABEL: Final = re.compile(
    r"(?:Intervention|Population|Outcome|Impact|Study design): "
)  # of records
_WORD: Final = re.compile(r"[^\W\d_]{3,}")


def shared_topics(one: Report | None, other: Report) -> tuple[str, ...]:
    """The topics both reports have, as the other's centre writes them."""
    theirs = {topic.casefold() for topic in one.metadata.topics} if one else frozenset[str]()
    return tuple(topic for topic in other.metadata.topics if topic.casefold() in theirs)


def shared_words(one: str, other: str, lexical: Words) -> tuple[str, ...]:
    """The rarest words of the one text that the other has too, as the one writes them."""
    theirs = set(stems(_LABEL.sub(" ", other)))
    shared: dict[str, str] = {}
    for word in _WORD.findall(_LABEL.sub(" ", one)):
        for stem in stems(word):
            if stem in theirs:
                shared.setdefault(stem, word)

    def rank(stem: str) -> tuple[float, str]:
        return -rarity(lexical.frequency(stem), len(lexical)), stem

    return tuple(shared[stem] for stem in sorted(shared, key=rank)[:WORDS])
