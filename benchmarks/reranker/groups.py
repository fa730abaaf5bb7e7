"""What the token layers are trained on: questions with the passages retrieval proposes for them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reranker.sources import (
    IN_HOME,
    SETS,
    Judged,
    Passages,
    of_dataset,
    of_home,
    opened,
    own_questions,
    written_questions,
)
from search.encoder.types import Encoded, Encoder, Vectors
from search.fusion import FusionRules, standardise

Pieces = NDArray[np.int64]  # word pieces of a text, both special ones included
Tokenise = Callable[[str], Pieces]


@dataclass(frozen=True, slots=True)
class Group:
    """A question and its candidates, best first.

    `rarity` (tokens,) weighs the question's tokens between the special ones; `passages` are
    places in `Training.passages`; `halves` (candidates,) are standardised scores of retrieval;
    `right` says which candidates answer: some, and not all.
    """

    question: Pieces
    rarity: Vectors
    passages: NDArray[np.int64]
    halves: Vectors
    right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Training:
    """Every passage once, and the questions over them."""

    passages: list[Pieces]
    groups: list[Group]


def load_training(qrels: Path, home: Path, encoder: Encoder, tokenise: Tokenise) -> Training:
    """Questions of the datasets and those written for them, and for reports of an indexed home."""
    training = Training([], [])
    for name, split in SETS:
        with opened(*of_dataset(qrels / name, encoder), encoder) as passages:
            own = own_questions(qrels / name, split, passages) if split else ()
            _gather(training, passages, [*own, *written_questions((name,), passages)],
                    encoder, tokenise)  # fmt: skip
    with opened(*of_home(home), encoder) as passages:
        _gather(training, passages, written_questions(IN_HOME, passages), encoder, tokenise)
    return training


def _gather(
    training: Training,
    passages: Passages,
    questions: Iterable[Judged],
    encoder: Encoder,
    tokenise: Tokenise,
) -> None:
    first = len(training.passages)
    pieces = [tokenise(text) for text in passages.embedded]
    training.passages.extend(pieces)
    rarity = _rarity(pieces)
    training.groups.extend(_groups(passages, questions, encoder, tokenise, rarity, first))


def _groups(
    passages: Passages,
    questions: Iterable[Judged],
    encoder: Encoder,
    tokenise: Tokenise,
    rarity: Callable[[Pieces], Vectors],
    first: int,
) -> Iterator[Group]:
    rules = FusionRules()
    for question in questions:
        vector = encoder.encode_query(question.text).vector
        found = passages.at.ask(question.text, Encoded(vector, None), rules)
        places = found.ordinals[: rules.compared]
        right = np.array([question.answers(int(place)) for place in places])
        if right.any() and not right.all():
            asked = tokenise(question.text)
            halves = standardise(found.halves[: rules.compared])
            yield Group(asked, rarity(asked[1:-1]), first + places, halves, right)


def _rarity(passages: Sequence[Pieces]) -> Callable[[Pieces], Vectors]:
    """Weights of word pieces as the product's index has them."""
    ids, counts = np.unique(
        np.concatenate([np.unique(each) for each in passages]), return_counts=True
    )
    weights = np.maximum(np.log((len(passages) + 1) / (counts + 0.5)), 0.01)
    known = dict(zip(ids.tolist(), weights.tolist(), strict=True))
    unseen = float(np.log((len(passages) + 1) / 0.5))
    return lambda pieces: np.array([known.get(i, unseen) for i in pieces.tolist()], np.float32)
