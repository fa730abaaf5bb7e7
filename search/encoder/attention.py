"""Attention as one operator of the exported graph, where the model's code allows it.

Spelled out, attention is two products, a softmax and four changes of layout, and adds a mask that
masks nothing: a text runs alone. onnxruntime's own operator does the same in tiles that stay in
the cache. Imports torch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch.nn import Module
from transformers import AttentionInterface

from search.encoder.quantise import ATTENTION

_HARMLESS: Final = frozenset({"output_attentions", "output_hidden_states", "use_cache"})
ONE_STEP: Final = "one_step"  # our name among the ways transformers can attend


class CannotAttendSo(Exception):
    """The model attends in a way that the operator does not: masked, biased, in a window."""


def attend(
    module: Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float | None = None,
    dropout: float = 0.0,
    **others: Any,  # noqa: ANN401 - whatever a model's code passes
) -> tuple[torch.Tensor, None]:
    """What a model's attention calls while it is traced; (rows, heads, tokens, size) each."""
    asked = {name for name, each in others.items() if each is not None and each is not False}
    asked -= _HARMLESS
    causal = bool(getattr(module, "is_causal", False))
    if attention_mask is not None or causal or asked or scaling is None or dropout:
        raise CannotAttendSo(f"with {', '.join(sorted(asked)) or 'a mask'}")
    if not query.shape[1] == key.shape[1] == value.shape[1]:
        raise CannotAttendSo("with heads that share keys")
    flat = [each.transpose(1, 2).flatten(2) for each in (query, key, value)]
    found = torch.onnx.ops.symbolic(
        f"com.microsoft::{ATTENTION}",
        flat,
        {"num_heads": query.shape[1], "scale": scaling},
        dtype=query.dtype,
        shape=flat[0].shape,
        version=1,
    )
    return found.unflatten(2, (query.shape[1], -1)), None  # type: ignore[no-untyped-call]


@contextmanager
def in_one_step(*modules: Module) -> Iterator[None]:
    """Let these modules, and all within them, attend by the operator."""
    AttentionInterface.register(ONE_STEP, attend)
    configs: dict[int, Any] = {
        id(each.config): each.config
        for module in modules
        for each in module.modules()
        if hasattr(each, "config")
    }
    before = {key: config._attn_implementation for key, config in configs.items()}  # noqa: SLF001 - transformers has no other way for parts of a model
    try:
        for config in configs.values():
            config._attn_implementation = ONE_STEP  # noqa: SLF001
        yield
    finally:
        for key, config in configs.items():
            config._attn_implementation = before[key]  # noqa: SLF001
