"""A sentence-transformers model as one ONNX graph: word pieces in, a unit vector and theirs out.

Only the plain shape of model is exported: a transformer, mean or first-token pooling over
all of its tokens, and a unit norm. The graph takes one text at a time (see
`search.encoder.onnx_encoder`), so it needs neither a mask nor padding.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from sentence_transformers.base.modules import Transformer
from sentence_transformers.base.modules.normalize import Normalize
from sentence_transformers.sentence_transformer.modules.pooling import Pooling

from search.encoder.attention import in_one_step
from search.encoder.onnx_encoder import HIDDEN, INPUT, OUTPUT
from search.encoder.token_layers import run
from search.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedModel

OPSET: Final = 20  # the first whose GELU is one operator
_EXAMPLE: Final = "A text of some length to trace the model with."


class CannotExport(EncoderError):
    """The model is not of a shape that can be exported; the message says why."""


class _Graph(torch.nn.Module):
    """The transformer, its pooling and the unit norm, over unpadded rows.

    `layers` are run in place of the transformer's last ones for the vectors of word pieces.
    """

    def __init__(
        self, transformer: "PreTrainedModel", pooling: str, layers: torch.nn.ModuleList
    ) -> None:
        super().__init__()
        self.transformer = transformer
        self.pooling = pooling
        self.layers = layers

    def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Word piece ids (1, tokens) to a vector (1, dimension), and (1, tokens, dimension)."""
        own = len(self.layers)
        found = self.transformer(input_ids=input_ids, output_hidden_states=own > 0)
        last = found.last_hidden_state
        pooled = last[:, 0] if self.pooling == "cls" else last.mean(dim=1)
        tokens = run(self.layers, found.hidden_states[-1 - own]) if own else last
        return torch.nn.functional.normalize(pooled, dim=-1), tokens


def pooling_of(model: "SentenceTransformer") -> str:
    """The pooling to put into the graph, "mean" or "cls".

    Raises:
        CannotExport: the model has other modules, or pools in another way.
    """
    modules = list(model)
    kinds = [type(module) for module in modules]
    if kinds not in ([Transformer, Pooling], [Transformer, Pooling, Normalize]):
        names = ", ".join(kind.__name__ for kind in kinds)
        raise CannotExport(f"its modules are {names}")
    mode = modules[1].pooling_mode
    if mode not in ("mean", "cls"):
        raise CannotExport(f"it pools by {mode}")
    if not modules[1].include_prompt and any(model.prompts.values()):
        raise CannotExport("it leaves its prompts out of the pooling")
    if model.truncate_dim is not None:
        raise CannotExport("it cuts its vectors short")
    return str(mode)


def export(
    model: "SentenceTransformer", pooling: str, layers: torch.nn.ModuleList, file: Path
) -> None:
    """Write the model as float32 ONNX, the number of word pieces left open.

    Args:
        model: to be exported.
        pooling: see `pooling_of`.
        layers: what its last layers are for the vectors of word pieces; none: what they are.
        file: to be written.

    Raises:
        CannotExport: torch.onnx cannot trace this architecture.
    """
    transformer = model.transformers_model
    if transformer is None:
        raise CannotExport("it has no transformer")
    try:
        with in_one_step(transformer, layers):
            _trace(model, transformer, pooling, layers, file)
    except CannotExport:  # spelled out it is slower, and says the same
        _trace(model, transformer, pooling, layers, file)


def _trace(
    model: "SentenceTransformer",
    transformer: "PreTrainedModel",
    pooling: str,
    layers: torch.nn.ModuleList,
    file: Path,
) -> None:
    pieces = torch.tensor([model.tokenizer(_EXAMPLE)["input_ids"]])
    tokens = torch.export.Dim("tokens", min=2, max=model.max_seq_length)
    try:
        with quiet():
            torch.onnx.export(
                _Graph(transformer, pooling, layers).eval(),
                (pieces,),
                file,
                input_names=[INPUT],
                output_names=[OUTPUT, HIDDEN],
                dynamic_shapes={INPUT: {1: tokens}},
                opset_version=OPSET,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    except Exception as error:  # tracing raises whatever the model's code does
        raise CannotExport(f"torch.onnx cannot trace it: {type(error).__name__}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Keep back what tracing always says: a missing torchvision, PyTorch's own deprecations."""
    exporter = logging.getLogger("torch.onnx")
    level = exporter.level
    exporter.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        exporter.setLevel(level)
