"""The part `peers` of the bench: what is given to whom, and the lines of the table."""

import argparse
import sys
import tempfile
from dataclasses import replace
from itertools import islice
from pathlib import Path

from benchmarks.speed.contest import COLUMNS, Material, contest, known
from benchmarks.speed.peers.types import Text
from benchmarks.speed.table import installed, show
from corpus.passages import PassageRules
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.evaluation.dataset import Dataset, load_dataset
from search.evaluation.retrieval import cut

_PACKAGES = (
    *("torch", "transformers", "sentence-transformers", "faiss-cpu", "txtai", "haystack-ai"),
    *("lancedb", "chromadb", "bm25s"),
)


def against_peers(options: argparse.Namespace) -> None:
    """Measure and print.

    Raises:
        SystemExit: the peers' environment is missing, or a name is none of them.
    """
    names = known(options.only)
    python = options.python.absolute()
    if not python.exists():
        raise SystemExit(f"There is no {options.python}. Run `make peers`.")
    folder, _, split = options.dataset.rpartition(":")
    dataset = part_of(load_dataset(Path(folder), split), options.documents, options.questions)
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as place:
        encoder = load_encoder(options.encoder)
        spec = encoder.spec
        rules = PassageRules().fitted(spec.max_tokens)
        owners, entries, _ = cut(dataset, encoder, rules)
        texts = [
            Text(owner, entry.title, entry.text)
            for owner, entry in zip(owners, entries, strict=True)
        ]
        source = resolve_model(DEFAULT_MODEL).folder
        rows, manifests = contest(
            Material(
                dataset,
                texts,
                pythons={True: Path(sys.executable), False: python},
                weights={True: options.encoder, False: source},
            ),
            names,
            Path(place),
        )
    settings = (
        f"peers     {installed(python, _PACKAGES)}\n"
        f"settings  {dataset.name}:{dataset.split}, first {len(dataset.corpus):,} documents, "
        f"{len(texts):,} passages, {len(dataset.queries):,} questions with all that answers them "
        f"among these, 10 passages an answer; {spec.name} ({spec.runtime}, {spec.model_hash[:12]} "
        f"here; float32 elsewhere); {rules}; the ratio is to `plain`; "
        f"{'; '.join(manifests)}"
    )
    show("peers", settings, COLUMNS, rows)


def part_of(dataset: Dataset, documents: int, questions: int) -> Dataset:
    """The first documents, and the first questions whose relevant ones are all among them."""
    corpus = dict(islice(dataset.corpus.items(), documents))
    kept = [
        query
        for query, judged in dataset.qrels.items()
        if all(name in corpus for name, grade in judged.items() if grade > 0)
    ][:questions]
    return replace(
        dataset,
        corpus=corpus,
        queries={query: dataset.queries[query] for query in kept},
        qrels={query: dataset.qrels[query] for query in kept},
    )
