"""The upper layers as late interaction wants them: the model's own, with a low-rank change each.

The passage's vector comes out of the model as its authors published it. For token vectors the
last layers are run a second time, every matrix W of theirs as W + BA with A (rank, inputs) and
B (outputs, rank) (Hu et al., 2021, "LoRA"). Imports torch.
"""

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast

import torch
from safetensors.torch import load, save
from torch.nn.utils import parametrize

from search.encoder.head import trained_changes

if TYPE_CHECKING:
    from transformers import PreTrainedModel

LAYERS: Final = 2  # the last ones
RANK: Final = 32


class LowRank(torch.nn.Module):
    """What is added to a matrix, shape (outputs, inputs); nothing at first."""

    def __init__(self, matrix: torch.Tensor) -> None:
        super().__init__()
        outputs, inputs = matrix.shape
        self.a = torch.nn.Parameter(torch.randn(RANK, inputs) / inputs**0.5)
        self.b = torch.nn.Parameter(torch.zeros(outputs, RANK))

    def forward(self, matrix: torch.Tensor) -> torch.Tensor:
        """The matrix as it is used."""
        return matrix + self.b @ self.a


def own_layers(transformer: "PreTrainedModel", count: int = LAYERS) -> torch.nn.ModuleList:
    """Copies of the last layers, their matrices frozen, each with a change that may be trained."""
    above = cast("torch.nn.ModuleList", transformer.get_submodule("encoder.layer"))[-count:]
    layers = copy.deepcopy(above)
    layers.requires_grad_(requires_grad=False)
    for _, linear in _linears(layers):
        parametrize.register_parametrization(linear, "weight", LowRank(linear.weight))
    return layers


def run(
    layers: torch.nn.ModuleList, hidden: torch.Tensor, mask: torch.Tensor | None = None
) -> torch.Tensor:
    """Hidden states (rows, tokens, dimension) below the layers to those above them.

    Args:
        layers: see `own_layers`.
        hidden: what the layers below gave.
        mask: added to attention, (rows, 1, 1, tokens), where rows are padded.
    """
    for layer in layers:
        found = layer(hidden, attention_mask=mask)
        hidden = found[0] if isinstance(found, tuple) else found
    return hidden


def trained_layers(model: str, transformer: "PreTrainedModel") -> torch.nn.ModuleList:
    """The layers trained for a model, changes folded into their matrices; none for any other."""
    changes = trained_changes(model)
    if changes is None:
        return torch.nn.ModuleList()
    layers = own_layers(transformer)
    layers.load_state_dict({k: v.float() for k, v in load(changes).items()}, strict=False)
    for _, linear in list(_linears(layers)):
        parametrize.remove_parametrizations(linear, "weight")
    return layers


def changes_of(layers: torch.nn.ModuleList) -> bytes:
    """What was trained, as the content of that file."""
    return save(
        {
            name: each.detach().half()
            for name, each in layers.named_parameters()
            if each.requires_grad
        }
    )


def _linears(layers: torch.nn.ModuleList) -> Iterator[tuple[str, torch.nn.Linear]]:
    for name, module in layers.named_modules():
        if isinstance(module, torch.nn.Linear):
            yield name, module
