"""The fast encoder: onnxruntime and tokenizers alone, no torch.

Each text is run by itself: the exported graph takes one row of word pieces, so a vector is
a pure function of its text (no padding, no scale shared with neighbours). Speed comes from
running one single-threaded call on each core; onnxruntime releases the interpreter lock.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from search.encoder.text import encodable
from search.encoder.types import EncoderSpec, Vectors
from search.errors import EncoderError

INPUT = "input_ids"  # int64, (1, tokens)
OUTPUT = "sentence_vector"  # float32, (1, dimension), of unit length


class OnnxEncoder:
    """An `Encoder` over an exported model; safe to call from several threads at once."""

    def __init__(
        self, spec: EncoderSpec, tokenizer: str, model: bytes, *, threads: int | None = None
    ) -> None:
        """Open the model.

        Args:
            spec: What this encoder is.
            tokenizer: The content of `tokenizer.json`.
            model: The content of `model.onnx`.
            threads: Texts encoded at the same time; the cores at hand when None.

        Raises:
            EncoderError: the tokeniser or the model cannot be opened.
        """
        self.spec = spec
        self._threads = threads or len(os.sched_getaffinity(0))
        self._counter = _tokenizer(tokenizer)
        self._tokenizer = _tokenizer(tokenizer)
        self._tokenizer.enable_truncation(spec.max_tokens)
        self._session = _session(model)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode([self.spec.query_prompt + text for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode([self.spec.document_prompt + text for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder`."""
        return [
            len(self._counter.encode(encodable(text), add_special_tokens=False)) for text in texts
        ]

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), self.spec.dimension), dtype=np.float32)
        longest_first = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)

        def fill(row: int) -> None:
            vectors[row] = self._encode_one(texts[row])

        workers = min(self._threads, len(texts))
        if workers > 1:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(fill, longest_first))
        else:
            for row in longest_first:
                fill(row)
        return vectors

    def _encode_one(self, text: str) -> Vectors:
        pieces = np.array([self._tokenizer.encode(encodable(text)).ids], dtype=np.int64)
        try:
            vector: Vectors = self._session.run([OUTPUT], {INPUT: pieces})[0][0]
        except Exception as error:  # BLE001: onnxruntime's errors share no base class
            raise EncoderError(
                f"onnxruntime cannot encode a text of {pieces.shape[1]} word pieces: {error}",
                cure="Run `evidence doctor`.",
            ) from error
        return vector


def _tokenizer(content: str) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_str(content)
    except Exception as error:
        raise EncoderError(
            f"The tokeniser cannot be read: {error}", cure="Prepare the encoder again."
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise EncoderError(
            f"onnxruntime cannot open the exported model: {error}",
            cure="Prepare the encoder again.",
        ) from error
