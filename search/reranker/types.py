"""What a reranker is."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]


class Reranker(Protocol):
    """Judges passages by reading each together with the question."""

    @property
    def name(self) -> str:
        """The model it was made from."""
        ...

    @property
    def passages(self) -> int:
        """How many passages it is to read for a question."""
        ...

    def score(self, question: str, texts: Sequence[str]) -> Logits:
        """A logit for each text, shape (len(texts),): higher, the likelier it answers."""
        ...
