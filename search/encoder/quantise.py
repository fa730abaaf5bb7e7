"""Eight-bit weights and activations for an exported graph of one text.

Every product of activations X (1, tokens, K) with a weight matrix W (K, N) becomes

    q = round(X / s) + 128,  s = max |row of X| / 127      a scale for each word piece
    Y = ((q - 128) @ codes) * weight scales * s            sums in integers

with a weight scale for each column (LLM.int8(), Dettmers et al. 2022, "vector-wise"). One
scale for a whole activation tensor, as onnxruntime's `quantize_dynamic` takes it, loses
twice as much for a tenth more speed. The value projections of attention lose the most (a few
large values in every row leave few levels for the rest) and stay in float32, as do the
embeddings. docs/encoder.md has the measurements.

Processors without VNNI add two products of an unsigned and a signed byte in 16 bits, and what does
not fit is cut off. There two neighbouring codes of a column come to 128 at most on either side of
zero, so that everything fits: few weights are as large as that, and each column takes the scale
that keeps it closest.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_LEVELS: Final = 127  # on either side of zero
_PAIR: Final = 128  # of two codes: times 255, the highest activation, they fit 16 bits
_TRIED_SCALES: Final = np.linspace(0.9, 2.0, 12)  # in parts of the scale that fits each code alone
_MICROSOFT: Final = "com.microsoft"
_CONSTANTS: Final[dict[str, NDArray[Any]]] = {
    "int8_zero": np.array(128, np.uint8),
    "int8_zeros": np.array([128], np.uint8),
    "int8_one": np.array(1, np.float32),
    "int8_step": np.array(1 / _LEVELS, np.float32),
    "int8_least": np.array(1e-7, np.float32),  # keeps a row of zeros from dividing by zero
    "int8_last": np.array([-1], np.int64),
}
ATTENTION: Final = "MultiHeadAttention"  # onnxruntime's, as one operator
_KEEP_POSITION: Final = frozenset({"Add", "Reshape", "Transpose"})


def quantise(exported: Path, quantised: Path) -> bool:
    """Write the eight-bit form of a float32 graph, as this machine multiplies it rightly.

    Returns:
        Whether its codes were fitted two by two, for processors that cut sums off.
    """
    fitted = saturates()
    model = onnx.load(exported)
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer if len(tensor.dims) == len("KN")}
    spared = value_projections(graph)
    constants = {name: numpy_helper.from_array(value, name) for name, value in _CONSTANTS.items()}
    nodes = _zero_nodes(graph)
    rows: set[str] = set()  # activations that already have their rows quantised
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in weights or node.name in spared:
            nodes.append(node)
            continue
        taken, weight = node.input
        if taken not in rows:
            nodes.extend(_row_nodes(taken))
            rows.add(taken)
        exact = numpy_helper.to_array(weights[weight])
        codes, scales = fitted_weights(exact) if fitted else quantise_weights(exact)
        constants[f"{weight}_codes"] = numpy_helper.from_array(codes, f"{weight}_codes")
        constants[f"{weight}_scales"] = numpy_helper.from_array(scales, f"{weight}_scales")
        nodes.extend(_product_nodes(node))
    _replace(graph, nodes, constants)
    model.opset_import.append(helper.make_opsetid(_MICROSOFT, 1))
    onnx.save(model, quantised)
    return fitted


def quantise_weights(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Codes (K, N) from -127 to 127 and scales (N,): a weight is code * scale, to half a scale."""
    scales = np.abs(weights).max(axis=0) / _LEVELS
    codes = np.rint(weights / np.where(scales > 0, scales, 1))
    return codes.astype(np.int8), scales.astype(np.float32)


def fitted_weights(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Codes and scales as of `quantise_weights`, sums of two neighbours within 16 bits."""
    plain = np.abs(weights).max(axis=0) / _LEVELS
    found = np.zeros(weights.shape, np.int8)
    scales = plain.copy()
    least = np.full(len(plain), np.inf)
    for wider in _TRIED_SCALES.tolist():  # a float keeps the arrays in 32 bits
        tried = plain * wider
        codes = _paired(np.rint(weights / np.where(tried > 0, tried, 1)))
        lost = np.square(codes * tried - weights).sum(axis=0)
        better = lost < least
        found[:, better] = codes[:, better]
        scales[better] = tried[better]
        least[better] = lost[better]
    return found, scales.astype(np.float32)


def _paired(codes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Codes as near as may be of which two neighbours add up to -128 to 128."""
    even = np.clip(codes, -_LEVELS, _LEVELS)
    if len(even) % 2:
        even = np.concatenate([even, np.zeros_like(even[:1])])
    pairs = even.reshape(-1, 2, even.shape[1])
    same = pairs[:, 0] * pairs[:, 1] > 0
    over = np.where(same, np.maximum(np.abs(pairs.sum(axis=1)) - _PAIR, 0), 0)
    signs = np.sign(pairs)
    taken = np.stack([np.ceil(over / 2), np.floor(over / 2)], axis=1)
    return np.asarray((pairs - signs * taken).reshape(even.shape)[: len(codes)], np.float32)


def saturates() -> bool:
    """Whether onnxruntime cuts off sums of unsigned with signed bytes on this machine; tried."""
    depth, highest, lowest = 16, 255, -127
    node = helper.make_node("MatMulInteger", ["rows", "codes"], ["sums"])
    codes = numpy_helper.from_array(np.full((depth, depth), lowest, np.int8), "codes")
    rows = helper.make_tensor_value_info("rows", TensorProto.UINT8, [1, depth])
    sums = helper.make_tensor_value_info("sums", TensorProto.INT32, [1, depth])
    graph = helper.make_graph([node], "trial", [rows], [sums], [codes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found = session.run(None, {"rows": np.full((1, depth), highest, np.uint8)})[0]
    return bool((found != depth * highest * lowest).any())


def value_projections(graph: onnx.GraphProto) -> set[str]:
    """The names of the products that make attention's values.

    They are found by shape, not by name: what a softmax's output is multiplied with, or the third
    of what attention as one operator takes, followed back through biases and changes of layout to
    the product it comes from.
    """
    makers = {output: node for node in graph.node for output in node.output}
    softened = {
        output for node in graph.node if node.op_type == "Softmax" for output in node.output
    }
    values = [
        node.input[2] if node.op_type == ATTENTION else node.input[1]
        for node in graph.node
        if node.op_type == ATTENTION or (node.op_type == "MatMul" and node.input[0] in softened)
    ]
    found = set()
    for value in values:
        maker = makers.get(value)
        while maker is not None and maker.op_type in _KEEP_POSITION:
            made = [makers[name] for name in maker.input if name in makers]
            maker = made[0] if made else None
        if maker is not None and maker.op_type == "MatMul":
            found.add(maker.name)
    return found


def _zero_nodes(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """A zero point for each word piece, the same for all activations of a text."""
    given = graph.input[0].name
    return [
        helper.make_node("Shape", [given], ["int8_count"], start=1, end=2),
        helper.make_node("Expand", ["int8_zeros", "int8_count"], ["int8_row_zeros"]),
    ]


def _row_nodes(taken: str) -> list[onnx.NodeProto]:
    """Activations (1, tokens, K) to codes of that shape and scales (1, tokens, 1)."""

    def name(part: str) -> str:
        return f"{taken}_{part}"

    make = helper.make_node
    return [
        make("Abs", [taken], [name("sizes")]),
        make("ReduceMax", [name("sizes"), "int8_last"], [name("highest")], keepdims=1),
        make("Max", [name("highest"), "int8_least"], [name("largest")]),
        make("Mul", [name("largest"), "int8_step"], [name("row_scales")]),
        make("Reshape", [name("row_scales"), "int8_last"], [name("flat_scales")]),
        make(
            "QuantizeLinear",
            [taken, name("flat_scales"), "int8_row_zeros"],
            [name("row_codes")],
            axis=1,
        ),
    ]


def _product_nodes(node: onnx.NodeProto) -> list[onnx.NodeProto]:
    taken, weight = node.input
    made = node.output[0]
    return [
        helper.make_node(
            "MatMulIntegerToFloat",
            [f"{taken}_row_codes", f"{weight}_codes", "int8_one", f"{weight}_scales", "int8_zero"],
            [f"{made}_unscaled"],
            domain=_MICROSOFT,
        ),
        helper.make_node("Mul", [f"{made}_unscaled", f"{taken}_row_scales"], [made]),
    ]


def _replace(
    graph: onnx.GraphProto, nodes: list[onnx.NodeProto], constants: dict[str, onnx.TensorProto]
) -> None:
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend([*kept, *constants.values()])
