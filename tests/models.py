"""Small models with random weights. What this imports takes seconds: import it in functions."""

from collections.abc import Sequence
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Transformer
from sentence_transformers.sentence_transformer.modules.pooling import Pooling
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, BertModel

from search.encoder.models import DEFAULT_MODEL, resolve_model


def make_encoder(
    folder: Path, pooling: str, *, dense: bool = False, prompts: dict[str, str] | None = None
) -> Path:
    """Write a model that gives texts vectors into a folder; gives where it lies.

    Args:
        folder: that is there.
        pooling: as sentence-transformers names it.
        dense: whether a layer follows that the export does not know.
        prompts: put before texts, by their kind.
    """
    torch.manual_seed(5)
    bert = folder / "bert"
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(bert)
    AutoTokenizer.from_pretrained(
        resolve_model(DEFAULT_MODEL).folder, model_max_length=64
    ).save_pretrained(bert)
    modules: list[torch.nn.Module] = [Transformer(str(bert)), Pooling(32, pooling)]
    if dense:
        modules.append(Dense(32, 16))
    model = SentenceTransformer(modules=modules, prompts=prompts, device="cpu")
    model.save(str(folder / "model"))
    return folder / "model"


def open_encoder(folder: Path) -> SentenceTransformer:
    """The model of a folder as sentence-transformers runs it."""
    return SentenceTransformer(str(folder), device="cpu")


def make_reranker(folder: Path, labels: int = 1) -> Path:
    """Write a cross-encoder into a folder; gives the folder."""
    torch.manual_seed(3)
    tokenizer = AutoTokenizer.from_pretrained(resolve_model(DEFAULT_MODEL).folder)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=128,
    )  # fmt: skip
    config.num_labels = labels
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def logits_of(folder: Path, question: str, texts: Sequence[str]) -> list[float]:
    """What the cross-encoder of a folder gives each text, as transformers runs it."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = BertForSequenceClassification.from_pretrained(folder)
    model.train(mode=False)
    with torch.no_grad():
        return [
            model(
                **tokenizer(
                    question, text, truncation="only_second", max_length=224, return_tensors="pt"
                )
            ).logits.item()
            for text in texts
        ]
