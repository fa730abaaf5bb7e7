"""All of ranking quality in one table, with versions and settings.

    EVIDENCE_HOME=HOME evidence add ../shared/reports corpus/data/starter.jsonl
    EVIDENCE_HOME=HOME evidence index
    python -m benchmarks.relevance ../shared/qrels HOME [--part test]

Judged sets by their dev parts; the policy questions by the part asked for (dev to choose by, test
to report); related studies; latency. The plain baseline is compared by
`python -m benchmarks.relevance.retrieval`.
"""

import argparse
import json
import platform
from collections.abc import Iterator
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Final

from benchmarks.relevance.policy.measure import (
    DEPTH,
    absence_rows,
    ask_all,
    latency_rows,
    ranking_rows,
)
from benchmarks.relevance.related.measure import load_judged, product_rows
from benchmarks.relevance.rows import HEAD, Row
from corpus.home import Home
from corpus.passages import PassageRules
from search.encoder.load import load_encoder
from search.encoder.types import Encoder
from search.evaluation.dataset import load_dataset
from search.evaluation.measures import MEASURES, evaluate
from search.evaluation.retrieval import run_all
from search.fusion import FusionRules
from search.loading import encoder_folder, load_searcher
from search.searcher import Searcher
from search.types import ScoredPassage

SETS: Final = (
    "feedbackqa-dev",
    "scifact-train",
    "cranfield",
    "pira-ocean",
    "cisi",
    "covid-qa-long",
)
FOREIGN: Final = "cranfield"
PACKAGES: Final = ("faiss-cpu", "tantivy", "onnxruntime", "numpy")


def main() -> None:
    """Measure, and print each row as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("qrels", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--part", choices=["dev", "test"], default="dev")
    given = parser.parse_args()
    searcher = load_searcher(given.home)
    encoder = load_encoder(encoder_folder(Home(given.home), searcher.spec.name))
    counts = searcher.counts
    print(f"{platform.machine()}, Python {platform.python_version()}, "
          + ", ".join(f"{name} {version(name)}" for name in PACKAGES))  # fmt: skip
    print(f"{searcher.spec.name} ({searcher.spec.runtime}, {searcher.spec.model_hash[:12]})")
    print(f"{PassageRules()}; {FusionRules()}")
    print(
        f"library: generation {searcher.generation}, {counts.reports} reports, "
        f"{counts.passages:,} passages\n{HEAD}"
    )
    asked = ask_all(searcher, given.part)
    rows = chain(
        ranking_rows(asked, given.part),
        absence_rows(asked, given.part, _foreign(searcher, given.qrels)),
        latency_rows(searcher, given.part),
        product_rows(searcher, load_judged(searcher, given.home)),
        *(_judged(given.qrels, name, encoder) for name in SETS),
    )
    for row in rows:
        print(row, flush=True)


def _foreign(searcher: Searcher, qrels: Path) -> list[tuple[ScoredPassage, ...]]:
    with (qrels / FOREIGN / "queries.jsonl").open(encoding="utf-8") as lines:
        return [searcher.ask(json.loads(line)["text"], k=DEPTH).hits for line in lines]


def _judged(qrels: Path, name: str, encoder: Encoder) -> Iterator[Row]:
    dataset = load_dataset(qrels / name, "dev")
    runs = run_all(
        dataset,
        encoder,
        passage_rules=PassageRules().fitted(encoder.spec.max_tokens),
        fusion=FusionRules(),
        told=lambda _done, _total: None,
    )
    for run, found in evaluate(dataset, runs).items():
        for measure in MEASURES:
            yield Row(name, len(dataset.queries), f"{run}: {measure}", found.means[measure])


if __name__ == "__main__":
    main()
