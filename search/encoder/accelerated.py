"""A prepared model on a graphics card: many passages at once, for building. Imports torch.

What the processor's export runs in eight bits, torch runs here as sentence-transformers loads it,
on a card in half precision, the sums of pooling and norms in float32. Texts are padded to the
longest of a batch; batches hold texts of like length, and as many word pieces as the card runs
fastest (`quickest`). A vector's last bits depend on its neighbours; `search.encoder.parity`
says whether all are near enough to the processor's.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import torch
from tokenizers import Encoding
from torch.nn.functional import normalize

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

MOST_ROWS: Final = 8_192
_GAIN: Final = 1.05  # twice the rows are kept while they are encoded so much faster, per row
_IN_VAIN: Final = 2  # doublings that may bring nothing, for times vary
_LONGEST: Final = 1.0  # seconds; more rows than take as long are not tried
_FREE_IT: Final = "Free the device's memory, or run `evidence index` without a device."


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
            EncoderError: the model is not where it was, or has changed.
            torch.OutOfMemoryError: it does not fit on the device.
        """
        self.spec: EncoderSpec = record.spec()
        self._device = torch.device(device)
        model = load_sentence_transformer(verified_source(record, folder))
        transformer = cast("torch.nn.Module", model.transformers_model)
        precision = torch.float32 if self._device.type == "cpu" else torch.float16
        layers = trained_layers(record.name, cast("PreTrainedModel", transformer))
        self._layers = layers.to(self._device, precision).eval()
        self._transformer = transformer.to(self._device, precision)
        self._of_first = record.recipe.pooling == "cls"
        self._head = torch.tensor(head_of(folder / MODEL_FILE), device=self._device)
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
            return self._forward(ids, lengths)
        except torch.OutOfMemoryError as error:
            if len(ids) > 1:
                return None
            raise EncoderError(
                f"A text of {int(lengths)} word pieces does not fit on {self._device}: {error}",
                cure=_FREE_IT,
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
        self._forward(torch.ones((rows, length), dtype=torch.long), torch.full((rows,), length))


def accelerate(folder: Path, device: str) -> AcceleratedEncoder | SentenceTransformerEncoder:
    """The encoder prepared in `folder`, on a device.

    One that was not exported is run by sentence-transformers, as on a processor.

    Raises:
        EncoderError: nothing was prepared there, the model has gone or changed, or the device
            is too small.
    """
    record = read_record(folder)
    if record.recipe.runtime == ONNX:
        try:
            return AcceleratedEncoder(record, folder, device)
        except torch.OutOfMemoryError as error:
            told = f"{record.name} does not fit on {device}: {error}"
            raise EncoderError(told, cure=_FREE_IT) from error
    model = load_sentence_transformer(verified_source(record, folder), device)
    long = " ".join(["evidence"] * record.recipe.max_tokens)

    def run_once(rows: int) -> None:
        model.encode([long] * rows, batch_size=rows, show_progress_bar=False)

    rows = TEXTS_AT_ONCE if device == "cpu" else quickest(run_once)
    return SentenceTransformerEncoder(model, record.spec(), rows)


def devices_named(wanted: str) -> list[str]:
    """The devices that a setting means: "cuda" and "xpu" all there are, "cuda:0,cuda:2" those two.

    Raises:
        EncoderError: torch sees no such device here, or knows no such kind.
    """
    found: list[str] = []
    for name in filter(None, (part.strip() for part in wanted.split(","))):
        try:
            device = torch.device(name)
            kind = device.type
            there = torch.get_device_module(kind).device_count() if kind != "cpu" else 1
        except (RuntimeError, AttributeError) as error:
            raise _no_device(wanted, str(error).splitlines()[0]) from error
        if (device.index or 0) >= there:
            raise _no_device(wanted, f"torch {torch.__version__} sees {there} {kind} devices")
        some = range(there) if device.index is None else [device.index]
        found.extend(f"{kind}:{number}" for number in some)
    if not found:
        raise _no_device(wanted, "it names no device")
    return list(dict.fromkeys(found))


def _no_device(wanted: str, why: str) -> EncoderError:
    return EncoderError(
        f"Nothing can be encoded on {wanted!r}: {why}.",
        cure="Install a torch that is built for the device (docs/encoder.md), or leave the device "
        "out: the processor encodes then.",
    )


def quickest(run_rows: Callable[[int], object]) -> int:
    """The number of rows at once from where more bring nothing, or no longer fit.

    Args:
        run_rows: encodes so many of the longest texts.
    """
    rows = best = 1
    rate, in_vain = 0.0, 0
    while rows <= MOST_ROWS and in_vain < _IN_VAIN:
        try:
            run_rows(rows)  # once for what a first time takes
            took = min(_seconds(run_rows, rows) for _ in range(2))
        except torch.OutOfMemoryError:
            break
        if took > _LONGEST:
            break
        in_vain += 1
        if rows / took >= rate * _GAIN:
            best, rate, in_vain = rows, rows / took, 0
        rows *= 2
    return best


def _seconds(run_rows: Callable[[int], object], rows: int) -> float:
    started = time.perf_counter()
    run_rows(rows)
    return time.perf_counter() - started


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
