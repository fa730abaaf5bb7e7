"""Hidden states below the trained layers, computed once: training runs the upper layers alone."""

from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.reranker.groups import Pieces

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_TOKENS_AT_ONCE: Final = 4_096
_HIDDEN: Final = -1e9  # added to attention where a row is padded

#: Of each text, (tokens, dimension).
States = list[NDArray[np.float16]]


def hidden_states(transformer: "PreTrainedModel", texts: list[Pieces], layers: int) -> States:
    """What the first so many layers make of texts."""
    found: States = [np.empty((0, 0), np.float16)] * len(texts)
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    while order:
        batch = [order.pop()]
        longest = len(texts[batch[0]])
        while order and (len(batch) + 1) * longest <= _TOKENS_AT_ONCE:
            batch.append(order.pop())
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, at in enumerate(batch):
            ids[row, : len(texts[at])] = torch.from_numpy(texts[at])
            mask[row, : len(texts[at])] = 1
        with torch.inference_mode():
            states = transformer(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        hidden = states.hidden_states[layers].half().numpy()
        for row, at in enumerate(batch):
            found[at] = hidden[row, : len(texts[at])]
    return found


def padded(states: States) -> tuple[torch.Tensor, torch.Tensor]:
    """Texts side by side, (texts, tokens, dimension), and the mask (texts, 1, 1, tokens)."""
    longest, dimension = max(len(each) for each in states), states[0].shape[1]
    hidden = torch.zeros(len(states), longest, dimension)
    mask = torch.full((len(states), 1, 1, longest), _HIDDEN)
    for row, each in enumerate(states):
        hidden[row, : len(each)] = torch.from_numpy(each.astype(np.float32))
        mask[row, ..., : len(each)] = 0
    return hidden, mask
