"""Web pages: trafilatura finds the main text, without navigation and notices."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from lxml.html import HtmlElement
from trafilatura import bare_extraction, load_html
from trafilatura.settings import Document as Extracted

from corpus.decoding import decode
from corpus.errors import NotAReport
from corpus.reading.assemble import Part, one_page
from corpus.reading.clean import clean_text
from corpus.reading.panels import open_panels
from corpus.reading.tables import table_text
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
    tree = load_html(decode(data))
    if tree is None:
        raise _empty()
    open_panels(tree)
    _keep_captions(tree)
    found = bare_extraction(
        tree, include_comments=False, include_tables=True, favor_recall=True,
        with_metadata=True,
    )  # fmt: skip
    page = one_page(_parts(found.body) if isinstance(found, Extracted) else [])
    if not isinstance(found, Extracted) or not page.text:
        raise _empty()
    title = clean_text(found.title).strip() if found.title else None
    year = _YEAR.search(found.date or "")
    return Document(
        DocumentType.HTML,
        (page,),
        title=title or None,
        authors=_authors(found.author),
        year=int(year.group()) if year else None,
    )


def _empty() -> NotAReport:
    return NotAReport(
        "The web page has no main text.", cure="Open it in a browser and save the report itself."
    )


def _keep_captions(tree: HtmlElement) -> None:
    """Figures go, with all they hold; what is written under them stays."""
    for caption in tree.iter("figcaption"):
        caption.tag = "p"
    for figure in tree.xpath(".//figure[.//p or .//table]"):
        figure.tag = "div"


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
            yield Part(_table(child), BlockKind.TABLE)
        elif child.tag in {"p", "quote", "code", "ab"}:
            yield Part(_words(child), BlockKind.PARAGRAPH)
        else:
            yield from _parts(child)


def _table(table: "_Element") -> str:
    """A caption, which is a first row of one cell; then rows with their columns' names."""
    rows = [list(row.iter("cell")) for row in table.iter("row")]
    words = [[_words(cell) for cell in row] for row in rows]
    captions: list[str] = []
    while len(words) > 1 and len(words[0]) > 1 and sum(map(bool, words[0])) == 1 and words[0][0]:
        captions.append(words.pop(0)[0])
    first = rows[len(captions)] if len(captions) < len(rows) else []
    header = bool(first) and all(cell.get("role") == "head" for cell in first)
    return "\n".join([*captions, table_text(words, header=header)])


def _words(element: "_Element") -> str:
    return " ".join("".join(element.itertext()).split())
