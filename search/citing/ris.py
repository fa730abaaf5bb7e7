"""RIS, which reference managers import. A writer of its own: a value must never end its line."""

from collections.abc import Iterator

from search.citing.types import Excerpt, Source, Takeaway
from search.citing.wording import note_of, one_line, page_words


def write_ris(takeaway: Takeaway) -> bytes:
    """One RPRT record a report; every quotation is a note of it."""
    lines: list[str] = []
    for source in takeaway.sources:
        lines.append("TY  - RPRT")
        values = ((tag, one_line(value)) for tag, value in _values(source))
        lines += [f"{tag}  - {value}" for tag, value in values if value]
        lines += ["ER  - ", ""]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _values(source: Source) -> Iterator[tuple[str, str]]:
    reference = source.reference
    yield "ID", reference.key
    yield "TI", reference.title
    for author in reference.authors:
        yield "AU", author
    yield "PB", reference.publisher or ""
    if reference.issued:
        year, month, day = (*(f"{part:02}" for part in reference.issued), "", "")[:3]
        yield "PY", year
        if month:
            yield "DA", f"{year}/{month}/{day}"
    yield "DO", reference.doi or ""
    yield "SN", reference.isbn or ""
    yield "UR", reference.url or ""
    yield "LA", reference.language or ""
    yield "N1", note_of(reference)
    for excerpt in source.excerpts:
        yield "N1", quoted(excerpt)


def quoted(excerpt: Excerpt) -> str:
    """A quotation in one line, with its page and permalink."""
    where = page_words(excerpt.pages)
    return " ".join(
        part
        for part in (f"“{one_line(excerpt.text)}”", f"{where}." if where else "", excerpt.permalink)
        if part
    )
