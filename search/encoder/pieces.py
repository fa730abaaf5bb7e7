"""A text's word pieces, as the prepared tokeniser cuts it."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from tokenizers import Encoding, Tokenizer

from search.encoder.text import encodable
from search.encoder.types import Tokens, Vectors
from search.errors import EncoderError


class Pieces:
    """Cuts texts into word pieces. Safe to call from several threads at once."""

    def __init__(self, tokenizer: str, max_tokens: int) -> None:
        """Open the tokeniser.

        Args:
            tokenizer: the content of `tokenizer.json`.
            max_tokens: word pieces that a text is cut off at, special tokens included.

        Raises:
            EncoderError: it cannot be read.
        """
        self._json = tokenizer
        self._cut_off = _opened(tokenizer)
        self._cut_off.enable_truncation(max_tokens)

    @cached_property
    def _whole(self) -> Tokenizer:
        """One that cuts nothing off. Only what makes an index counts word pieces."""
        return _opened(self._json)

    def of(self, text: str) -> Encoding:
        """A text's, cut off at the limit."""
        return self._cut_off.encode(encodable(text))

    def of_each(self, texts: Sequence[str]) -> list[Encoding]:
        """Those of many texts, on all cores."""
        return self._cut_off.encode_batch([encodable(text) for text in texts])

    def counts(self, texts: Sequence[str]) -> list[int]:
        """How many each text has, without special tokens and without a limit."""
        return [
            len(self._whole.encode(encodable(text), add_special_tokens=False)) for text in texts
        ]


def told_apart(pieces: Encoding, vectors: Vectors, prompt: int) -> Tokens:
    """The tokens that are a text's own: neither special nor of the prompt before it.

    Args:
        pieces: of prompt and text.
        vectors: one for each piece.
        prompt: characters of the prompt.
    """
    starts = np.array([start for start, _ in pieces.offsets], np.int32) - prompt
    special = np.array(pieces.special_tokens_mask, bool)
    kept = np.flatnonzero(~special & (starts >= 0))
    kept = kept if len(kept) else np.arange(len(starts))
    ids = np.array(pieces.ids, np.int32)[kept]
    return Tokens(ids, vectors[kept], np.maximum(starts[kept], 0))


def _opened(content: str) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_str(content)
    except Exception as error:
        raise EncoderError(
            f"The tokeniser cannot be read: {error}", cure="Prepare the encoder again."
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
