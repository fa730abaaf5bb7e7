"""What it costs to ask an index that a graphics card made: its passages, the processor's questions.

    python -m benchmarks.relevance.mixed DATASET:SPLIT … [--device cuda]

Every dataset is encoded twice, by the processor in eight bits and on the device, and asked by the
processor: both halves and tokens. One line for each, with a paired test of nDCG@10. "cpu" runs the
device's code in float32.
"""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.passages import PassageRules
from search.encoder.accelerated import accelerate
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL
from search.encoder.prepare import prepare_encoder
from search.evaluation.dataset import load_dataset
from search.evaluation.measures import MEASURES, Run, evaluate
from search.evaluation.retrieval import ask_all, collect, cut, encode_all
from search.evaluation.significance import compare
from search.fusion import FusionRules

if TYPE_CHECKING:
    from search.encoder.types import BulkEncoder

_CHOSEN_BY = next(iter(MEASURES))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+", metavar="DATASET:SPLIT")
    parser.add_argument("--device", default="cuda")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "encoder"
        prepare_encoder(DEFAULT_MODEL, folder)
        processor = load_encoder(folder)
        encoders: dict[str, BulkEncoder] = {
            "processor": processor,
            "device": accelerate(folder, given.device),
        }
    rules = PassageRules().fitted(processor.spec.max_tokens)
    for name in given.datasets:
        place, _, split = name.rpartition(":")
        dataset = load_dataset(Path(place), split)
        owners, entries, texts = cut(dataset, processor, rules)
        runs: dict[str, Run] = {}
        for who, encoder in encoders.items():
            encoded = encode_all(texts, encoder, _untold)
            with tempfile.TemporaryDirectory() as kept:
                collection = collect(owners, entries, encoded, Path(kept), processor)
                runs[who] = ask_all(dataset, collection, processor, FusionRules())["fused"]
        table = evaluate(dataset, runs)
        for who, found in table.items():
            told = "  ".join(f"{measure} {value:.4f}" for measure, value in found.means.items())
            print(f"{dataset.name:<18} {who:<9}  {told}  ({len(dataset.queries)} questions)")
        test = compare(
            table["processor"].by_query[_CHOSEN_BY], table["device"].by_query[_CHOSEN_BY]
        )
        print(
            f"{'':<18} {_CHOSEN_BY} processor - device {test.difference:+.4f}, "
            f"p {test.t_test_p:.3f} (t), {test.randomisation_p:.3f} (randomisation)",
            flush=True,
        )


def _untold(_done: int, _total: int) -> None:
    """Nothing."""


if __name__ == "__main__":
    main()
