"""Distil a trained reranker into one of fewer layers, fast enough for two cores.

    python -m benchmarks.reranker.distil ../shared/qrels TEACHER OUT [--minutes 24]

The student takes every other layer of the teacher and learns the teacher's margins between the
texts of a group (Hofstätter and others, 2020, "Improving Efficient Neural Ranking Models with
Cross-Architecture Knowledge Distillation") beside the judgements. Its word embeddings stay those
of the default encoder, so that they need not be shipped twice.
"""

import argparse
import json
import math
import tempfile
import time
from pathlib import Path
from typing import Final

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel

from benchmarks.reranker.groups import SETS, Group, load_groups
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.encoder.prepare import prepare_encoder

LAYERS: Final = (0, 2, 4)
SIZE, GROUPS, TOKENS = 6, 4, 224
RATE, WARM, SEED = 1e-4, 40, 11
JUDGED, ALONE = 0.5, 0.3  # weights of the judgements, of a group and of each text


def main() -> None:
    """Distil for so many minutes, or once over every group."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("qrels", type=Path)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=24.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        prepare_encoder(DEFAULT_MODEL, Path(home) / "encoder")
        encoder = load_encoder(Path(home) / "encoder")
        groups = load_groups(given.qrels, encoder, size=SIZE, seed=SEED)
    teacher = AutoModelForSequenceClassification.from_pretrained(given.teacher)
    student = halved(teacher)
    seen = distil(groups, teacher, student, minutes=given.minutes)
    student.save_pretrained(given.out)
    AutoTokenizer.from_pretrained(given.teacher).save_pretrained(given.out)
    about = {"from": DEFAULT_MODEL, "teacher": given.teacher.name, "layers": LAYERS, "sets": SETS,
             "groups": len(groups), "seen": seen, "tokens": TOKENS, "seed": SEED}  # fmt: skip
    (given.out / "training.json").write_text(json.dumps(about, indent=1), "utf-8")


def halved(teacher: PreTrainedModel) -> PreTrainedModel:
    """Every other layer of the teacher, over the default encoder's own word embeddings."""
    config = teacher.config.__class__(**{**teacher.config.to_dict(), "num_hidden_layers": 3})
    config.num_labels = 1
    student: PreTrainedModel = AutoModelForSequenceClassification.from_config(config)  # type: ignore[no-untyped-call]
    weights = teacher.state_dict()
    for place, layer in enumerate(LAYERS):
        source, target = f"bert.encoder.layer.{layer}.", f"bert.encoder.layer.{place}."
        chosen = {k: v for k, v in weights.items() if k.startswith(source)}
        weights |= {f"new.{target}{k.removeprefix(source)}": v for k, v in chosen.items()}
    layers = {k.removeprefix("new."): v for k, v in weights.items() if k.startswith("new.")}
    others = {k: v for k, v in weights.items() if "encoder.layer." not in k}
    student.load_state_dict(others | layers)
    base = AutoModelForSequenceClassification.from_pretrained(
        resolve_model(DEFAULT_MODEL).folder, num_labels=1
    )
    embeddings = student.get_input_embeddings()
    embeddings.load_state_dict(base.get_input_embeddings().state_dict())
    embeddings.requires_grad_(requires_grad=False)
    return student


def distil(
    groups: list[Group], teacher: torch.nn.Module, student: torch.nn.Module, *, minutes: float
) -> int:
    """Train the student; how many groups were seen."""
    torch.manual_seed(SEED)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = AutoTokenizer.from_pretrained(resolve_model(DEFAULT_MODEL).folder)
    teacher.to(device).train(mode=False)
    student.to(device).train()
    learning = [weight for weight in student.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learning, RATE, weight_decay=0.01)
    steps, start, done, total = len(groups) // GROUPS, time.monotonic(), 0.0, 0.0
    for step in range(steps):
        for each in optimiser.param_groups:
            each["lr"] = RATE * min(1.0, (step + 1) / WARM) * 0.5 * (1 + math.cos(math.pi * done))
        some = groups[step * GROUPS : (step + 1) * GROUPS]
        pairs = [(group.question, text) for group in some for text in group.texts]
        batch = tokenizer(
            [q for q, _ in pairs], [t for _, t in pairs], truncation="only_second",
            max_length=TOKENS, padding=True, return_tensors="pt",
        ).to(device)  # fmt: skip
        with torch.autocast(device.type, dtype=torch.bfloat16):
            with torch.no_grad():
                wanted = teacher(**batch).logits.float().view(-1, SIZE)
            found = student(**batch).logits.float().view(-1, SIZE)
        loss = _loss(found, wanted)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        total += loss.item()
        done = min(1.0, max((step + 1) / steps, (time.monotonic() - start) / (minutes * 60)))
        if (step + 1) % 50 == 0:
            print(f"step {step + 1} of {steps}, {done:.0%}, loss {total / 50:.3f}", flush=True)
            total = 0.0
        if done >= 1:
            break
    return (step + 1) * GROUPS


def _loss(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Margins of the teacher within each group, its level, and the judgements."""
    first = torch.zeros(len(found), dtype=torch.long, device=found.device)
    right = torch.zeros_like(found)
    right[:, 0] = 1.0
    margins = mse_loss(found - found[:, :1], wanted - wanted[:, :1])
    judged = cross_entropy(found, first) + ALONE * binary_cross_entropy_with_logits(found, right)
    return 0.1 * margins + 0.05 * mse_loss(found, wanted) + JUDGED * judged


if __name__ == "__main__":
    main()
