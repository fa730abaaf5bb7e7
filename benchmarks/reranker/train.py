"""Train the token layers: what late interaction does otherwise than the encoder.

    python -m benchmarks.reranker.train ../shared/qrels HOME OUT [--layers 2]

HOME is a home with ../shared/reports indexed. Late interaction (Khattab and Zaharia, 2020,
"ColBERT") over the default encoder: a low-rank change of its last layers (Hu et al., 2021,
"LoRA") and the head, (384, 64), from the present one on; `--layers 0` trains the head alone. The
loss is the cross-entropy of an answering passage among what retrieval proposed, the score being
that of the product: the halves' and the tokens' scores, added. Writes token_head.npy and
token_layers.safetensors into the folder OUT. Prints settings and losses.
"""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch.nn.functional import normalize

from benchmarks.reranker.groups import Group, Pieces, load_training
from benchmarks.reranker.states import States, hidden_states, padded
from search.encoder.head import TRAINED, TRAINED_LAYERS, trained_head
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.encoder.reference import load_sentence_transformer
from search.encoder.token_layers import LAYERS, RANK, changes_of, own_layers, run
from search.loading import load_searcher

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH: Final = 16  # questions of a step
WRONG: Final = 7  # candidates that do not answer, drawn for each question, the first ones oftener
FIRST: Final = 5  # how much oftener: a candidate's chance falls as 1 / (FIRST + rank)
RATE: Final = 6e-4
WARM: Final = 30  # steps
PARTS: Final = 6  # passages of a step are run in so many parts of similar length
SEED: Final = 7


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("qrels", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--layers", type=int, default=LAYERS)
    parser.add_argument("--epochs", type=float, default=1.0)
    given = parser.parse_args()
    torch.manual_seed(SEED)
    model = load_sentence_transformer(resolve_model(DEFAULT_MODEL).folder)
    training = load_training(given.qrels, given.home, load_searcher(given.home).encoder,
                             lambda text: _pieces(model, text))  # fmt: skip
    print(f"{len(training.groups):,} questions, {len(training.passages):,} passages; layers "
          f"{given.layers}, rank {RANK}, {given.epochs} epochs, {BATCH} questions a step, "
          f"rate {RATE}, seed {SEED}", flush=True)  # fmt: skip
    trainer = Trainer(model, training.passages, training.groups, given.layers)
    trainer.train(int(given.epochs * len(training.groups) / BATCH))
    given.out.mkdir(parents=True, exist_ok=True)
    np.save(given.out / TRAINED, trainer.head.detach().numpy().astype(np.float16))
    (given.out / TRAINED_LAYERS).write_bytes(changes_of(trainer.layers))


class Trainer:
    """The layers, the head, and what they are trained on."""

    def __init__(
        self,
        model: "SentenceTransformer",
        passages: list[Pieces],
        groups: list[Group],
        layers: int,
    ) -> None:
        transformer = model.transformers_model
        head = trained_head(DEFAULT_MODEL)
        if transformer is None or head is None:
            raise SystemExit(f"{DEFAULT_MODEL} is not what this script trains.")
        below = transformer.config.num_hidden_layers - layers
        self.layers = own_layers(transformer, layers) if layers else torch.nn.ModuleList()
        self.head = torch.nn.Parameter(torch.from_numpy(head))
        self._passages = hidden_states(transformer, passages, below)
        self._questions = hidden_states(transformer, [group.question for group in groups], below)
        self._groups = groups
        self._sharpness = torch.nn.Parameter(torch.tensor(20.0))
        self._trust = torch.nn.Parameter(torch.tensor(1.0))  # in retrieval
        self._draw = np.random.default_rng(SEED)

    def train(self, steps: int) -> None:
        """Take so many steps."""
        own = [each for each in self.layers.parameters() if each.requires_grad]
        optimiser = torch.optim.AdamW(
            [{"params": [*own, self.head], "lr": RATE},
             {"params": [self._sharpness, self._trust], "lr": 1e-2}], weight_decay=0,
        )  # fmt: skip
        rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
        order: list[int] = []
        losses: list[float] = []
        for step in range(1, steps + 1):
            if len(order) < BATCH:
                order = self._draw.permutation(len(self._groups)).tolist() + order
            batch, order = order[-BATCH:], order[:-BATCH]
            loss = self._loss(batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            rate.step()
            losses.append(loss.item())
            if step % 20 == 0:
                print(f"step {step:,} of {steps:,}, loss {np.mean(losses[-20:]):.3f}", flush=True)

    def _loss(self, batch: list[int]) -> torch.Tensor:
        chosen = [self._chosen(self._groups[at]) for at in batch]
        tokens = self._through(
            self._passages, [p for at, c in zip(batch, chosen, strict=True)
                             for p in self._groups[at].passages[c].tolist()], PARTS,
        )  # fmt: skip
        asked = self._through(self._questions, batch, 1)
        losses = []
        for at, places, question in zip(batch, chosen, asked, strict=True):
            passages, tokens = tokens[: len(places)], tokens[len(places) :]
            losses.append(self._loss_of(self._groups[at], places, question, passages))
        return torch.stack(losses).mean()

    def _loss_of(
        self, group: Group, places: np.ndarray, question: torch.Tensor, passages: list[torch.Tensor]
    ) -> torch.Tensor:
        nearest = torch.stack([(each @ question.T).max(0).values for each in passages])
        weights = torch.from_numpy(group.rarity)
        scores = self._sharpness * (nearest @ weights) / weights.sum()
        scores = scores + self._trust * torch.from_numpy(group.halves[places])
        return torch.logsumexp(scores, 0) - scores[0]

    def _chosen(self, group: Group) -> np.ndarray:
        """An answering candidate, mostly the best one, and some that do not answer."""
        right, wrong = np.flatnonzero(group.right), np.flatnonzero(~group.right)
        best = right[:1] if self._draw.random() < 0.6 else self._draw.choice(right, 1)  # noqa: PLR2004
        chance = 1 / (FIRST + np.arange(len(wrong)))
        drawn = self._draw.choice(
            wrong, min(WRONG, len(wrong)), replace=False, p=chance / chance.sum()
        )
        return np.concatenate([best, drawn])

    def _through(self, states: States, places: list[int], parts: int) -> list[torch.Tensor]:
        """Unit token vectors of texts, each (tokens, 64), the special tokens left out."""
        found: list[torch.Tensor] = [torch.empty(0)] * len(places)
        by_length = np.argsort([len(states[place]) for place in places])
        for part in np.array_split(by_length, parts):
            hidden, mask = padded([states[places[row]] for row in part])
            vectors = normalize(run(self.layers, hidden, mask) @ self.head, dim=-1)
            for row, each in zip(part, vectors, strict=True):
                found[row] = each[1 : len(states[places[row]]) - 1]
        return found


def _pieces(model: "SentenceTransformer", text: str) -> Pieces:
    ids = model.tokenizer(text, truncation=True, max_length=model.max_seq_length)["input_ids"]
    return np.array(ids, np.int64)


def _rate(step: int, steps: int) -> float:
    """The rate's share of its highest: up in `WARM` steps, then a half cosine."""
    return min(1.0, (step + 1) / WARM) * 0.5 * (1 + math.cos(math.pi * step / steps))


if __name__ == "__main__":
    main()
