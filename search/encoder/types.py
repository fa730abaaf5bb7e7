"""What an encoder is, whatever runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text as the model sees each among the others.

    `ids` (tokens,) are places in the model's vocabulary; `vectors` (tokens, token dimension)
    have unit rows; `starts` (tokens,) are offsets in the text. Special tokens are left out
    unless there are no others, and so is what the model's limit cuts off.
    """

    ids: NDArray[np.int32]
    vectors: Vectors
    starts: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text's vector (dimension,), and its tokens where the model gives any."""

    vector: Vectors
    tokens: Tokens | None


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
    token_dimension: int = 0  # of token vectors; 0 where the model gives none


class BulkEncoder(Protocol):
    """Turns texts into unit vectors and their tokens."""

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

    def encode_with_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        """Documents with their tokens; their vectors are those of `encode_documents`."""
        ...


class Encoder(BulkEncoder, Protocol):
    """A `BulkEncoder` for questions too; a text's vector never depends on its neighbours."""

    def encode_query(self, text: str) -> Encoded:
        """One question with its tokens; its vector is that of `encode_queries`."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without special tokens and without truncation."""
        ...
