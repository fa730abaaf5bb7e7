"""Encoding speed: the fast encoder against sentence-transformers fp32, interleaved in one run.

    python -m benchmarks.speed.encoding CORPUS.jsonl [--passages 128] [--rounds 3]

CORPUS is a BEIR corpus, whose words are cut into passages of 150. Prints settings, versions,
machine, texts a second of each round, their ratio, query latency, and fidelity.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.encoder.prepare import prepare_encoder
from search.encoder.recipe import read_record
from search.encoder.reference import SentenceTransformerEncoder, load_sentence_transformer
from search.encoder.types import Encoder

WORDS = 150
QUERY_WORDS = 10
QUERIES = 200


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--passages", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    passages = _passages(options.corpus, options.passages)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "encoder"
        prepare_encoder(DEFAULT_MODEL, folder)
        fast, record = load_encoder(folder), read_record(folder)
    model = load_sentence_transformer(resolve_model(DEFAULT_MODEL).folder)
    reference = SentenceTransformerEncoder(model, fast.spec)
    tokens = statistics.mean(fast.count_tokens(passages))
    cores = len(os.sched_getaffinity(0))
    print(f"model      {DEFAULT_MODEL} ({fast.spec.runtime}, {fast.spec.model_hash[:12]})")
    print("versions  ", ", ".join(f"{name} {number}" for name, number in record.versions.items()))
    print(
        f"machine    {platform.machine()}, {_cpu()}, {cores} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(f"torch      {torch.get_num_threads()} threads, batches of 32 sorted by length")
    print(f"passages   {len(passages)} of {tokens:.0f} word pieces on average")
    _throughput(fast, reference, passages, options.rounds)
    _latency(fast, reference, passages)
    cosines = (fast.encode_documents(passages) * reference.encode_documents(passages)).sum(axis=1)
    print(f"cosine     mean {cosines.mean():.5f}, min {cosines.min():.5f}")


def _throughput(fast: Encoder, reference: Encoder, passages: list[str], rounds: int) -> None:
    rates: dict[str, list[float]] = {"fast": [], "reference": []}
    for encoder in (fast, reference):
        encoder.encode_documents(passages[:8])
    for _ in range(rounds):
        for name, encoder in (("fast", fast), ("reference", reference)):
            rates[name].append(len(passages) / _seconds(encoder.encode_documents, passages))
    for name, measured in rates.items():
        print(f"{name:<10} {', '.join(f'{rate:.1f}' for rate in measured)} passages/s")
    ratios = [a / b for a, b in zip(rates["fast"], rates["reference"], strict=True)]
    print(f"ratio      median {statistics.median(ratios):.2f} ({min(ratios):.2f} at least)")


def _latency(fast: Encoder, reference: Encoder, passages: list[str]) -> None:
    words = " ".join(passages).split()
    queries = [" ".join(words[n * 7 : n * 7 + QUERY_WORDS]) for n in range(QUERIES)]
    times: dict[str, list[float]] = {"fast": [], "reference": []}
    for query in queries:
        times["fast"].append(_seconds(fast.encode_queries, [query]))
        times["reference"].append(_seconds(reference.encode_queries, [query]))
    for name, measured in times.items():
        p50, p95 = np.percentile(np.array(measured) * 1000, [50, 95])
        print(f"query      {name}: p50 {p50:.2f} ms, p95 {p95:.2f} ms ({QUERY_WORDS} words)")


def _seconds(encode: Callable[[list[str]], object], texts: list[str]) -> float:
    started = time.perf_counter()
    encode(texts)
    return time.perf_counter() - started


def _passages(corpus: Path, count: int) -> list[str]:
    with corpus.open(encoding="utf-8") as lines:
        words = [word for line in lines for word in json.loads(line)["text"].split()]
    cut = [" ".join(words[at : at + WORDS]) for at in range(0, count * WORDS, WORDS)]
    return [passage for passage in cut if passage]


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = " ".join(line for line in lines[:60] if line.startswith("flags"))
    vnni = "with VNNI" if "vnni" in flags else "without VNNI"
    return f"{names[0] if names else platform.processor()} {vnni}"


if __name__ == "__main__":
    main()
