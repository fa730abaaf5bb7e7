"""Plain text and Markdown."""

import re
from pathlib import PurePath
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.decoding import decode
from corpus.reading.assemble import Part, one_page
from corpus.types import BlockKind, Document, DocumentType

_MARKDOWN: Final = frozenset({".md", ".markdown"})
_FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def read_text(data: bytes, *, name: str) -> Document:
    """Read plain text or, by its name, Markdown.

    Raises:
        NotAReport: the encoding cannot be told.
    """
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    markdown = PurePath(name).suffix.lower() in _MARKDOWN
    parts = _markdown_parts(text) if markdown else _plain_parts(text)
    headings = (part.text for part in parts if part.kind is BlockKind.HEADING and part.level == 1)
    return Document(DocumentType.TEXT, (one_page(parts),), title=next(headings, None))


def _plain_parts(text: str) -> list[Part]:
    """Paragraphs are set apart by empty lines; their line ends are spaces."""
    return [
        Part(" ".join(paragraph.split()), BlockKind.PARAGRAPH)
        for paragraph in re.split(r"\n\s*\n", text)
    ]


def _markdown_parts(text: str) -> list[Part]:
    tokens = MarkdownIt("commonmark").enable("table").parse(_FRONT_MATTER.sub("", text))
    parts: list[Part] = []
    rows: list[str] = []
    depth = 0  # of list items
    for place, token in enumerate(tokens):
        if token.type in {"list_item_open", "list_item_close"}:
            depth += token.nesting
        elif token.type == "tr_open":
            rows.append("")
        elif token.type == "table_close":
            parts.append(Part("\n".join(row.strip(" |") for row in rows), BlockKind.TABLE))
            rows = []
        elif token.type in {"fence", "code_block"}:
            parts.append(Part(token.content, BlockKind.PARAGRAPH))
        elif token.type == "inline":
            words = " ".join(_words(token).split())
            opened = tokens[place - 1]
            if opened.type in {"td_open", "th_open"}:
                rows[-1] += f"{words} | "
            elif opened.type == "heading_open":
                parts.append(Part(words, BlockKind.HEADING, int(opened.tag[1])))
            else:
                parts.append(Part(words, BlockKind.LIST_ITEM if depth else BlockKind.PARAGRAPH))
    return parts


def _words(token: Token) -> str:
    """What an inline token shows, without its marks."""
    return "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in token.children or []
    )
