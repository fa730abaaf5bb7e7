"""Runs of the product's own retrieval over a dataset: lexical, dense, fused.

Documents are cut into passages by the rules the indexer uses; a document's score is that of
its best passage (Dai and Callan, 2019, "Deeper text understanding for IR with contextual
neural language modeling": MaxP).
"""

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from corpus.passages import PassageRules, embedded_text, split_document
from corpus.types import Block, BlockKind, DocumentType, Page
from corpus.types import Document as ReadDocument
from search.encoder.types import BulkEncoder, Encoded, Encoder, Vectors
from search.evaluation.dataset import Dataset, Document
from search.evaluation.measures import Run
from search.fusion import FusionRules
from search.hybrid import Encoding, Fused, retrieve
from search.index.dense import DenseHalf, open_dense
from search.index.dense_writing import write_dense
from search.index.lexical import LexicalHalf, open_lexical
from search.index.lexical_writing import LexicalEntry, write_lexical
from search.index.manifest import Counts
from search.index.parts import Places
from search.index.proposing import propose
from search.index.tokens import PartedTokens, Records, open_tokens, pack, write_tokens
from search.index.types import Candidates, Proposed
from search.stopwatch import Stopwatch

DEPTH: Final = 1_000  # passages of each half, from which documents are made
_AT_ONCE: Final = 256

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    """Vectors, shape (texts, dimension), and the records of each text's tokens, if any."""

    vectors: Vectors
    tokens: Sequence[Records]


@dataclass(frozen=True, slots=True)
class Collection:
    """A dataset's passages, ready to be asked: `documents[ordinal]` is a passage's document."""

    documents: tuple[str, ...]
    lexical: LexicalHalf
    dense: DenseHalf
    tokens: PartedTokens | None

    def ask(self, question: str, asked: Encoded, rules: FusionRules) -> Fused:
        """The product's own candidates in its own order."""
        return retrieve(
            question,
            lambda: asked,
            propose=self._propose,
            tokens=self.tokens,
            rules=rules,
        )

    def _propose(self, question: str, encoding: Encoding, depth: int, watch: Stopwatch) -> Proposed:
        return propose(
            question,
            lambda: encoding().vector,
            depth,
            dense=self.dense,
            lexical=self.lexical,
            allowed=None,
            watch=watch,
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


def encode_all(texts: Sequence[str], encoder: BulkEncoder, told: Told) -> EncodedTexts:
    """All texts, those of passages in order; `told` hears done and total."""
    vectors = np.empty((len(texts), encoder.spec.dimension), np.float32)
    tokens: list[Records] = []
    for start in range(0, len(texts), _AT_ONCE):
        encoded = encoder.encode_with_tokens(texts[start : start + _AT_ONCE])
        for row, each in enumerate(encoded, start=start):
            vectors[row] = each.vector
            tokens += [pack(each.tokens)] if each.tokens else []
        told(start + len(encoded), len(texts))
    return EncodedTexts(vectors, tokens)


def run_all(
    dataset: Dataset,
    encoder: Encoder,
    *,
    passage_rules: PassageRules,
    fusion: FusionRules,
    told: Told,
) -> Mapping[str, Run]:
    """Runs named "lexical", "dense", "halves" (both) and "fused" (tokens too) of all questions."""
    owners, entries, texts = cut(dataset, encoder, passage_rules)
    encoded = encode_all(texts, encoder, told)
    with tempfile.TemporaryDirectory(prefix="evidence-evaluate-") as name:
        collection = collect(owners, entries, encoded, Path(name), encoder)
        return ask_all(dataset, collection, encoder, fusion)


def collect(
    owners: Sequence[str],
    entries: Sequence[LexicalEntry],
    encoded: EncodedTexts,
    folder: Path,
    encoder: Encoder,
) -> Collection:
    """Write both halves and the tokens of cut passages into a folder, and open them."""
    info = write_dense([encoded.vectors], folder)
    write_lexical(entries, folder)
    if encoded.tokens:
        write_tokens(encoded.tokens, folder)
    ranked, spec = len(owners), encoder.spec
    return Collection(
        tuple(owners),
        open_lexical(folder, ranked=ranked),
        open_dense(folder, info, dimension=spec.dimension, ranked=ranked),
        open_tokens(
            [folder],
            dimension=spec.token_dimension,
            places=Places.of([Counts(len(set(owners)), ranked, ranked)]),
        )
        if encoded.tokens
        else None,
    )


def ask_all(
    dataset: Dataset, collection: Collection, encoder: Encoder, fusion: FusionRules
) -> Mapping[str, Run]:
    """Ask a collection every judged question of its dataset."""
    runs: dict[str, Run] = {"lexical": {}, "dense": {}, "halves": {}, "fused": {}}
    questions = list(dataset.queries)
    for query in questions:
        text = dataset.queries[query]
        asked = encoder.encode_query(text)
        runs["lexical"][query] = best_documents(collection, collection.lexical.search(text, DEPTH))
        runs["dense"][query] = best_documents(
            collection, collection.dense.search(asked.vector, DEPTH)
        )
        for name, rules in (("halves", replace(fusion, compared=0)), ("fused", fusion)):
            found = collection.ask(text, asked, rules)
            runs[name][query] = best_documents(collection, Candidates(found.ordinals, found.scores))
    return runs


def best_documents(collection: Collection, found: Candidates) -> dict[str, float]:
    """Documents by their best passage; candidates come best first."""
    scores: dict[str, float] = {}
    for ordinal, score in zip(found.ordinals.tolist(), found.scores.tolist(), strict=True):
        scores.setdefault(collection.documents[ordinal], score)
    return scores
