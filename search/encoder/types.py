"""What an encoder is, whatever runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """What building and asking must agree on; written into every index manifest.

    `model_hash` identifies the weights *and* the way they are run (export recipe and
    precision): vectors of two specs with the same hash may be compared, others may not.
    """

    name: str
    model_hash: str
    runtime: str  # "onnx-int8" or "sentence-transformers"
    dimension: int
    max_tokens: int  # word pieces a text may have, special tokens included
    query_prompt: str = ""
    document_prompt: str = ""


class Encoder(Protocol):
    """Turns text into unit vectors; a text's vector never depends on its neighbours."""

    @property
    def spec(self) -> EncoderSpec:
        """What this encoder is."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), rows of unit length; the model's query prompt applies."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), rows of unit length; the document prompt applies."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without special tokens and without truncation."""
        ...
