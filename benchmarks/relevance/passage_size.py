"""How large passages should be: ranking of long and short documents by passage size.

python -m benchmarks.relevance.passage_size DATASET:SPLIT … [--targets 96,128,160,220]
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from corpus.passages import PassageRules
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL
from search.encoder.prepare import prepare_encoder
from search.evaluation.dataset import load_dataset
from search.evaluation.measures import evaluate
from search.evaluation.retrieval import cut, run_all
from search.fusion import FusionRules


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+", metavar="DATASET:SPLIT")
    parser.add_argument("--targets", default="96,128,160,220")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        prepare_encoder(DEFAULT_MODEL, Path(home) / "encoder")
        encoder = load_encoder(Path(home) / "encoder")
    print(f"{DEFAULT_MODEL} ({encoder.spec.runtime}); nDCG@10; {FusionRules()}")
    print(f"{'dataset':24}{'target':>8}{'passages':>10}{'lexical':>9}{'dense':>9}{'fused':>9}")
    for name in options.datasets:
        folder, _, split = name.rpartition(":")
        dataset = load_dataset(Path(folder), split)
        for target in map(int, options.targets.split(",")):
            rules = replace(PassageRules(), target_tokens=target)
            runs = run_all(
                dataset,
                encoder,
                passage_rules=rules,
                fusion=FusionRules(),
                told=lambda _done, _total: None,
            )
            means = [run.means["nDCG@10"] for run in evaluate(dataset, runs).values()]
            row = "".join(f"{mean:9.4f}" for mean in means)
            count = len(cut(dataset, encoder, rules)[0])
            print(f"{dataset.name:24}{target:8}{count:10,}{row}", flush=True)


if __name__ == "__main__":
    main()
