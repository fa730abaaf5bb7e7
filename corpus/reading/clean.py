"""Characters made fit to quote, search and store; the same in every format."""

import re
import unicodedata
from typing import Final

_LIGATURES: Final = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
    "\ufb05": "st", "\ufb06": "st", "\u0132": "IJ", "\u0133": "ij",
}  # fmt: skip
_BULLETS: Final = dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8\uf020\uf02d", "\u2022")
_SPACES: Final = dict.fromkeys(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\v\f\r",
    " ",
)
_NOTHING: Final = dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufffe\uffff", "")
_TABLE: Final = str.maketrans({**_LIGATURES, **_BULLETS, **_SPACES, **_NOTHING})
_UNFIT: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]"
)
_LEFT_OVER: Final = re.compile(
    r"microsoft (?:word|powerpoint|excel)|\.(?:docx?|pdf|indd|pptx?|xlsx?|qxd)\b|^untitled"
    r"|^slide \d|^document\d*$|^layout \d|^print$|^title$|^powerpoint presentation$",
    re.IGNORECASE,
)
_SHORTEST: Final = 5  # characters of a title
_RUNS: Final = re.compile(" {2,}")


def clean_text(text: str) -> str:
    """Text in NFC, ligatures written out, odd spaces made spaces, what cannot be shown dropped.

    Line feeds stay. Soft hyphens, zero-width and control characters, NULs, lone surrogates
    and private-use characters go, but private-use bullets become bullets.
    """
    text = _UNFIT.sub("", text.replace("\r\n", "\n").translate(_TABLE))
    return _RUNS.sub(" ", unicodedata.normalize("NFC", text))


def telling_title(words: object) -> str | None:
    """A title from a file's properties; none where a program left words of its own there."""
    title = " ".join(clean_text(str(words or "")).split())
    usable = " " in title and len(title) >= _SHORTEST and not _LEFT_OVER.search(title)
    return title if usable else None
