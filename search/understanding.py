"""What a question is taken to mean: slips of typing mended, acronyms written out, its kind told.

Nothing is changed in silence: an answer says what was searched for besides what was typed.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Final

from rapidfuzz.distance import OSA

from search.index.protocol import Words
from search.index.terms import stems
from search.index.types import Ordinals
from search.types import Reading

_WORD: Final = re.compile(r"[^\W\d_]+")
_ASKS: Final = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how|does|do|did|is|are|was|were|can|could|"
    r"should|would|will|has|have|had|may|might|must|am)\b|\?",
    re.IGNORECASE,
)
MENDED: Final = "No passage has “{typed}”: “{meant}” was searched for."
WRITTEN_OUT: Final = "{typed} was read as {meant}."
#: Every sentence on a reading, for those who put it into other languages.
MESSAGES: Final = (MENDED, WRITTEN_OUT)
_NAMED: Final = re.compile(r"[^\W_]+")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
LOOKED_IN: Final = 10  # passages that a mended word is taken from
MOST_SLIPS: Final = 2  # letters between what was typed and the word it is taken for, ending and all
SHORTEST_NAME: Final = 4  # letters
_TOPIC_WORDS: Final = 4  # a bare topic has at most so many


@lru_cache(maxsize=1)
def acronyms() -> dict[str, str]:
    """What acronyms of these fields stand for (corpus/data/acronyms.toml)."""
    text = (files("corpus") / "data" / "acronyms.toml").read_text("utf-8")
    return {short: full for field in tomllib.loads(text).values() for short, full in field.items()}


#: The texts of passages, titles and headings included, by ordinal.
Texts = Callable[[Ordinals], Iterable[str]]


def understand(question: str, lexical: Words, texts: Texts) -> Reading:
    """Read a question against the words of an index.

    Args:
        question: as it was asked.
        lexical: its terms tell which words are mistyped: those no passage has.
        texts: of that index's passages; a mended word is taken from one of them.
    """
    mended = dict(_mended(question, lexical, texts))
    written_out = dict(_written_out(question))
    spelt = _WORD.sub(lambda word: mended.get(word.group(), word.group()), question)
    return Reading(
        question=question,
        spelt=spelt,
        searched=" ".join((spelt, *(f"({full})" for full in written_out.values()))),
        mended=tuple(mended.items()),
        written_out=tuple(written_out.items()),
        topic=_is_topic(question),
        names=names_in(question),
    )


def as_typed(question: str) -> Reading:
    """A question that is searched for letter by letter."""
    topic, names = _is_topic(question), names_in(question)
    return Reading(question, question, question, topic=topic, names=names)


def reading_words(reading: Reading, say: Callable[[str], str] = str) -> tuple[str, ...]:
    """What was searched for besides what was typed, in sentences.

    Args:
        reading: of a question.
        say: puts one of `MESSAGES` into another language.
    """
    told = ((MENDED, reading.mended), (WRITTEN_OUT, reading.written_out))
    return tuple(
        say(message).format(typed=typed, meant=meant)
        for message, pairs in told
        for typed, meant in pairs
    )


def _mended(question: str, lexical: Words, texts: Texts) -> Iterator[tuple[str, str]]:
    """Words no passage has, with the nearest that one has; names and acronyms are left alone."""
    for place, word in enumerate(_WORD.findall(question)):
        if word.isupper() or (place and word[0].isupper()):
            continue
        for stem in stems(word):
            term = None if lexical.known(word) else lexical.nearest(stem)
            if term and (meant := _in_full(term, word, texts(lexical.having(term, LOOKED_IN)))):
                yield word, meant


def _in_full(term: str, typed: str, texts: Iterable[str]) -> str | None:
    """The word nearest to what was typed among those that a term stands for, if any is near."""
    words = {word.casefold() for text in texts for word in _WORD.findall(text)}
    far = {
        word: OSA.distance(word, typed.casefold(), score_cutoff=MOST_SLIPS)
        for word in sorted(words)
    }
    near = (word for word in far if far[word] <= MOST_SLIPS and stems(word) == [term])
    return min(near, key=far.__getitem__, default=None)


def _written_out(question: str) -> Iterator[tuple[str, str]]:
    """Acronyms in the question with what they stand for, where it does not say so itself."""
    known = acronyms()
    said = question.casefold()
    for word in dict.fromkeys(_WORD.findall(question)):
        full = known.get(word)
        if full and full.casefold() not in said:
            yield word, full


def names_in(question: str) -> tuple[str, ...]:
    """Years, and words with a capital that no sentence began: places, people, organisations.

    Acronyms are no names here, and where most words have capitals none of them tells anything.
    """
    words = _NAMED.findall(question)
    capital = [word for word in words[1:] if word[0].isupper()]
    if len(capital) > len(words) / 2:
        return ()
    years = (word for word in words if _YEAR.fullmatch(word))
    names = (word for word in capital if not word.isupper() and len(word) >= SHORTEST_NAME)
    return tuple(dict.fromkeys([*names, *years]))


def _is_topic(question: str) -> bool:
    """Whether somebody names a topic and asks nothing of it."""
    return len(stems(question)) <= _TOPIC_WORDS and not _ASKS.search(question)
