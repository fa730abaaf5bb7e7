"""Train the reranker: a cross-encoder of the default encoder's size, from its weights.

    python -m benchmarks.reranker.train ../shared/qrels OUT [--minutes 40]

The loss is the cross-entropy of the answering text within its group (Gao, Dai and Callan, 2021,
"Rethink training of BERT rerankers in multi-stage retrieval pipeline") and, so that scores can
be read as chances, that of each text on its own. bfloat16 where the machine has it; a GPU where
there is one. What it was trained on is printed and kept beside the weights.
"""

import argparse
import json
import math
import tempfile
import time
from pathlib import Path

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from benchmarks.reranker.groups import SETS, Group, load_groups
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.encoder.prepare import prepare_encoder

SIZE = 6  # texts of a group
GROUPS = 4  # of a step
TOKENS = 224
RATE = 5e-5
WARM = 0.06  # of the steps
ALONE = 0.3  # weight of the loss of each text on its own
SEED = 7


def main() -> None:
    """Train for so many minutes, or once over every group, whichever ends first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("qrels", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=40.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        prepare_encoder(DEFAULT_MODEL, Path(home) / "encoder")
        encoder = load_encoder(Path(home) / "encoder")
        groups = load_groups(given.qrels, encoder, size=SIZE, seed=SEED)
    print(f"{len(groups):,} groups of {SIZE}", flush=True)
    seen = train(groups, given.out, minutes=given.minutes)
    about = {"from": DEFAULT_MODEL, "sets": SETS, "groups": len(groups), "seen": seen,
             "tokens": TOKENS, "rate": RATE, "seed": SEED}  # fmt: skip
    (given.out / "training.json").write_text(json.dumps(about, indent=1), "utf-8")


def train(groups: list[Group], out: Path, *, minutes: float) -> int:
    """Train on the groups and save the model; how many groups were seen."""
    torch.manual_seed(SEED)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    folder = resolve_model(DEFAULT_MODEL).folder
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1).to(device)
    model.train()
    steps = len(groups) // GROUPS
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=0.01)
    start = time.monotonic()
    done = 0.0  # share of the way, by steps or by time
    total = 0.0
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / (WARM * steps)) * _fall(done)
        some = groups[step * GROUPS : (step + 1) * GROUPS]
        pairs = [(each.question, text) for each in some for text in each.texts]
        batch = tokenizer(
            [q for q, _ in pairs], [t for _, t in pairs], truncation="only_second",
            max_length=TOKENS, padding=True, return_tensors="pt",
        ).to(device)  # fmt: skip
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = model(**batch).logits
        scores = logits.float().view(len(some), SIZE)
        first = torch.zeros(len(some), dtype=torch.long, device=device)
        right = torch.zeros_like(scores)
        right[:, 0] = 1.0
        loss = cross_entropy(scores, first) + ALONE * binary_cross_entropy_with_logits(
            scores, right
        )
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        total += float(loss)
        done = max((step + 1) / steps, (time.monotonic() - start) / (minutes * 60))
        if (step + 1) % 50 == 0:
            print(f"step {step + 1} of {steps}, {done:.0%}, loss {total / 50:.3f}", flush=True)
            total = 0.0
        if done >= 1:
            break
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    return (step + 1) * GROUPS


def _fall(done: float) -> float:
    """The rate's share of its highest: a half cosine."""
    return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))


if __name__ == "__main__":
    main()
