"""Markdown: a briefing to paste, every word of a report escaped."""

import re
from collections.abc import Iterator
from typing import Final

from search.citing.types import Excerpt, Inquiry, Source, Takeaway
from search.citing.wording import (
    address_of,
    date_words,
    note_of,
    one_line,
    page_words,
    printable,
    reference_words,
)

_MEANT: Final = re.compile(r"[\\`*_{}\[\]<>#|~!&$]")
_STARTS: Final = re.compile(r"^(\d{0,9})([-+=.):])")  # of a list, a heading or a rule
_UNSAFE: Final = re.compile(r"[\s<>()\\\"`]")


def write_markdown(takeaway: Takeaway) -> bytes:
    """Question, statement, quotations and numbered references; references alone without one."""
    lines: list[str] = []
    if takeaway.inquiry:
        lines += _head(takeaway.inquiry)
        lines += ["## Quotations", ""]
        for number, source in enumerate(takeaway.sources, start=1):
            lines += _quotations(number, source)
        lines += ["## References", ""] if takeaway.sources else ["Nothing was found."]
    for number, source in enumerate(takeaway.sources, start=1):
        lines.append(f"{number}. {_reference(source)}")
    return "".join(f"{line}\n" for line in lines).encode()


def _head(inquiry: Inquiry) -> Iterator[str]:
    asked = inquiry.asked
    yield f"# {_inline(inquiry.question)}"
    yield ""
    yield f"Asked on {date_words((asked.year, asked.month, asked.day))}."
    for told in inquiry.filters:
        yield f"{_inline(told)}."
    yield ""
    if inquiry.statement:
        yield "## What the evidence says"
        yield ""
        for sentence in inquiry.statement:
            yield f"- {_inline(sentence)}"
        yield ""


def _quotations(number: int, source: Source) -> Iterator[str]:
    reference = source.reference
    yield f"### {number}\\. {_inline(reference.title)}"
    yield ""
    about = [one_line(reference.publisher or ""), date_words(reference.issued)]
    about.append(note_of(reference))
    yield " · ".join(_inline(part) for part in about if part)
    yield ""
    for excerpt in source.excerpts:
        yield from _quotation(excerpt, number)


def _quotation(excerpt: Excerpt, number: int) -> Iterator[str]:
    for line in printable(excerpt.text).splitlines():
        yield f"> {_inline(line)}".rstrip()
    yield ""
    where = page_words(excerpt.pages)
    link = f"[permalink]({_target(excerpt.permalink)})"
    yield " · ".join(part for part in (_inline(where), link, f"\\[{number}\\]") if part)
    yield ""


def _reference(source: Source) -> str:
    reference = source.reference
    parts = [_inline(reference_words(reference))]
    if address := address_of(reference):
        parts.append(f"<{_target(address)}>")
    parts.append(_inline(note_of(reference)))
    return " ".join(part for part in parts if part)


def _inline(text: str) -> str:
    """Words that stay words wherever they stand in a line."""
    return _STARTS.sub(r"\1\\\2", _MEANT.sub(r"\\\g<0>", one_line(text)))


def _target(address: str) -> str:
    """An address that cannot end its link."""
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", address)
