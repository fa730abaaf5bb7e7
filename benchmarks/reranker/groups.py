"""Training groups for the reranker: a question, a passage that answers, and hard ones that do not.

Hard negatives are what the product's own fused retrieval ranks high without being judged
relevant. The first few are skipped where a collection is known to hold unjudged answers.
"""

import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corpus.passages import PassageRules
from search.encoder.types import Encoder
from search.evaluation.dataset import Dataset, load_dataset
from search.evaluation.retrieval import collect, cut, encode_all
from search.fusion import FusionRules

#: Dataset, split, and how many of the highest ranked to skip. Licences: see the model card.
SETS: Final = (
    ("feedbackqa-dev", "train", 4),
    ("covid-qa-long", "dev", 2),
    ("pira-ocean", "dev", 1),
)
_POOL: Final = 30  # candidates that negatives are drawn from


@dataclass(frozen=True, slots=True)
class Group:
    """A question; `texts[0]` answers it, the others do not."""

    question: str
    texts: tuple[str, ...]


def load_groups(qrels: Path, encoder: Encoder, *, size: int, seed: int) -> list[Group]:
    """Groups of every training set, shuffled.

    Args:
        qrels: folder of the datasets in BEIR layout.
        encoder: makes the vectors that hard negatives are found by.
        size: texts of a group, the answering one included.
        seed: of the shuffle and of the draw of negatives.
    """
    draw = random.Random(seed)  # noqa: S311 - no secret
    groups = [
        group
        for name, split, skipped in SETS
        for group in _groups(load_dataset(qrels / name, split), encoder, size, skipped, draw)
    ]
    groups += _unanswerable(qrels / "clapnq-abstention", size, draw)
    draw.shuffle(groups)
    return groups


def _groups(
    dataset: Dataset, encoder: Encoder, size: int, skipped: int, draw: random.Random
) -> Iterator[Group]:
    owners, entries, texts = cut(dataset, encoder, PassageRules().fitted(encoder.spec.max_tokens))
    vectors = encode_all(texts, encoder, lambda _done, _total: None)
    questions = encoder.encode_queries(list(dataset.queries.values()))
    with tempfile.TemporaryDirectory() as name:
        at = collect(owners, entries, vectors, Path(name), encoder)
        for (query, text), vector in zip(dataset.queries.items(), questions, strict=True):
            found = at.ask(text, vector, FusionRules())
            right = {d for d, score in dataset.qrels[query].items() if score > 0}
            ordinals = found.ordinals.tolist()
            answering = [o for o in ordinals if owners[o] in right]
            wrong = [o for o in ordinals if owners[o] not in right][skipped : skipped + _POOL]
            if answering and len(wrong) >= size - 1:
                chosen = [answering[0], *draw.sample(wrong, size - 1)]
                yield Group(text, tuple(texts[o] for o in chosen))


def _unanswerable(folder: Path, size: int, draw: random.Random) -> Iterator[Group]:
    """Questions with the passage that answers them, against passages that answer others."""
    dataset = load_dataset(folder, "dev")
    texts = {name: f"{each.title}\n{each.text}" for name, each in dataset.corpus.items()}
    with (folder / "queries.jsonl").open(encoding="utf-8") as lines:
        known = [json.loads(line) for line in lines]
    names = list(texts)
    for line in known:
        right = [d for d, score in dataset.qrels.get(line["_id"], {}).items() if score > 0]
        if right:
            others = [name for name in draw.sample(names, size) if name not in right][: size - 1]
            yield Group(line["text"], tuple(texts[name] for name in (right[0], *others)))
