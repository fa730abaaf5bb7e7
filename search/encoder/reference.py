"""The reference: any sentence-transformers model, run by sentence-transformers itself.

Slow to start (it imports torch) and exact. It is what the fast encoder is checked against,
and what runs models that cannot be exported.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from search.encoder.text import encodable
from search.encoder.types import Encoded, EncoderSpec, Vectors
from search.errors import EncoderError

if TYPE_CHECKING:
    from pathlib import Path

    from sentence_transformers import SentenceTransformer

_DEFAULT_MAX_TOKENS = 512  # for a model that states no limit
_NO_LIMIT = 1_000_000  # tokenisers write "none" as a number above this
TEXTS_AT_ONCE = 32


class SentenceTransformerEncoder:
    """An `Encoder` over a loaded sentence-transformers model.

    A text's vector is the same among any neighbours up to the rounding of float32 sums
    (padding changes the order of additions, by about 1e-7). It gives no tokens: whoever needs
    them (late interaction) has them of models that can be exported.
    """

    def __init__(
        self, model: "SentenceTransformer", spec: EncoderSpec, at_once: int = TEXTS_AT_ONCE
    ) -> None:
        """`at_once` is how many texts are run together."""
        self.spec = spec
        self._model = model
        self._at_once = at_once

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encoded(self._model.encode_query, texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encoded(self._model.encode_document, texts)

    def encode_query(self, text: str) -> Encoded:
        """See `Encoder`."""
        return Encoded(self.encode_queries([text])[0], None)

    def encode_with_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        """See `Encoder`."""
        return [Encoded(vector, None) for vector in self.encode_documents(texts)]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder`."""
        if not texts:
            return []
        pieces = self._model.tokenizer(
            [encodable(text) for text in texts],
            add_special_tokens=False,
            truncation=False,
            verbose=False,
        )
        return [len(ids) for ids in pieces["input_ids"]]

    def _encoded(self, encode: Callable[..., object], texts: Sequence[str]) -> Vectors:
        found = encode(
            [encodable(text) for text in texts],
            batch_size=self._at_once,
            show_progress_bar=False,
            normalize_embeddings=True,
        )
        return np.asarray(found, dtype=np.float32).reshape(-1, self.spec.dimension)


def load_sentence_transformer(folder: "Path", *, eager: bool = False) -> "SentenceTransformer":
    """Load a model from its folder, for the processor.

    Args:
        folder: of a sentence-transformers model.
        eager: spell attention out, for the export.

    Raises:
        EncoderError: sentence-transformers cannot load it.
    """
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - imports torch
    from transformers.utils import logging  # noqa: PLC0415 - imports torch

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            model_kwargs={"attn_implementation": "eager"} if eager else None,
        )
    except Exception as error:
        raise EncoderError(
            f"sentence-transformers cannot load {folder}: {error}",
            cure="Give the folder or name of a sentence-transformers model.",
        ) from error
    if model.max_seq_length is None or model.max_seq_length > _NO_LIMIT:
        model.max_seq_length = _DEFAULT_MAX_TOKENS
    return model.eval()


def prompts_of(model: "SentenceTransformer") -> tuple[str, str]:
    """The prompts `encode_query` and `encode_document` put in front of a text."""
    fallback = model.prompts.get(model.default_prompt_name or "", "")
    query = model.prompts.get("query", fallback)
    named = [name for name in ("document", "passage", "corpus") if name in model.prompts]
    document = model.prompts[named[0]] if named else fallback
    return query or "", document or ""
