"""The characters of a page, asked of PDFium's raw interface all at once.

Each is four calls through ctypes, which were a third of the time that a page took, so they are made
by `map`, and PDFium writes boxes straight into arrays.
"""

import ctypes
import math
import sys
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any, Final, NamedTuple

import pypdfium2.raw as pdfium_c

LINE_END_HYPHEN: Final = "\ufffe"  # what PDFium takes for a hyphen at a line's end
MOST_CHARACTERS: Final = 200_000  # of one page; no printed page comes near
_HYPHEN: Final = "\x02"  # how PDFium's raw interface gives that hyphen
_BREAKS: Final = frozenset("\r\n")
_UNSCALED: Final = 2.0  # points: no print is that small
_DOUBLE: Final = ctypes.sizeof(ctypes.c_double)


def _told(function: Any, result: Any, *more: Any) -> Callable[..., Any]:  # noqa: ANN401 - of ctypes
    """A function of PDFium's that takes plain addresses and keeps Python's lock.

    It is called for each character, and a call takes two thirds of the time so.
    """
    address = ctypes.cast(function, ctypes.c_void_p).value
    kind = ctypes.PYFUNCTYPE(result, ctypes.c_void_p, ctypes.c_int, *more)
    return kind(address or 0)


_CODE: Final = _told(pdfium_c.FPDFText_GetUnicode, ctypes.c_uint)
_SIZE: Final = _told(pdfium_c.FPDFText_GetFontSize, ctypes.c_double)
_WRONG: Final = _told(pdfium_c.FPDFText_HasUnicodeMapError, ctypes.c_int)
_BOX: Final = _told(pdfium_c.FPDFText_GetCharBox, ctypes.c_int, *repeat(ctypes.c_void_p, 4))


class Char(NamedTuple):
    """A printed character with its box and its font size, in points."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters of a page in PDFium's order, line breaks among them.

    `text` has one character for each of `chars`; `unmapped` counts those whose font does not say
    what they mean.
    """

    text: str
    chars: list[Char]
    unmapped: int


def characters(raw: ctypes.c_void_p) -> Characters:
    """Those of an open text page, `MOST_CHARACTERS` at most."""
    count = min(max(pdfium_c.FPDFText_CountChars(raw), 0), MOST_CHARACTERS)
    page, places = repeat(ctypes.cast(raw, ctypes.c_void_p).value), range(count)
    codes = map(min, map(_CODE, page, places), repeat(sys.maxunicode))
    text = "".join(map(chr, codes)).replace(_HYPHEN, LINE_END_HYPHEN)
    sizes = list(map(_SIZE, page, places))
    if min(sizes, default=_UNSCALED) <= _UNSCALED:
        sizes = [
            size if size > _UNSCALED or text[place] in _BREAKS else size * _scale(raw, place)
            for place, size in enumerate(sizes)
        ]
    wrong = [place for place, error in enumerate(map(_WRONG, page, places)) if error == 1]
    lefts, rights, bottoms, tops = _boxes(page, count)
    fields = zip(text, lefts, bottoms, rights, tops, sizes, strict=True)
    return Characters(
        text=text,
        chars=list(map(partial(tuple.__new__, Char), fields)),  # sooner than by its constructor
        unmapped=sum(text[place] not in _BREAKS for place in wrong),
    )


def _boxes(page: Iterable[int | None], count: int) -> list[list[float]]:
    """Left, right, bottom and top of each character."""
    edges = [(ctypes.c_double * count)() for _ in range(4)]
    starts = map(ctypes.addressof, edges)
    written = (range(start, start + count * _DOUBLE, _DOUBLE) for start in starts)
    deque(map(_BOX, page, range(count), *written), maxlen=0)
    return [list(edge) for edge in edges]


def _scale(raw: ctypes.c_void_p, place: int) -> float:
    """How much a character's font is enlarged: some files say size 1 and scale it."""
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFText_GetMatrix(raw, place, matrix):
        return 1.0
    return max(math.hypot(matrix.b, matrix.d), 1.0)
