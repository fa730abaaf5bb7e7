"""Which languages a document is written in, by py3langid; its model is in its wheel."""

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from corpus.types import BlockKind, Page

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_FEWEST: Final = 40  # letters of a document: with fewer, nothing is said
_CHUNK: Final = 60  # letters looked at together; short blocks are gathered until there are so many
_LONGEST: Final = 2_000  # characters of a chunk: more say no more
_MOST_CHUNKS: Final = 300  # of a document, spread evenly over it
_SURE: Final = 0.9  # of a chunk, for any language
_SURE_AT_HOME: Final = 0.8  # of English against Welsh, or the other way
_SHARE: Final = 0.05  # of the letters told, for a second language
_OF_NOTHING: Final = frozenset({BlockKind.CONTENTS, BlockKind.REFERENCES})  # often in another one
_HOME: Final = frozenset({"en", "cy"})  # expected here
_ELSEWHERE: Final = 0.25  # of the letters told, for a second language nobody expects
_CODE: Final = 2  # letters of an ISO 639-1 code
_LETTER: Final = re.compile(r"[^\W\d_]")
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")


def languages_of(pages: Iterable[Page]) -> tuple[str, ...]:
    """ISO 639-1 codes of the languages of these pages, the most used first.

    A second language counts from a twentieth of the text; other than English and Welsh, from a
    quarter, so that a page of foreign names makes no report foreign. Nothing is said of a
    document with hardly a sentence, or one that is unclear throughout.
    """
    chunks = list(_chunks(pages))
    if sum(letters for _, letters in chunks) < _FEWEST:
        return ()
    told: Counter[str] = Counter()
    for text, letters in chunks[:: len(chunks) // _MOST_CHUNKS + 1]:
        if language := _language(text):
            told[language] += letters
    total = told.total()
    return tuple(
        language
        for place, (language, letters) in enumerate(told.most_common())
        if place == 0 or letters >= (_SHARE if language in _HOME else _ELSEWHERE) * total
    )


def _language(text: str) -> str | None:
    """The language of a text; None where it is unclear.

    Where English or Welsh comes first, but not clearly, those two alone are compared: among a
    hundred languages a short text of either resembles some other one.
    """
    ranked = _identifier().rank(text)
    likeliest, certainty = ranked[0]
    if likeliest in _HOME:
        both = sum(share for language, share in ranked if language in _HOME)
        return likeliest if certainty >= _SURE_AT_HOME * both else None
    return likeliest if certainty >= _SURE and len(likeliest) == _CODE else None


def _chunks(pages: Iterable[Page]) -> Iterator[tuple[str, int]]:
    """Pieces of text long enough to tell their language, with how many letters each has."""
    gathered: list[str] = []
    letters = 0
    for page in pages:
        for block in page.blocks:
            if block.kind in _OF_NOTHING:
                continue
            text = _ADDRESS.sub(" ", page.text[block.start : block.end][:_LONGEST])
            gathered.append(text)
            letters += len(_LETTER.findall(text))
            if letters >= _CHUNK:
                yield _joined(gathered), letters
                gathered, letters = [], 0
    if letters:
        yield _joined(gathered), letters


def _joined(texts: Sequence[str]) -> str:
    return "\n".join(texts)[:_LONGEST]


@functools.cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - takes a while

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
