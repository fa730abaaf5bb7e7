"""The passages that training questions are about, and what retrieval proposes among them."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from corpus.home import Home
from corpus.passages import PassageRules, embedded_text
from corpus.types import DocumentType
from search.encoder.types import Encoder
from search.evaluation.dataset import load_dataset
from search.evaluation.retrieval import Collection, collect, cut, encode_all
from search.index.generations import Generations
from search.index.lexical_writing import LexicalEntry

#: Datasets whose passages are trained on, with the split whose own questions are too, if any.
#: Apache-2.0, Apache-2.0, CC0 and Apache-2.0 (docs/token-head.md).
SETS: Final = (
    ("feedbackqa-dev", "train"), ("covid-qa-long", "dev"), ("pira-ocean", "dev"),
    ("clapnq-abstention", None),
)  # fmt: skip
WRITTEN: Final = Path(__file__).with_name("questions.jsonl")
_SPANS: Final = "answer_spans.jsonl"  # where in a document the answer begins, if known
IN_HOME: Final = ("reports", "starter")  # collections of the written questions that are in a home

#: Whether a passage, by its place, answers.
Judge = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages in order: document, text, embedded text; and the product's retrieval over them."""

    documents: tuple[str, ...]
    plain: tuple[str, ...]
    embedded: tuple[str, ...]
    at: Collection


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and which passages answer it."""

    text: str
    answers: Judge


@contextmanager
def opened(
    documents: list[str], entries: list[LexicalEntry], embedded: list[str], encoder: Encoder
) -> Iterator[Passages]:
    """Passages encoded and indexed for as long as the context lasts."""
    with TemporaryDirectory(prefix="evidence-training-") as name:
        encoded = encode_all(embedded, encoder, lambda _done, _total: None)
        at = collect(documents, entries, encoded, Path(name), encoder)
        yield Passages(
            tuple(documents), tuple(entry.text for entry in entries), tuple(embedded), at
        )


def of_dataset(folder: Path, encoder: Encoder) -> tuple[list[str], list[LexicalEntry], list[str]]:
    """A dataset's passages as the product cuts them."""
    dataset = load_dataset(folder, "dev")
    return cut(dataset, encoder, PassageRules().fitted(encoder.spec.max_tokens))


def of_home(home: Path) -> tuple[list[str], list[LexicalEntry], list[str]]:
    """Of an indexed home the starter's records, and the reports that questions were written for."""
    index = Generations(Home(home).index).open_current()
    wanted = {row["document"] for row in _written(IN_HOME)}
    documents: list[str] = []
    entries: list[LexicalEntry] = []
    embedded: list[str] = []
    for found in index.store.fetch(list(range(index.manifest.counts.ranked))).values():
        report = index.store.reports[found.report_row]
        record = report.document_type is DocumentType.RECORD
        name = report.report_id if record else Path(report.file).name
        if record or name in wanted:
            documents.append(name)
            section = "\n".join(found.passage.section)
            entries.append(LexicalEntry(0, report.title, section, found.passage.text))
            embedded.append(embedded_text(report.title, found.passage))
    return documents, entries, embedded


def own_questions(folder: Path, split: str, passages: Passages) -> Iterator[Judged]:
    """A dataset's own questions, answered by a judged document's passage at the known place."""
    dataset = load_dataset(folder, split)
    begins = _answers(folder)
    offsets = _offsets({k: d.text for k, d in dataset.corpus.items()}, passages)
    for query, text in dataset.queries.items():
        judged = frozenset(name for name, score in dataset.qrels[query].items() if score > 0)
        yield Judged(text, _at_place(passages, offsets, judged, begins.get(query, [])))


def _at_place(
    passages: Passages, offsets: list[int], judged: frozenset[str], known: list[int]
) -> Judge:
    def answers(place: int) -> bool:
        first, last = offsets[place], offsets[place] + len(passages.plain[place])
        return passages.documents[place] in judged and (
            not known or any(first <= at < last for at in known)
        )

    return answers


def written_questions(names: tuple[str, ...], passages: Passages) -> Iterator[Judged]:
    """Questions written for passages of these collections, answered where their anchor stands."""
    plain = [_plain(text) for text in passages.plain]
    for row in _written(names):
        yield Judged(
            row["question"], _where_it_stands(passages, plain, row["document"], row["anchor"])
        )


def _where_it_stands(passages: Passages, plain: list[str], document: str, anchor: str) -> Judge:
    sought = _plain(anchor)
    return lambda place: passages.documents[place] == document and sought in plain[place]


def _written(names: tuple[str, ...]) -> list[dict[str, str]]:
    rows = [json.loads(line) for line in WRITTEN.read_text("utf-8").splitlines()]
    return [row for row in rows if row["collection"] in names]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _answers(folder: Path) -> Mapping[str, list[int]]:
    """Where in its document the answers to each question begin."""
    begins: dict[str, list[int]] = {}
    if (folder / _SPANS).exists():
        for row in map(json.loads, (folder / _SPANS).read_text("utf-8").splitlines()):
            begins.setdefault(str(row["query-id"]), []).append(int(row["answer_start"]))
    return begins


def _offsets(texts: Mapping[str, str], passages: Passages) -> list[int]:
    """Where each passage begins in its document."""
    offsets: list[int] = []
    last, after = "", 0
    for document, text in zip(passages.documents, passages.plain, strict=True):
        after = after if document == last else 0
        found = texts[document].find(text, after)
        offsets.append(found if found >= 0 else after)
        last, after = document, offsets[-1]
    return offsets
