"""How likely a passage answers the question: a logistic model over what retrieval saw.

The weights are fitted by `python -m benchmarks.relevance.absence` on training questions whose
answer is in the collection, and on the same questions with their document taken out
(docs/relevance.md says on which, and how well it does on others). The form is that of Platt
(1999), "Probabilistic outputs for support vector machines".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Final

from corpus.types import Passage, Report


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a passage: all grow with the chance that it answers.

    `cosine` of question and passage; `lead` of that cosine over the middle of the candidates;
    `covered` and `rarest`: the share of the question's words, by rarity, that stand in the
    passage, and whether the rarest does; `lexical`: the BM25 score as a share of the highest
    that the question's words allow.
    """

    cosine: float
    lead: float
    covered: float
    rarest: float
    lexical: float


def passage_words(passage: Passage, report: Report) -> str:
    """What a passage is searched by: its report's title, the headings above it, its text."""
    return "\n".join((report.title, *passage.section, passage.text))


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model: a weight for each signal in their order, and a constant."""

    weights: tuple[float, float, float, float, float]
    constant: float

    def probability(self, signals: Signals) -> float:
        """From 0 to 1."""
        total = self.constant + sum(
            weight * signal for weight, signal in zip(self.weights, astuple(signals), strict=True)
        )
        return 1 / (1 + math.exp(-total))


def signals(
    *,
    cosine: float,
    middle: float,
    lexical: float,
    terms: Sequence[str],
    rarity: Mapping[str, float],
) -> Signals:
    """Signals of one passage.

    Args:
        cosine: of question and passage.
        middle: the median cosine of the question's candidates.
        lexical: the passage's BM25 score.
        terms: the passage's terms, title and headings included.
        rarity: inverse document frequency of each term of the question.
    """
    present = rarity.keys() & set(terms)
    total = sum(rarity.values())
    rarest = max(rarity, key=lambda term: rarity[term], default=None)
    return Signals(
        cosine=cosine,
        lead=cosine - middle,
        covered=sum(rarity[term] for term in present) / total if total else 0.0,
        rarest=float(rarest in present),
        lexical=lexical / (total * _HIGHEST_TERM) if total else 0.0,
    )


_HIGHEST_TERM: Final = 2.2  # k1 + 1: what BM25 gives a term at most, in units of its rarity

MODEL: Final = Model((8.0, 4.0, 3.0, 0.5, 2.0), -7.0)
#: At or above it, a passage is taken to answer.
THRESHOLD: Final = 0.5
