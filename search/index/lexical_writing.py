"""Writing the lexical half: of one part, and of all parts in one.

BM25 counts words over the whole library. Parts that never lose a passage are therefore put
together by merging: what comes out counts exactly as if it had been written at once, where
passages deleted from an index would go on counting, and stay readable in its files.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tantivy import Document, Index

from search.index.counted import write_counts
from search.index.lexical import ANALYZER, FOLDER_NAME, WORDS, schema
from search.index.linking import link
from search.index.terms import analyzer, stems, words_of

WRITER_MEMORY: Final = 256_000_000  # bytes before a segment is flushed
_MERGING_MEMORY: Final = 15_000_000  # the least a writer takes that writes nothing
_META: Final = "meta.json"
_MANAGED: Final = ".managed.json"


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """What the lexical half keeps of one passage."""

    report_row: int
    title: str
    headings: str
    text: str


def write_lexical(entries: Iterable[LexicalEntry], folder: Path, numbered_from: int = 0) -> None:
    """Write the lexical half of a part, and how often each passage has each of its terms.

    An entry's number is its place, a report's its row, both counted from `numbered_from`.
    """
    target = folder / FOLDER_NAME
    target.mkdir()
    index = Index(schema(), path=str(target))
    index.register_tokenizer(ANALYZER, analyzer())
    writer = index.writer(heap_size=WRITER_MEMORY, num_threads=1)

    def terms() -> Iterator[list[str]]:
        for place, entry in enumerate(entries):
            words = words_of(entry.title, [entry.headings], entry.text)
            document = Document()
            document.add_unsigned("ordinal", numbered_from + place)
            document.add_unsigned("report", numbered_from + entry.report_row)
            document.add_text(WORDS, words)
            writer.add_document(document)
            yield stems(words)

    write_counts(terms(), folder)
    writer.commit()
    writer.wait_merging_threads()


def join_lexical(parts: Sequence[Path], folder: Path) -> None:
    """Write the lexical half of a generation from those of its parts, by their folders.

    Their segments are linked into one index, which merges what is of like size.
    """
    target = folder / FOLDER_NAME
    target.mkdir()
    metas = [json.loads((part / FOLDER_NAME / _META).read_text("utf-8")) for part in parts]
    for part, meta in zip(parts, metas, strict=True):
        for segment in meta["segments"]:
            for path in (part / FOLDER_NAME).glob(f"{_name(segment)}.*"):
                link(path, target / path.name)
    joined = metas[0] | {"segments": [each for meta in metas for each in meta["segments"]]}
    (target / _META).write_text(json.dumps(joined), encoding="utf-8")
    index = Index.open(str(target))
    index.register_tokenizer(ANALYZER, analyzer())
    writer = index.writer(heap_size=_MERGING_MEMORY, num_threads=1)
    writer.commit()  # looks for what is to be merged
    writer.wait_merging_threads()
    _sweep(target)


def _sweep(folder: Path) -> None:
    """Remove the segments that were merged."""
    meta = json.loads((folder / _META).read_text("utf-8"))
    kept = {_name(segment) for segment in meta["segments"]}
    for path in folder.iterdir():
        if path.suffix not in {".json", ".lock"} and path.stem not in kept:
            path.unlink()
    (folder / _MANAGED).unlink(missing_ok=True)


def _name(segment: dict[str, Any]) -> str:
    return str(segment["segment_id"]).replace("-", "")
