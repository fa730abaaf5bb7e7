"""The part `machine` of the bench: what these cores multiply at most, and the encoder's share.

The most is what onnxruntime itself reaches on one plain product, on as many threads as the encoder
runs texts at a time, each with one thread: the larger of a big square product and the encoder's
own biggest. Counted are two operations for each multiplication and addition of a product of
matrices: those in eight bits, those in float32, and attention's two; nothing else.
"""

import argparse
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from benchmarks.speed.table import Row, show
from search.encoder.load import load_encoder
from search.encoder.onnx_encoder import OUTPUT, TOKENS
from search.encoder.parity import parity_texts
from search.encoder.recipe import MODEL_FILE

_SHAPES: Final = ((1024, 1024, 1024), (188, 384, 1536))  # rows, depth, columns
_SECONDS: Final = 1.0
_KINDS: Final = {
    "fp32": (np.float32, np.float32),
    "int8, signed weights": (np.uint8, np.int8),
    "int8, unsigned weights": (np.uint8, np.uint8),
}
_INT8: Final = "int8, signed weights"


@dataclass(frozen=True, slots=True)
class Operations:
    """Of one text."""

    int8: float
    fp32: float

    def seconds(self, peaks: dict[str, float]) -> float:
        """The time they would take at the most."""
        return self.int8 / peaks[_INT8] + self.fp32 / peaks["fp32"]


def shares(options: argparse.Namespace) -> None:
    """Measure and print."""
    cores = len(os.sched_getaffinity(0))
    encoder = load_encoder(options.encoder)
    graph = onnx.load(options.encoder / MODEL_FILE).graph
    texts, pieces = passages(options.passages, options.pieces, encoder.count_tokens)
    ways = {
        "with tokens": lambda: encoder.encode_with_tokens(texts),
        "vectors alone": lambda: encoder.encode_documents(texts),
    }
    best = dict.fromkeys(ways, 1e9)
    peaks = dict.fromkeys(_KINDS, 0.0)
    for _ in range(options.rounds):
        for kind in _KINDS:
            peaks[kind] = max(peaks[kind], *(peak(kind, shape, cores) for shape in _SHAPES))
        for way, do in ways.items():
            best[way] = min(best[way], seconds(do))
    rows = [Row(f"most, {kind}", (f"{rate / 1e9:.0f}", "", "", "")) for kind, rate in peaks.items()]
    for way, took in best.items():
        counted = operations(graph, pieces, tokens=way == "with tokens")
        done = (counted.int8 + counted.fp32) * len(texts)
        rows.append(
            Row(
                f"encoder, {way}",
                (
                    f"{done / took / 1e9:.0f}",
                    f"{len(texts) / took:.1f}",
                    f"{done / took / peaks[_INT8]:.0%}",
                    f"{counted.seconds(peaks) * len(texts) / took:.0%}",
                ),
            )
        )
    counted = operations(graph, pieces, tokens=True)
    settings = (
        f"settings  {cores} threads, best of {options.rounds} rounds in turns; {len(texts)} texts "
        f"of {pieces} word pieces, {counted.int8 / 1e9:.2f} G operations each in int8 and "
        f"{counted.fp32 / 1e9:.2f} in fp32 with tokens; {encoder.spec.name} "
        f"({encoder.spec.model_hash[:12]}); "
        "mixed: the time its operations take at the most, each at its own kind's, by the time taken"
    )
    columns = ("G operations/s", "passages/s", "of int8's most", "of the most, mixed")
    show("machine", settings, columns, rows)


def passages(
    count: int, pieces: int, counts: Callable[[list[str]], list[int]]
) -> tuple[list[str], int]:
    """Texts of that many word pieces at most, special ones among them, and how many they have."""
    words = " ".join(parity_texts()[:16]).split()
    long = 1
    while counts([" ".join(words[:long])])[0] + 2 < pieces and long < len(words):
        long += 1
    text = " ".join(words[:long])
    return [text] * count, counts([text])[0] + 2


def operations(graph: onnx.GraphProto, pieces: int, *, tokens: bool) -> Operations:
    """What a text of that many word pieces takes, from the graph itself."""
    shapes = {each.name: tuple(each.dims) for each in graph.initializer}
    wanted = needed(graph, [OUTPUT, TOKENS] if tokens else [OUTPUT])
    int8 = fp32 = 0.0
    width = 0
    for node in graph.node:
        if not wanted & set(node.output):
            continue
        if node.op_type == "MatMulIntegerToFloat":
            depth, columns = shapes[node.input[1]]
            int8 += 2.0 * pieces * depth * columns
        elif node.op_type == "MatMul" and len(shapes.get(node.input[1], ())) == 2:  # noqa: PLR2004
            depth, width = shapes[node.input[1]]
            fp32 += 2.0 * pieces * depth * width
        elif node.op_type == "MultiHeadAttention":
            fp32 += 4.0 * pieces * pieces * width  # of the values' product, which came before
    return Operations(int8, fp32)


def needed(graph: onnx.GraphProto, outputs: list[str]) -> set[str]:
    """The names that these outputs are made from, themselves among them."""
    found = set(outputs)
    for node in reversed(graph.node):
        if found & set(node.output):
            found |= set(node.input)
    return found


def peak(kind: str, shape: tuple[int, int, int], threads: int) -> float:
    """Operations a second of one product, again and again on every thread."""
    rows, depth, columns = shape
    session = product(kind, depth, columns)
    left, _ = _KINDS[kind]
    given = {"x": np.random.default_rng(0).integers(0, 100, (rows, depth)).astype(left)}
    session.run(None, given)
    until = time.perf_counter() + _SECONDS

    def run(_: int) -> int:
        done = 0
        while time.perf_counter() < until:
            session.run(None, given)
            done += 1
        return done

    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        done = sum(pool.map(run, range(threads)))
    return done * 2.0 * rows * depth * columns / (time.perf_counter() - start)


def product(kind: str, depth: int, columns: int) -> Any:  # noqa: ANN401 - onnxruntime has no types
    """A session of one product with constant weights."""
    left, right = _KINDS[kind]
    weights = np.random.default_rng(1).integers(0, 100, (depth, columns)).astype(right)
    whole = left is np.float32
    node = helper.make_node("MatMul" if whole else "MatMulInteger", ["x", "w"], ["y"])
    taken = helper.np_dtype_to_tensor_dtype(np.dtype(left))
    given = TensorProto.FLOAT if whole else TensorProto.INT32
    graph = helper.make_graph(
        [node],
        "product",
        [helper.make_tensor_value_info("x", taken, None)],
        [helper.make_tensor_value_info("y", given, None)],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def seconds(do: Callable[[], object]) -> float:
    """How long it takes once."""
    start = time.perf_counter()
    do()
    return time.perf_counter() - start
