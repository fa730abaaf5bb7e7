"""What eight bits cost in ranking: the fast encoder against the fp32 reference, exact search.

    python -m benchmarks.relevance.encoders DATASET:SPLIT …

Whole documents (title and text), cosine, the 100 best. One line for each dataset, with a
paired test of nDCG@10.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.encoder.prepare import prepare_encoder
from search.encoder.reference import SentenceTransformerEncoder, load_sentence_transformer
from search.encoder.types import Encoder
from search.evaluation.dataset import Dataset, load_dataset
from search.evaluation.measures import MEASURES, Run, evaluate
from search.evaluation.significance import compare

DEPTH = 100
CHOSEN_BY = next(iter(MEASURES))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+", metavar="DATASET:SPLIT")
    datasets = parser.parse_args().datasets
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "encoder"
        prepare_encoder(DEFAULT_MODEL, folder)
        fast = load_encoder(folder)
    model = load_sentence_transformer(resolve_model(DEFAULT_MODEL).folder)
    encoders = {"int8": fast, "fp32": SentenceTransformerEncoder(model, fast.spec)}
    print(f"{DEFAULT_MODEL}, {fast.spec.model_hash[:12]}, whole documents, {DEPTH} best")
    for name in datasets:
        folder_name, _, split = name.rpartition(":")
        dataset = load_dataset(Path(folder_name), split)
        _report(dataset, {name: dense_run(dataset, encoder) for name, encoder in encoders.items()})


def dense_run(dataset: Dataset, encoder: Encoder) -> Run:
    """Every question's best documents by cosine, found exactly."""
    documents = list(dataset.corpus)
    texts = [f"{entry.title} {entry.text}".strip() for entry in dataset.corpus.values()]
    queries = list(dataset.queries)
    scores = (
        encoder.encode_queries(list(dataset.queries.values())) @ encoder.encode_documents(texts).T
    )
    best = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
    return {
        query: {documents[column]: float(scores[row, column]) for column in best[row]}
        for row, query in enumerate(queries)
    }


def _report(dataset: Dataset, runs: dict[str, Run]) -> None:
    table = evaluate(dataset, runs)
    for name, evaluation in table.items():
        figures = "  ".join(f"{measure} {value:.4f}" for measure, value in evaluation.means.items())
        print(f"{dataset.name:<18} {name}  {figures}  ({len(dataset.queries)} questions)")
    found = compare(table["int8"].by_query[CHOSEN_BY], table["fp32"].by_query[CHOSEN_BY])
    print(
        f"{'':<18} {CHOSEN_BY} int8 - fp32 {found.difference:+.4f}, "
        f"p {found.t_test_p:.3f} (t), {found.randomisation_p:.3f} (randomisation)"
    )


if __name__ == "__main__":
    main()
