"""BibTeX, for LaTeX. Its writers in libraries leave braces unbalanced, so this one is our own.

BibTeX counts braces whether or not a backslash stands before them: in text they are written as
commands. Addresses are verbatim there; what would end the field is percent-encoded.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from search.citing.ris import quoted
from search.citing.types import Reference, Source, Takeaway
from search.citing.wording import note_of, one_line

_COMMANDS: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{each: f"\\{each}" for each in "&%$#_"},
    }
)
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_VERBATIM: Final = "".join(map(chr, range(0x21, 0x7F))).translate(str.maketrans("", "", "{}\\\"'"))


def write_bibtex(takeaway: Takeaway) -> bytes:
    """One @techreport a report, quotations in `annote`."""
    keys: dict[str, str] = {}
    for source in takeaway.sources:
        plain = re.sub(r"[^A-Za-z0-9:._-]+", "-", source.reference.key).strip("-") or "report"
        key, number = plain, 1
        while key in keys.values():
            number += 1
            key = f"{plain}-{number}"
        keys[source.reference.key] = key
    return "\n".join(_entry(keys[s.reference.key], s) for s in takeaway.sources).encode()


def _entry(key: str, source: Source) -> str:
    fields = [f"  {name} = {value}" for name, value in _fields(source) if value != "{}"]
    return ",\n".join([f"@techreport{{{key}", *fields]) + "\n}\n"


def _fields(source: Source) -> Iterator[tuple[str, str]]:
    reference = source.reference
    yield "title", f"{{{{{_text(reference.title)}}}}}"  # twice: its capitals are kept
    yield "author", f"{{{' and '.join(map(_author, reference.authors))}}}"
    yield "institution", f"{{{_text(reference.publisher or '')}}}"
    yield from _dates(reference)
    yield "doi", f"{{{quote(reference.doi or '', safe=_VERBATIM)}}}"
    yield "isbn", f"{{{_text(reference.isbn or '')}}}"
    yield "url", f"{{{quote(reference.url or '', safe=_VERBATIM)}}}"
    yield "language", f"{{{_text(reference.language or '')}}}"
    yield "note", f"{{{_text(note_of(reference))}}}"
    yield "annote", f"{{{_text(' '.join(map(quoted, source.excerpts)))}}}"


def _dates(reference: Reference) -> Iterator[tuple[str, str]]:
    if reference.issued:
        yield "year", f"{{{reference.issued[0]}}}"
    if len(reference.issued) > 1:
        yield "month", _MONTHS[reference.issued[1] - 1]


def _author(author: str) -> str:
    """Family and given name where the author is written so; else whole, as a body's name is."""
    family, comma, given = (_text(part) for part in one_line(author).partition(","))
    if comma and family and given and "," not in given:
        return f"{{{family}}}, {{{given}}}"
    return f"{{{_text(author)}}}"


def _text(words: str) -> str:
    return one_line(words).translate(_COMMANDS)
