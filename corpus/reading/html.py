"""Web pages: trafilatura finds the main text, without navigation and notices."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from trafilatura import bare_extraction
from trafilatura.settings import Document as Extracted

from corpus.errors import NotAReport
from corpus.reading.assemble import Part, one_page
from corpus.reading.clean import clean_text
from corpus.reading.text import decode
from corpus.types import BlockKind, Document, DocumentType

if TYPE_CHECKING:
    from lxml.etree import _Element

_LEVEL: Final = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_YEAR: Final = re.compile(r"(?:18|19|20)\d\d")


def read_html(data: bytes) -> Document:
    """Read a web page: its headings, paragraphs, lists and tables, on one page.

    Raises:
        NotAReport: there is no main text in it.
    """
    found = bare_extraction(
        decode(data), include_comments=False, include_tables=True, favor_recall=True,
        with_metadata=True,
    )  # fmt: skip
    page = one_page(_parts(found.body) if isinstance(found, Extracted) else [])
    if not isinstance(found, Extracted) or not page.text:
        raise NotAReport(
            "The web page has no main text.",
            cure="Open it in a browser and save the report itself.",
        )
    title = clean_text(found.title).strip() if found.title else None
    year = _YEAR.search(found.date or "")
    return Document(
        DocumentType.HTML,
        (page,),
        title=title or None,
        authors=_authors(found.author),
        year=int(year.group()) if year else None,
    )


def _authors(text: str | None) -> tuple[str, ...]:
    names = (clean_text(name).strip() for name in (text or "").split(";"))
    return tuple(name for name in names if name)


def _parts(element: "_Element") -> Iterator[Part]:
    """Parts of trafilatura's tree (TEI names): head, p, list/item, table/row/cell, quote."""
    for child in element:
        if child.tag == "head":
            yield Part(_words(child), BlockKind.HEADING, _LEVEL.get(child.get("rend", "h2"), 2))
        elif child.tag == "list":
            for item in child.iter("item"):
                yield Part(_words(item), BlockKind.LIST_ITEM)
        elif child.tag == "table":
            rows = (
                " | ".join(_words(cell) for cell in row.iter("cell")) for row in child.iter("row")
            )
            yield Part("\n".join(rows), BlockKind.TABLE)
        elif child.tag in {"p", "quote", "code", "ab"}:
            yield Part(_words(child), BlockKind.PARAGRAPH)
        else:
            yield from _parts(child)


def _words(element: "_Element") -> str:
    return " ".join("".join(element.itertext()).split())
