"""Characters of a text layer that are wrong in a regular way, put right where that is certain."""

import re
from typing import Final

# Fonts whose ligatures and old-style digits were given the code points of other letters.
_LIGATURES: Final = {
    "\u01fa": "ch",
    "\u0209": "st",
    "\u01fd": "ff",
    "\u01fb": "ct",
    "\u01fe": "ffi",
    "\u0206": "ft",
}
_DIGITS: Final = dict(zip("клмнопрсту", "0123456789", strict=True))
_INSIDE: Final = re.compile(
    r"[A-Za-z][\u01fa\u01fb\u01fd\u01fe\u0206\u0209]|[\u01fa\u01fb\u01fd\u01fe\u0206\u0209][a-z]"
)
_REAL_CYRILLIC: Final = re.compile(r"[\u0400-\u0439\u0444-\u04ff]")
_DENSE: Final = 5  # damaged words before a repair is certain


def repair_table(text: str) -> dict[int, str]:
    """What to translate in a document whose whole text this is; empty for a sound one.

    Only where several English words hold such a letter; the digits only where no other
    Cyrillic letter stands in the document.
    """
    if len(_INSIDE.findall(text)) < _DENSE:
        return {}
    table = dict(_LIGATURES)
    if not _REAL_CYRILLIC.search(text):
        table |= _DIGITS
    return str.maketrans(table)
