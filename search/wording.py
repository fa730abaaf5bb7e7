"""A question as it can be shown and searched for: without what nobody sees."""

import unicodedata
from typing import Final

#: Joiners that scripts like Persian, and some emoji, need between their letters.
_JOINERS: Final = "\u200c\u200d"


def readable(question: str) -> str:
    """A question without control characters and invisible marks, which come with pasted text.

    Control characters and halves of characters become spaces; marks without width (soft hyphens,
    byte order marks, what turns the direction of text) go.
    """
    return "".join(map(_shown, question)).strip()


def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in {"Cc", "Cs", "Zl", "Zp"}:
        return " "
    return "" if kind == "Cf" and character not in _JOINERS else character
