"""Train the token head: the matrix that makes the default encoder's token vectors short.

    python -m benchmarks.reranker.train ../shared/qrels OUT.npy

Late interaction (Khattab and Zaharia, 2020, "ColBERT") over the encoder as it is: only the head,
(384, 64), is trained, from the first principal components
over the starter library on. The loss is the cross-entropy of
the answering passages among what retrieval proposed, the score being that of the product: the
halves' and the tokens' scores, added. Some minutes on two cores. Prints settings and losses.
"""

import argparse
import math
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import normalize

from benchmarks.reranker.groups import SETS, Group, load_groups
from search.encoder.head import principal_head, sample_texts
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL
from search.encoder.onnx_encoder import OnnxEncoder
from search.encoder.prepare import prepare_encoder
from search.encoder.types import Vectors

DIMENSION = 64
EPOCHS = 3
BATCH = 16  # questions of a step
WRONG = 15  # candidates that do not answer, drawn for each question
RIGHT = 2  # candidates that do, at most
RATE = 1e-3
WARM = 50  # steps
SEED = 7


def main() -> None:
    """Train and write the head as float16."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("qrels", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        prepare_encoder(DEFAULT_MODEL, Path(home) / "encoder")
        encoder = load_encoder(Path(home) / "encoder")
    if not isinstance(encoder, OnnxEncoder):
        raise SystemExit(f"{DEFAULT_MODEL} could not be exported: {encoder.spec.runtime}")
    groups = load_groups(given.qrels, encoder)
    start = principal_head(encoder.token_vectors(sample_texts()))[:, :DIMENSION]
    print(f"{len(groups):,} questions of {SETS}; {DIMENSION} dimensions, {EPOCHS} epochs, "
          f"{BATCH} questions a step, rate {RATE}, seed {SEED}", flush=True)  # fmt: skip
    np.save(given.out, train(groups, start).astype(np.float16))


def train(groups: list[Group], start: Vectors) -> Vectors:
    """The head, shape (dimension, DIMENSION), as is `start`."""
    draw = np.random.default_rng(SEED)
    head = torch.nn.Parameter(torch.from_numpy(start.copy()))
    sharpness = torch.nn.Parameter(torch.tensor(20.0))
    trust = torch.nn.Parameter(torch.tensor(1.0))  # in retrieval
    optimiser = torch.optim.AdamW(
        [{"params": [head], "lr": RATE}, {"params": [sharpness, trust], "lr": 10 * RATE}],
        weight_decay=0,
    )
    steps = EPOCHS * (len(groups) // BATCH)
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    total = 0.0
    for step in range(steps):
        place = step % (len(groups) // BATCH)
        if place == 0:
            order = draw.permutation(len(groups))
        batch = [groups[at] for at in order[place * BATCH : (place + 1) * BATCH]]
        losses = [_loss(group, head, sharpness, trust, draw) for group in batch]
        loss = torch.stack(losses).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rate.step()
        total += float(loss.detach())
        if (step + 1) % 100 == 0:
            print(f"step {step + 1:,} of {steps:,}, loss {total / 100:.3f}", flush=True)
            total = 0.0
    return np.asarray(head.detach().numpy(), np.float32)


def _loss(
    group: Group,
    head: torch.Tensor,
    sharpness: torch.Tensor,
    trust: torch.Tensor,
    draw: np.random.Generator,
) -> torch.Tensor:
    right, wrong = np.flatnonzero(group.right)[:RIGHT], np.flatnonzero(~group.right)
    wrong = draw.choice(wrong, min(WRONG, len(wrong)), replace=False)
    chosen = np.concatenate([right, wrong])
    passages = [group.passages[at] for at in chosen]
    tokens = _through(np.concatenate(passages), head)
    cosines = tokens @ _through(group.question, head).T
    nearest = torch.stack(
        [part.max(0).values for part in torch.split(cosines, [len(each) for each in passages])]
    )
    weights = torch.from_numpy(group.rarity.astype(np.float32))
    scores = sharpness * (nearest @ weights) / weights.sum()
    scores = scores + trust * torch.from_numpy(group.halves[chosen])
    return torch.logsumexp(scores, 0) - torch.logsumexp(scores[: len(right)], 0)


def _through(hidden: np.ndarray, head: torch.Tensor) -> torch.Tensor:
    return normalize(torch.from_numpy(hidden.astype(np.float32)) @ head, dim=-1)


def _rate(step: int, steps: int) -> float:
    """The rate's share of its highest: up in `WARM` steps, then a half cosine."""
    return min(1.0, (step + 1) / WARM) * 0.5 * (1 + math.cos(math.pi * step / steps))


if __name__ == "__main__":
    main()
