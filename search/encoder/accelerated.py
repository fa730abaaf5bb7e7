"""A prepared model on a graphics card: many passages at once, for building. Imports torch.

What the processor's export runs in eight bits, torch runs here as sentence-transformers loads it,
on a card in half precision, the sums of pooling and norms in float32. Texts are padded to the
longest of a batch; batches hold texts of like length, and as many word pieces as the card runs
fastest (`quickest`). A vector's last bits depend on its neighbours; `search.encoder.parity`
says whether all are near enough to the processor's.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from tokenizers import Encoding
from torch.nn.functional import normalize

from search.encoder.devices import FREE_IT, asked_of, quickest
from search.encoder.head_graph import head_of
from search.encoder.load import verified_source
from search.encoder.pieces import Pieces, told_apart
from search.encoder.recipe import MODEL_FILE, ONNX, TOKENIZER_FILE, EncoderRecord, read_record
from search.encoder.reference import (
    TEXTS_AT_ONCE,
    SentenceTransformerEncoder,
    load_sentence_transformer,
)
from search.encoder.token_layers import run, trained_layers
from search.encoder.types import Encoded, EncoderSpec, Vectors
from search.errors import EncoderError

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class AcceleratedEncoder:
    """Passages and their tokens on one device. For one thread at a time.

    `at_once` is how many word pieces a batch has at most, padding among them.
    """

    def __init__(self, record: EncoderRecord, folder: Path, device: str) -> None:
        """Load the model.

        Args:
            record: of an encoder that was exported.
            folder: where it was prepared.
            device: as torch names it.

        Raises:
            EncoderError: the model is not where it was, or has changed, or the device fails.
            torch.OutOfMemoryError: it does not fit on the device.
        """
        self.spec: EncoderSpec = record.spec()
        self._device = torch.device(device)
        model = load_sentence_transformer(verified_source(record, folder))
        transformer = cast("torch.nn.Module", model.transformers_model)
        precision = torch.float32 if self._device.type == "cpu" else torch.float16
        layers = trained_layers(record.name, cast("PreTrainedModel", transformer))
        head = torch.tensor(head_of(folder / MODEL_FILE))
        with asked_of(device):
            self._layers = layers.to(self._device, precision).eval()
            self._transformer = transformer.to(self._device, precision)
            self._head = head.to(self._device)
        self._of_first = record.recipe.pooling == "cls"
        tokenizer = (folder / TOKENIZER_FILE).read_text(encoding="utf-8")
        self._pieces = Pieces(tokenizer, self.spec.max_tokens)
        self.at_once = self.spec.max_tokens * quickest(self._try)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `BulkEncoder`."""
        return self._vectors(self.spec.query_prompt, texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """See `BulkEncoder`."""
        return self._vectors(self.spec.document_prompt, texts)

    def encode_with_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        """See `BulkEncoder`."""
        return self._encoded(self.spec.document_prompt, texts)

    def _vectors(self, prompt: str, texts: Sequence[str]) -> Vectors:
        rows = [each.vector for each in self._encoded(prompt, texts)]
        return np.array(rows, np.float32).reshape(len(texts), self.spec.dimension)

    def _encoded(self, prompt: str, texts: Sequence[str]) -> list[Encoded]:
        pieces = self._pieces.of_each([prompt + text for text in texts])
        found: dict[int, Encoded] = {}
        for rows in batches([len(each.ids) for each in pieces], self.at_once):
            some = [pieces[row] for row in rows]
            for row, each, (vector, tokens) in zip(rows, some, self._run(some), strict=True):
                found[row] = Encoded(vector, told_apart(each, tokens, len(prompt)))
        return [found[row] for row in range(len(texts))]

    def _run(self, pieces: Sequence[Encoding]) -> Iterator[tuple[Vectors, Vectors]]:
        """The vector of each text, and those of its pieces."""
        lengths = [len(each.ids) for each in pieces]
        ids = torch.zeros((len(pieces), max(lengths)), dtype=torch.long)
        for row, each in enumerate(pieces):
            ids[row, : lengths[row]] = torch.tensor(each.ids)
        made = self._made(ids, torch.tensor(lengths))
        if made is None:
            half = len(pieces) // 2
            self.at_once = max(self.at_once // 2, self.spec.max_tokens)
            yield from self._run(pieces[:half])
            yield from self._run(pieces[half:])
            return
        pooled, tokens = made
        for row, length in enumerate(lengths):
            yield pooled[row], tokens[row, :length]

    def _made(self, ids: torch.Tensor, lengths: torch.Tensor) -> tuple[Vectors, Vectors] | None:
        """What `_forward` gives, or None; an error stays here, for it holds all that was made."""
        try:
            with asked_of(str(self._device)):
                return self._forward(ids, lengths)
        except torch.OutOfMemoryError as error:
            if len(ids) > 1:
                return None
            raise EncoderError(
                f"A text of {int(lengths)} word pieces does not fit on {self._device}: {error}",
                cure=FREE_IT,
            ) from error

    @torch.inference_mode()
    def _forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> tuple[Vectors, Vectors]:
        """Vectors (rows, dimension) and (rows, tokens, token dimension), of unit length."""
        ids, lengths = ids.to(self._device), lengths.to(self._device)
        mask = torch.arange(ids.shape[1], device=self._device) < lengths[:, None]
        own = len(self._layers)
        found = self._transformer(
            input_ids=ids, attention_mask=mask.long(), output_hidden_states=own > 0
        )
        last = tokens = found.last_hidden_state
        if own:
            below = found.hidden_states[-1 - own]
            added = torch.zeros_like(mask, dtype=below.dtype).masked_fill(
                ~mask, torch.finfo(below.dtype).min
            )
            tokens = run(self._layers, below, added[:, None, None, :])
        summed = (last.float() * mask[:, :, None]).sum(dim=1)
        pooled = last[:, 0].float() if self._of_first else summed / lengths[:, None]
        short = normalize(tokens.float() @ self._head, dim=-1, eps=1e-9)
        return normalize(pooled, dim=-1).cpu().numpy(), short.cpu().numpy()

    def _try(self, rows: int) -> None:
        length = self.spec.max_tokens
        with asked_of(str(self._device)):
            self._forward(torch.ones((rows, length), dtype=torch.long), torch.full((rows,), length))


class WholeModelEncoder(SentenceTransformerEncoder):
    """A model that was not exported, run by sentence-transformers on one device. For one thread."""

    def __init__(self, record: EncoderRecord, folder: Path, device: str) -> None:
        """Load the model; arguments and errors are those of `AcceleratedEncoder`."""
        model = load_sentence_transformer(verified_source(record, folder))
        with asked_of(device):
            model.to(device)
        self._device = device
        long = " ".join(["evidence"] * record.recipe.max_tokens)

        def run_once(rows: int) -> None:
            with asked_of(device):
                model.encode([long] * rows, batch_size=rows, show_progress_bar=False)

        rows = TEXTS_AT_ONCE if device == "cpu" else quickest(run_once)
        super().__init__(model, record.spec(), rows)

    def _encoded(self, encode: Callable[..., object], texts: Sequence[str]) -> Vectors:
        """Those of all texts; half as many at once from where the device's memory did not do."""
        while True:
            at_once = min(self._at_once, len(texts))
            try:
                with asked_of(self._device):
                    return super()._encoded(encode, texts)
            except torch.OutOfMemoryError as error:
                if at_once <= 1:
                    raise EncoderError(
                        f"A text does not fit on {self._device}: {error}", cure=FREE_IT
                    ) from error
            self._at_once = at_once // 2


def accelerate(folder: Path, device: str) -> AcceleratedEncoder | WholeModelEncoder:
    """The encoder prepared in `folder`, on a device.

    One that was not exported is run by sentence-transformers, as on a processor.

    Raises:
        EncoderError: nothing was prepared there, the model has gone or changed, or the device
            fails or is too small.
    """
    record = read_record(folder)
    made = AcceleratedEncoder if record.recipe.runtime == ONNX else WholeModelEncoder
    try:
        return made(record, folder, device)
    except torch.OutOfMemoryError as error:
        told = f"{record.name} does not fit on {device}: {error}"
        raise EncoderError(told, cure=FREE_IT) from error


def batches(lengths: Sequence[int], at_once: int) -> Iterator[list[int]]:
    """Rows in batches of like length, the longest first.

    Args:
        lengths: word pieces of each row.
        at_once: word pieces of a batch at most, padding among them.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
    while order:
        rows = max(1, at_once // max(1, lengths[order[0]]))
        yield order[:rows]
        order = order[rows:]
