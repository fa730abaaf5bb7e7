"""How likely a passage answers the question: a logistic model over what retrieval saw.

The weights are fitted by `python -m benchmarks.relevance.absence` on questions whose answer is in
the collection, and on the same questions with their document taken out; docs/relevance.md says
how well it does. The form is that of Platt (1999), "Probabilistic outputs for support vector
machines". Shared words were tried as further signals and left out: questions in other words than
the page's were taken for unanswered.
"""

import math
from dataclasses import dataclass
from typing import Final

from corpus.types import Passage, Report


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a passage and against it.

    `cosine` of question and passage; `lead` of that cosine over the median of the candidates;
    `unnamed`, the share of the places, people and years the question names that the passage's
    report nowhere mentions, 0 where it names none.
    """

    cosine: float
    lead: float
    unnamed: float = 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model: a weight for each signal, and a constant."""

    cosine: float
    lead: float
    unnamed: float
    constant: float

    def probability(self, signals: Signals) -> float:
        """From 0 to 1."""
        total = (
            self.constant
            + self.cosine * signals.cosine
            + self.lead * signals.lead
            + self.unnamed * signals.unnamed
        )
        return 1 / (1 + math.exp(-total))


#: As `benchmarks.relevance.absence` printed it for the default encoder.
MODEL: Final = Model(cosine=1.88, lead=2.78, unnamed=-1.17, constant=-1.63)
#: At or above it a passage may answer: 37 of 40 answered policy dev questions stay above.
MAY_ANSWER: Final = 0.39
#: Below it, whether the best passage answers is called uncertain.
SURE: Final = 0.5


def passage_words(passage: Passage, report: Report) -> str:
    """What a passage is searched by: its report's title, the headings above it, its text."""
    return "\n".join((report.title, *passage.section, passage.text))
