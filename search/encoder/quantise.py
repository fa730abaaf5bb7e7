"""Eight-bit weights and activations for an exported graph.

Every product with a weight matrix becomes onnxruntime's `MatMulNBits`: weights in blocks of
32 with a scale each, activations quantised row by row in the same blocks as they come, sums
in integers. One scale for a whole activation tensor, as onnxruntime's `quantize_dynamic`
takes it, is faster but loses ten times as much: a few large values, the same in every text,
leave few levels for the rest. docs/encoder.md has the measurements. Embeddings stay float32.
"""

from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

BITS: Final = 8
BLOCK: Final = 32
_LEVELS: Final = 127  # on either side of zero
_ZERO: Final = 128  # MatMulNBits' zero point where none is given
_INT8_ACTIVATIONS: Final = 4  # MatMulNBits' accuracy_level
_DOMAIN: Final = "com.microsoft"


def quantise(exported: Path, quantised: Path) -> None:
    """Write the eight-bit form of a float32 graph."""
    model = onnx.load(exported)
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = [
        _quantised(node, weights, model.graph)
        if node.op_type == "MatMul" and len(_shape(weights, node.input[1])) == len("KN")
        else node
        for node in model.graph.node
    ]
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in used]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(kept)
    model.opset_import.append(helper.make_opsetid(_DOMAIN, 1))
    onnx.save(model, quantised)


def quantise_weights(
    weights: NDArray[np.float32],
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Cut a (K, N) matrix into blocks along K and quantise each symmetrically.

    Returns:
        Codes (N, blocks, BLOCK), 128 for zero, and scales (N, blocks); K is padded with
        zeros to whole blocks. A weight is (code - 128) * scale to within half a scale.
    """
    rows = np.pad(weights.T, ((0, 0), (0, -weights.shape[0] % BLOCK)))
    blocks = rows.reshape(rows.shape[0], -1, BLOCK)
    scales = np.abs(blocks).max(axis=2) / _LEVELS
    steps = np.where(scales > 0, scales, 1)[:, :, None]
    codes = np.rint(blocks / steps) + _ZERO
    return codes.astype(np.uint8), scales.astype(np.float32)


def _quantised(
    node: onnx.NodeProto, weights: dict[str, onnx.TensorProto], graph: onnx.GraphProto
) -> onnx.NodeProto:
    name = node.input[1]
    matrix = numpy_helper.to_array(weights[name])
    codes_name, scales_name = f"{name}_codes", f"{name}_scales"
    if not any(tensor.name == codes_name for tensor in graph.initializer):
        codes, scales = quantise_weights(matrix)
        graph.initializer.append(numpy_helper.from_array(codes, codes_name))
        graph.initializer.append(numpy_helper.from_array(scales, scales_name))
    return helper.make_node(
        "MatMulNBits",
        [node.input[0], codes_name, scales_name],
        list(node.output),
        name=node.name,
        domain=_DOMAIN,
        K=matrix.shape[0],
        N=matrix.shape[1],
        bits=BITS,
        block_size=BLOCK,
        accuracy_level=_INT8_ACTIVATIONS,
    )


def _shape(weights: dict[str, onnx.TensorProto], name: str) -> tuple[int, ...]:
    return tuple(weights[name].dims) if name in weights else ()
