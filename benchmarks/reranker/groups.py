"""What the token head is trained on: questions with the passages retrieval proposes for them."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus.passages import PassageRules
from search.encoder.onnx_encoder import OnnxEncoder
from search.encoder.types import Encoded, Vectors
from search.evaluation.dataset import Dataset, load_dataset
from search.evaluation.retrieval import collect, cut, encode_all
from search.fusion import FusionRules, standardise

#: Dataset and split: Apache-2.0, Apache-2.0 and CC0 (docs/token-head.md).
SETS: Final = (("feedbackqa-dev", "train"), ("covid-qa-long", "dev"), ("pira-ocean", "dev"))
SPANS: Final = "answer_spans.jsonl"  # where in a document the answer begins, if known

Hidden = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Group:
    """A question and its candidates, best first.

    `question` (tokens, dimension) and each of `passages` are token vectors of unit length before
    the head; `rarity` (tokens,) weighs the question's; `halves` (candidates,) are standardised
    scores of retrieval; `right` says which candidates answer: some, and not all.
    """

    question: Hidden
    rarity: Vectors
    passages: tuple[Hidden, ...]
    halves: Vectors
    right: NDArray[np.bool_]


def load_groups(qrels: Path, encoder: OnnxEncoder) -> list[Group]:
    """Groups of every training set, in their order."""
    return [
        group
        for name, split in SETS
        for group in _groups(qrels / name, load_dataset(qrels / name, split), encoder)
    ]


def _groups(folder: Path, dataset: Dataset, encoder: OnnxEncoder) -> Iterator[Group]:
    rules = FusionRules()
    owners, entries, texts = cut(dataset, encoder, PassageRules().fitted(encoder.spec.max_tokens))
    encoded = encode_all(texts, encoder, lambda _done, _total: None)
    hidden = _hidden(texts, encoder)
    rarity = _rarity([np.unique(records["id"]) for records in encoded.tokens])
    most = max(rarity.values())
    begins = _answers(folder)
    offsets = _offsets(dataset, owners, [entry.text for entry in entries])
    with tempfile.TemporaryDirectory() as name:
        at = collect(owners, entries, encoded, Path(name), encoder)
        for query, text in dataset.queries.items():
            asked = encoder.encode_query(text)
            ids = [] if asked.tokens is None else asked.tokens.ids.tolist()
            found = at.ask(text, Encoded(asked.vector, None), rules)
            ordinals = found.ordinals[: rules.compared].tolist()
            judged = {d for d, score in dataset.qrels[query].items() if score > 0}
            known = begins.get(query)
            right = np.array(
                [
                    owners[o] in judged
                    and (
                        not known or any(0 <= b - offsets[o] < len(entries[o].text) for b in known)
                    )
                    for o in ordinals
                ]
            )
            if right.any() and not right.all():
                yield Group(
                    _hidden([text], encoder)[0],
                    np.array([rarity.get(each, most) for each in ids]),
                    tuple(hidden[o] for o in ordinals),
                    standardise(found.halves[: rules.compared]),
                    right,
                )


def _hidden(texts: list[str], encoder: OnnxEncoder) -> list[Hidden]:
    """Unit token vectors before the head, special tokens left out."""
    found = []
    for start in range(0, len(texts), 256):
        for vectors in encoder.token_vectors(texts[start : start + 256]):
            inner = vectors[1:-1] if len(vectors) > 2 else vectors  # noqa: PLR2004 - both ends
            unit = inner / np.linalg.norm(inner, axis=1, keepdims=True)
            found.append(unit.astype(np.float16))
    return found


def _rarity(passages: list[NDArray[np.uint32]]) -> Mapping[int, float]:
    ids, counts = np.unique(np.concatenate(passages), return_counts=True)
    values = np.log((len(passages) + 1) / (counts + 0.5))
    return dict(zip(ids.tolist(), np.maximum(values, 0.01).tolist(), strict=True))


def _answers(folder: Path) -> Mapping[str, list[int]]:
    """Where in its document the answers to each question begin."""
    if not (folder / SPANS).exists():
        return {}
    begins: dict[str, list[int]] = {}
    with (folder / SPANS).open(encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            begins.setdefault(str(line["query-id"]), []).append(int(line["answer_start"]))
    return begins


def _offsets(dataset: Dataset, owners: list[str], texts: list[str]) -> list[int]:
    """Where each passage begins in its document."""
    offsets: list[int] = []
    last, after = "", 0
    for owner, text in zip(owners, texts, strict=True):
        after = after if owner == last else 0
        found = dataset.corpus[owner].text.find(text, after)
        offsets.append(found if found >= 0 else after)
        last, after = owner, offsets[-1]
    return offsets
