"""The fast encoder: onnxruntime and tokenizers alone, no torch.

Each text is run by itself: the exported graph takes one row of word pieces, so a vector is
a pure function of its text (no padding, no scale shared with neighbours). Passages are quick
by one single-threaded call on each core (onnxruntime releases the interpreter lock), a question
by itself is by threads that share its products.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import onnxruntime
from tokenizers import Encoding

from search.encoder.pieces import Pieces, told_apart
from search.encoder.types import Encoded, EncoderSpec, Vectors
from search.errors import EncoderError

INPUT = "input_ids"  # int64, (1, tokens)
OUTPUT = "sentence_vector"  # float32, (1, dimension), of unit length
TOKENS = "token_vectors"  # float32, (1, tokens, token dimension), of unit length
HIDDEN = "hidden_vectors"  # float32, (1, tokens, dimension): what the token head is given

#: Threads that wait for work by asking again and again take the cores from other questions.
_SPINNING: Final = "session.intra_op.allow_spinning"
_WANTED_ALONE = onnxruntime.RunOptions()  # what leads to no wanted output is not run
_WANTED_ALONE.only_execute_path_to_fetches = True

#: Fusions of onnxruntime's whose operator takes longer than its parts: four times as long.
SLOW_FUSIONS: Final = ["SkipLayerNormFusion"]

T = TypeVar("T")


class OnnxEncoder:
    """An `Encoder` over an exported model; safe to call from several threads at once."""

    def __init__(
        self,
        spec: EncoderSpec,
        tokenizer: str,
        model: Path,
        *,
        threads: int | None = None,
        together: int = 1,
    ) -> None:
        """Open the model.

        Args:
            spec: What this encoder is.
            tokenizer: The content of `tokenizer.json`.
            model: The file `model.onnx`.
            threads: Texts encoded at the same time; the cores at hand when None.
            together: Threads that share the work of one text; vectors do not depend on it.

        Raises:
            EncoderError: the tokeniser or the model cannot be opened.
        """
        self.spec = spec
        self._threads = threads or len(os.sched_getaffinity(0))
        self._pieces = Pieces(tokenizer, spec.max_tokens)
        self._session = _session(model, together)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode([self.spec.query_prompt + text for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode([self.spec.document_prompt + text for text in texts])

    def encode_query(self, text: str) -> Encoded:
        """See `Encoder`."""
        return self._read_one(self.spec.query_prompt + text, len(self.spec.query_prompt))

    def encode_with_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        """See `Encoder`."""
        prompt = self.spec.document_prompt
        return self._each(
            [prompt + text for text in texts], lambda text: self._read_one(text, len(prompt))
        )

    def hidden_vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """What the token head is given of documents, each (tokens, dimension)."""
        prompt = self.spec.document_prompt
        return self._each(
            [prompt + text for text in texts], lambda text: self._run(text, HIDDEN)[1][0]
        )

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder`."""
        return self._pieces.counts(texts)

    def _encode(self, texts: list[str]) -> Vectors:
        rows = self._each(texts, lambda text: self._run(text, OUTPUT)[1][0])
        return np.array(rows, np.float32).reshape(len(texts), self.spec.dimension)

    def _each(self, texts: Sequence[str], do: Callable[[str], T]) -> list[T]:
        """What `do` gives for each text, in order; the longest are taken first."""
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
        taken = [texts[row] for row in order]
        workers = min(self._threads, len(texts))
        if workers > 1:
            with ThreadPoolExecutor(workers) as pool:
                done = list(pool.map(do, taken))
        else:
            done = [do(text) for text in taken]
        return [found for _, found in sorted(zip(order, done, strict=True), key=lambda at: at[0])]

    def _read_one(self, text: str, prompt: int) -> Encoded:
        pieces, (vector, tokens) = self._run(text, OUTPUT, TOKENS)
        return Encoded(vector, told_apart(pieces, tokens, prompt))

    def _run(self, text: str, *wanted: str) -> tuple[Encoding, list[Vectors]]:
        """A text's word pieces, and of these outputs its own part."""
        pieces = self._pieces.of(text)
        try:
            given = {INPUT: np.array([pieces.ids], dtype=np.int64)}
            found = self._session.run(list(wanted), given, _WANTED_ALONE)
        except Exception as error:  # BLE001: onnxruntime's errors share no base class
            raise EncoderError(
                f"onnxruntime cannot encode a text of {len(pieces.ids)} word pieces: {error}",
                cure="Run `evidence doctor`.",
            ) from error
        return pieces, [each[0] for each in found]


def _session(model: Path, together: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = together
    options.add_session_config_entry(_SPINNING, "0")
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(model),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=SLOW_FUSIONS,
        )
    except Exception as error:
        raise EncoderError(
            f"onnxruntime cannot open the exported model: {error}",
            cure="Prepare the encoder again.",
        ) from error
