"""Writing a part of a generation: some reports with all that is kept of them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from corpus.duplicates import likeness
from corpus.passages import embedded_text
from indexer.content import Content
from search.index.lexical_writing import LexicalEntry, write_lexical
from search.index.manifest import Part
from search.index.parts import COLUMNS, Columns, write_columns
from search.index.store import StoreEntry
from search.index.storing import write_store
from search.index.tokens import write_tokens

VECTORS_NAME: Final = "vectors.npy"  # float32, (ranked, dimension)


def write_part(content: Content, key: str, folder: Path, *, token_dimension: int) -> Part:
    """Write a part into a folder of its own.

    Args:
        content: of the part; report rows and ordinals count from 0.
        key: names what it is made from.
        folder: of all parts.
        token_dimension: of token vectors; 0: there are none.
    """
    part = Part(key, content.digest(), content.counts)
    folder = folder / part.name
    folder.mkdir(parents=True)
    ranked = content.entries[: len(content.vectors)]
    np.save(folder / VECTORS_NAME, content.vectors)
    write_columns(_columns(content, ranked), folder)
    write_lexical((_lexical(content, entry) for entry in ranked), folder, part.numbered_from)
    if token_dimension:
        write_tokens(content.tokens, folder)
    write_store(content.reports, content.details, content.entries, folder, content.cuts)
    return part


def _columns(content: Content, ranked: Sequence[StoreEntry]) -> Columns:
    columns = np.empty(len(ranked), COLUMNS)
    for place, entry in enumerate(ranked):
        columns[place] = (_key(content, entry), likeness(entry.passage.text), entry.report_row)
    return columns


def _key(content: Content, entry: StoreEntry) -> int:
    """Names a passage and the text that is embedded for it, and so its vector."""
    text = embedded_text(content.reports[entry.report_row].title, entry.passage)
    digest = hashlib.sha256(f"{entry.passage.passage_id}\0{text}".encode()).digest()
    return int.from_bytes(digest[:8])


def _lexical(content: Content, entry: StoreEntry) -> LexicalEntry:
    return LexicalEntry(
        report_row=entry.report_row,
        title=content.reports[entry.report_row].title,
        headings=" ".join(entry.passage.section),
        text=entry.passage.text,
    )
