"""The token head as the last step of the exported graph.

Behind the graph, numpy would do it on threads of its own, while the encoder's keep every core
busy: many times the work for a product this small.
"""

from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from search.encoder.onnx_encoder import HIDDEN, TOKENS
from search.encoder.types import Vectors

_LEAST: Final = 1e-9  # keeps a row of zeros from dividing by zero


def add_head(file: Path, head: Vectors) -> None:
    """Let the graph in `file` give `TOKENS` too: `HIDDEN` through the head, of unit length.

    Args:
        file: changed in place.
        head: shape (dimension, token dimension).
    """
    model = onnx.load(file)
    make = helper.make_node
    model.graph.initializer.extend(
        numpy_helper.from_array(value, name)
        for name, value in (
            ("head", np.asarray(head, np.float32)),
            ("head_least", np.array(_LEAST, np.float32)),
            ("head_last", np.array([-1], np.int64)),
        )
    )
    model.graph.node.extend(
        [
            make("MatMul", [HIDDEN, "head"], ["head_short"]),
            make("ReduceL2", ["head_short", "head_last"], ["head_lengths"], keepdims=1),
            make("Max", ["head_lengths", "head_least"], ["head_divisors"]),
            make("Div", ["head_short", "head_divisors"], [TOKENS]),
        ]
    )
    shape = [1, "tokens", head.shape[1]]
    model.graph.output.append(helper.make_tensor_value_info(TOKENS, TensorProto.FLOAT, shape))
    onnx.save(model, file)


def head_of(file: Path) -> Vectors:
    """The head that `add_head` put into the graph in `file`, shape (dimension, token dimension)."""
    graph = onnx.load(file).graph
    return next(
        np.asarray(numpy_helper.to_array(each), np.float32)
        for each in graph.initializer
        if each.name == "head"
    )
