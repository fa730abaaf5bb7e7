"""Where sentences begin and end.

`sentencex` finds the boundaries; those it sees after an abbreviation of research reports
("approx. 300", "Figs. 3 and 4", "vol. 2") or after a list's number ("1. Tutoring") are taken
back here. Its cost grows with the square of a text's length on some texts (quotation marks
that never close), so long texts are given to it a window at a time.
"""

import re
from collections.abc import Iterator
from typing import Final

from sentencex import get_sentence_boundaries

WINDOW: Final = 20_000  # characters
_ALWAYS: Final = re.compile(
    r"(?:^|[\s(\[])(?:approx|avg|est|hrs?|mins?|wks?|yrs?|resp)\.$", re.IGNORECASE
)
_BEFORE_NUMBER: Final = re.compile(
    r"(?:^|[\s(\[])(?:figs?|tabs?|eqs?|vols?|chs?|chaps?|secs?|paras?|refs?|nos?|pp?)\.$",
    re.IGNORECASE,
)
_ENUMERATOR: Final = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"\((?:[a-z]|[ivx]{1,5})\)", re.IGNORECASE)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of a text, in order, trimmed of white space, none empty."""
    joined: list[tuple[int, int]] = []
    for start, end in _boundaries(text):
        if joined and _goes_on(text, joined[-1], start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _goes_on(text: str, before: tuple[int, int], start: int) -> bool:
    """Whether what starts at `start` belongs to the sentence before it."""
    between = text[before[1] : start]
    if "\n\n" in between:
        return False
    last = text[max(before[0], before[1] - 12) : before[1]]
    if _ENUMERATOR.fullmatch(text, *before) or _ALWAYS.search(last):
        return True
    return text[start].isdecimal() and _BEFORE_NUMBER.search(last) is not None


def _boundaries(text: str) -> Iterator[tuple[int, int]]:
    """Trimmed sentences, a window at a time; a window's last one opens the next window."""
    start = 0
    opened: tuple[int, int] | None = None  # a sentence that fills its window and goes on
    while start < len(text):
        end = min(start + WINDOW, len(text))
        found = list(_window(text, start, end))
        if opened and found:
            found[0] = (opened[0], found[0][1])
            opened = None
        if end < len(text) and found:
            last = found.pop()
            if last[0] > start:
                end = last[0]
            else:
                opened = last
        yield from found
        start = end
    if opened:
        yield opened


def _window(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if bracketed := _BRACKETED.match(text, start, end):
        yield bracketed.span()  # sentencex takes "(a) One. Two." for one sentence
        start = bracketed.end()
    part = text[start:end]
    for boundary in get_sentence_boundaries("en", part):
        first, last = boundary["start_index"], boundary["end_index"]
        sentence = part[first:last]
        first += len(sentence) - len(sentence.lstrip())
        last = first + len(sentence.strip())
        if last > first:
            yield start + first, start + last
