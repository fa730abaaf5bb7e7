"""Passages that say the same, within a report and across reports.

Two passages are duplicates when the same words, numbers and signs follow each other: case,
spacing, punctuation, hyphens and (in all but short texts) articles and "and" do not count.
That is an equivalence, so a group depends on no order and no threshold.
Similarity of shingles (Broder, 1997, "On the resemblance and containment of documents") was
turned down: see docs/passages.md.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

SHORTEST: Final = 12  # words; in a shorter text every word counts
_WORD: Final = re.compile(
    r"\d+(?:[.,]\d+)*"  # a whole number: 1.5 is not 15, 1,500 not 1.500
    r"|[^\W\d_]+|[^\W_]"
    r"|(?<!\w)[-+\u2212\u2013](?=\s?[.\d\u00a3$\u20ac])"  # a sign, not a hyphen
    r"|[<>=%*?\u00b1\u2248\u2260\u2264\u2265\u00a3$\u20ac]"
)
_EMPTY: Final = frozenset({"a", "an", "and", "the"})


def group_duplicates(texts: Sequence[str]) -> list[int]:
    """For each text the place of the first text of its group: its own, where it stands alone.

    Takes time linear in the texts' length.
    """
    first: dict[str, int] = {}
    return [first.setdefault(_said(text), place) for place, text in enumerate(texts)]


def likeness(text: str) -> int:
    """A number of 64 bits that near-duplicates share, and (but for chance) no other texts."""
    return int.from_bytes(hashlib.sha256(_said(text).encode()).digest()[:8])


def _said(text: str) -> str:
    """What a text comes down to: equal for duplicates alone."""
    words = _WORD.findall(text.casefold().replace("\u2212", "-").replace("\u2013", "-"))
    if len(words) >= SHORTEST:
        words = [word for word in words if word not in _EMPTY]
    return " ".join(words) or " ".join(text.split())
