"""Runs of the product's own retrieval over a dataset: lexical, dense, fused.

Documents are cut into passages by the rules the indexer uses; a document's score is that of
its best passage (Dai and Callan, 2019, "Deeper text understanding for IR with contextual
neural language modeling": MaxP).
"""

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus.passages import PassageRules, embedded_text, split_document
from corpus.types import Block, BlockKind, DocumentType, Page
from corpus.types import Document as ReadDocument
from search.encoder.types import Encoder, Vectors
from search.evaluation.dataset import Dataset, Document
from search.evaluation.measures import Run
from search.fusion import FusionRules
from search.hybrid import Fused, retrieve
from search.index.dense import DenseHalf, open_dense, write_dense
from search.index.lexical import LexicalEntry, LexicalHalf, open_lexical, write_lexical
from search.index.sentences import (
    SentenceHalf,
    open_sentences,
    pack,
    sentences_of,
    write_sentences,
)
from search.index.types import Candidates

DEPTH: Final = 1_000  # passages of each half, from which documents are made
_AT_ONCE: Final = 256

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Collection:
    """A dataset's passages, ready to be asked: `documents[ordinal]` is a passage's document."""

    documents: tuple[str, ...]
    lexical: LexicalHalf
    dense: DenseHalf
    sentences: SentenceHalf

    def ask(self, question: str, vector: NDArray[np.float32], rules: FusionRules) -> Fused:
        """The product's own candidates in its own order."""
        return retrieve(
            question,
            vector,
            dense=self.dense,
            lexical=self.lexical,
            sentences=self.sentences,
            rules=rules,
        )


def cut(
    dataset: Dataset, encoder: Encoder, rules: PassageRules
) -> tuple[list[str], list[LexicalEntry], list[str]]:
    """Document id, lexical entry and embedded text of every passage, in the dataset's order."""
    owners: list[str] = []
    entries: list[LexicalEntry] = []
    texts: list[str] = []
    for name, document in dataset.corpus.items():
        for passage in split_document(
            _as_read(document),
            report_id=name,
            rules=rules,
            count_tokens=encoder.count_tokens,
            context=document.title,
        ):
            owners.append(name)
            entries.append(LexicalEntry(0, document.title, "", passage.text))
            texts.append(embedded_text(document.title, passage))
    return owners, entries, texts


def _as_read(document: Document) -> ReadDocument:
    """A document of a dataset as reading plain text gives it."""
    blocks = [
        Block(found.start(), found.end(), BlockKind.PARAGRAPH)
        for found in re.finditer(r"\S(?:.*?\S)??(?=\s*\n\s*\n|\s*\Z)", document.text, re.DOTALL)
    ]
    page = Page(number=1, label=None, text=document.text, blocks=tuple(blocks))
    return ReadDocument(DocumentType.TEXT, (page,))


def encode_all(texts: list[str], encoder: Encoder, told: Told) -> Vectors:
    """Vectors of all texts, shape (texts, dimension); `told` hears done and total."""
    vectors = np.empty((len(texts), encoder.spec.dimension), np.float32)
    for start in range(0, len(texts), _AT_ONCE):
        some = texts[start : start + _AT_ONCE]
        vectors[start : start + len(some)] = encoder.encode_documents(some)
        told(start + len(some), len(texts))
    return vectors


def run_all(
    dataset: Dataset,
    encoder: Encoder,
    *,
    passage_rules: PassageRules,
    fusion: FusionRules,
    told: Told,
) -> Mapping[str, Run]:
    """Runs named "lexical", "dense" and "fused" over every judged question."""
    owners, entries, texts = cut(dataset, encoder, passage_rules)
    vectors = encode_all(texts, encoder, told)
    with tempfile.TemporaryDirectory(prefix="evidence-evaluate-") as name:
        collection = collect(owners, entries, vectors, Path(name), encoder)
        return ask_all(dataset, collection, encoder, fusion)


def collect(
    owners: Sequence[str],
    entries: Sequence[LexicalEntry],
    vectors: Vectors,
    folder: Path,
    encoder: Encoder,
) -> Collection:
    """Write both halves and the sentences of cut passages into a folder, and open them."""
    info = write_dense(vectors, folder)
    write_lexical(entries, folder)
    split = [sentences_of(entry.text) for entry in entries]
    texts = [text for some in split for text in some]
    vectors_of_all = encode_all(texts, encoder, lambda _done, _total: None)
    packed = pack([vectors_of_all], [len(some) for some in split], vectors.shape[1])
    write_sentences(packed, folder)
    ranked, dimension = len(owners), vectors.shape[1]
    return Collection(
        tuple(owners),
        open_lexical(folder, ranked=ranked),
        open_dense(folder, info, dimension=dimension, ranked=ranked),
        open_sentences(folder, dimension=dimension, ranked=ranked),
    )


def ask_all(
    dataset: Dataset, collection: Collection, encoder: Encoder, fusion: FusionRules
) -> Mapping[str, Run]:
    """Ask a collection every judged question of its dataset."""
    runs: dict[str, Run] = {"lexical": {}, "dense": {}, "fused": {}}
    questions = list(dataset.queries)
    vectors = encoder.encode_queries([dataset.queries[query] for query in questions])
    for query, vector in zip(questions, vectors, strict=True):
        text = dataset.queries[query]
        runs["lexical"][query] = best_documents(collection, collection.lexical.search(text, DEPTH))
        runs["dense"][query] = best_documents(collection, collection.dense.search(vector, DEPTH))
        fused = collection.ask(text, vector, fusion)
        runs["fused"][query] = best_documents(collection, Candidates(fused.ordinals, fused.scores))
    return runs


def best_documents(collection: Collection, found: Candidates) -> dict[str, float]:
    """Documents by their best passage; candidates come best first."""
    scores: dict[str, float] = {}
    for ordinal, score in zip(found.ordinals.tolist(), found.scores.tolist(), strict=True):
        scores.setdefault(collection.documents[ordinal], score)
    return scores
