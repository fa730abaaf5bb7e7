"""The fast reranker: onnxruntime and tokenizers alone, one pair a call, a call on each core."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from search.encoder.onnx_encoder import SLOW_FUSIONS
from search.encoder.text import encodable
from search.errors import EncoderError
from search.reranker.types import Logits

PIECES: Final = "input_ids"  # int64, (1, tokens)
KINDS: Final = "token_type_ids"  # int64, (1, tokens): 0 for the question, 1 for the passage
LOGIT: Final = "logit"  # float32, (1, 1)


class OnnxReranker:
    """A `Reranker` over an exported model; safe to call from several threads at once."""

    def __init__(
        self,
        name: str,
        tokenizer: str,
        model: bytes,
        *,
        max_tokens: int,
        passages: int,
        threads: int | None = None,
    ) -> None:
        """Open the model.

        Args:
            name: the model it was made from.
            tokenizer: the content of `tokenizer.json`.
            model: the content of `model.onnx`.
            max_tokens: word pieces of question and passage together; the passage is cut.
            passages: how many to read for a question.
            threads: pairs read at the same time; the cores at hand when None.

        Raises:
            EncoderError: the tokeniser or the model cannot be opened.
        """
        self.name = name
        self.passages = passages
        self._threads = threads or len(os.sched_getaffinity(0))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._tokenizer = Tokenizer.from_str(tokenizer)
            self._session = onnxruntime.InferenceSession(
                model,
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=SLOW_FUSIONS,
            )
        except Exception as error:  # neither library's errors share a base class
            raise EncoderError(
                f"The reranker cannot be opened: {error}", cure="Prepare the reranker again."
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens, strategy="only_second")

    def score(self, question: str, texts: Sequence[str]) -> Logits:
        """See `Reranker`."""
        question = encodable(question)
        logits = np.empty(len(texts), np.float32)

        def fill(place: int) -> None:
            logits[place] = self._score_one(question, encodable(texts[place]))

        workers = min(self._threads, len(texts))
        if workers > 1:
            longest_first = sorted(range(len(texts)), key=lambda n: len(texts[n]), reverse=True)
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(fill, longest_first))
        else:
            for place in range(len(texts)):
                fill(place)
        return logits

    def _score_one(self, question: str, text: str) -> float:
        pair = self._tokenizer.encode(question, text)
        given = {
            PIECES: np.array([pair.ids], np.int64),
            KINDS: np.array([pair.type_ids], np.int64),
        }
        return float(self._session.run([LOGIT], given)[0][0, 0])
