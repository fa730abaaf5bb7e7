"""Ranking quality of the halves and of fused retrieval against a plain baseline, in one run.

    python -m benchmarks.relevance.retrieval DATASET:SPLIT …

The baseline is the mean of z-scores of BM25 and of sentence-transformers fp32 over whole
documents, the 100 best of each; a document one of them missed gets that one's lowest
z-score. One table for all datasets, with paired tests of nDCG@10, settings and versions.
"""

import argparse
import platform
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.relevance.encoders import dense_run
from corpus.passages import PassageRules
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.encoder.prepare import prepare_encoder
from search.encoder.reference import SentenceTransformerEncoder, load_sentence_transformer
from search.encoder.types import Encoder
from search.evaluation.dataset import Dataset, load_dataset
from search.evaluation.measures import MEASURES, Evaluation, Run, evaluate
from search.evaluation.retrieval import run_all
from search.evaluation.significance import compare
from search.fusion import FusionRules
from search.index.lexical import open_lexical
from search.index.lexical_writing import LexicalEntry, write_lexical

DEPTH = 100
CHOSEN_BY = next(iter(MEASURES))
PACKAGES = ("faiss-cpu", "tantivy", "onnxruntime", "sentence-transformers", "ir_measures")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+", metavar="DATASET:SPLIT")
    datasets = parser.parse_args().datasets
    with tempfile.TemporaryDirectory() as home:
        prepare_encoder(DEFAULT_MODEL, Path(home) / "encoder")
        fast = load_encoder(Path(home) / "encoder")
    model = load_sentence_transformer(resolve_model(DEFAULT_MODEL).folder)
    reference = SentenceTransformerEncoder(model, fast.spec)
    rules, fusion = PassageRules().fitted(fast.spec.max_tokens), FusionRules()
    print(f"{platform.machine()}, Python {platform.python_version()}, "
          + ", ".join(f"{name} {version(name)}" for name in PACKAGES))  # fmt: skip
    print(f"{DEFAULT_MODEL} ({fast.spec.runtime}, {fast.spec.model_hash[:12]}); {rules}; {fusion}")
    print(f"{'dataset':24}{'run':>10}" + "".join(f"{name:>9}" for name in MEASURES))
    for name in datasets:
        folder, _, split = name.rpartition(":")
        dataset = load_dataset(Path(folder), split)
        start = time.perf_counter()
        runs = run_all(
            dataset, fast, passage_rules=rules, fusion=fusion, told=lambda _done, _total: None
        )
        found = evaluate(dataset, {**runs, "baseline": baseline(dataset, reference)})
        report(dataset, found, time.perf_counter() - start)


def baseline(dataset: Dataset, reference: Encoder) -> Run:
    """The plain way: whole documents, two lists, their z-scores added."""
    lexical, dense = whole_bm25(dataset), dense_run(dataset, reference)
    return {query: zscore_mean(lexical[query], dense[query]) for query in dataset.queries}


def whole_bm25(dataset: Dataset) -> Run:
    """BM25 over whole documents."""
    names = list(dataset.corpus)
    with tempfile.TemporaryDirectory() as folder:
        write_lexical(
            (LexicalEntry(0, each.title, "", each.text) for each in dataset.corpus.values()),
            Path(folder),
        )
        half = open_lexical(Path(folder), ranked=len(names))
        found = {query: half.search(text, DEPTH) for query, text in dataset.queries.items()}
    return {
        query: {names[o]: float(s) for o, s in zip(each.ordinals, each.scores, strict=True)}
        for query, each in found.items()
    }


def zscore_mean(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """The mean of z-scores over the documents of either list."""
    standard = [_standard(scores) for scores in (one, other) if scores]
    return {
        name: sum(each.get(name, min(each.values())) for each in standard) / 2
        for name in one.keys() | other.keys()
    }


def _standard(scores: Mapping[str, float]) -> dict[str, float]:
    values = np.array(list(scores.values()))
    spread = values.std() or 1.0
    return {name: float((score - values.mean()) / spread) for name, score in scores.items()}


def report(dataset: Dataset, found: Mapping[str, Evaluation], seconds: float) -> None:
    """A dataset's rows and tests."""
    for name, run in found.items():
        label = f"{dataset.name}:{dataset.split}"
        row = "".join(f"{run.means[measure]:9.4f}" for measure in MEASURES)
        print(f"{label:24}{name:>10}{row}")
    for other in ("lexical", "dense", "halves", "baseline"):
        test = compare(found["fused"].by_query[CHOSEN_BY], found[other].by_query[CHOSEN_BY])
        print(
            f"{'':24}fused - {other}: {test.difference:+.4f} {CHOSEN_BY}, p = {test.t_test_p:.2g}"
            f" (paired t), {test.randomisation_p:.2g} (randomisation)"
        )
    print(f"{'':24}{len(dataset.queries):,} questions, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
