"""A sequence classifier as one ONNX graph of a single pair. Imports torch."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from search.encoder.export import OPSET, quiet
from search.errors import EncoderError
from search.reranker.onnx_reranker import KINDS, LOGIT, PIECES

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_EXAMPLE: Final = ("What is this?", "A text of some length to trace the model with.")


class _Graph(torch.nn.Module):
    """A pair's word pieces to its logit."""

    def __init__(self, model: "PreTrainedModel") -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        """Both (1, tokens) to (1, 1)."""
        logits: torch.Tensor = self.model(input_ids=input_ids, token_type_ids=token_type_ids).logits
        return logits


def export(source: Path, file: Path) -> int:
    """Write the model in `source` as float32 ONNX; the most word pieces it takes.

    Raises:
        EncoderError: it is no cross-encoder with one score, or cannot be traced.
    """
    try:
        model = AutoModelForSequenceClassification.from_pretrained(source).eval()
        tokenizer = AutoTokenizer.from_pretrained(source)
    except Exception as error:  # the libraries raise all sorts on foreign folders
        raise EncoderError(
            f"{source} holds no cross-encoder: {error}",
            cure="Give the folder of a sentence-transformers CrossEncoder.",
        ) from error
    if model.config.num_labels != 1:
        raise EncoderError(
            f"{source} gives {model.config.num_labels} scores for a pair; a reranker gives one.",
            cure="Give a CrossEncoder that was trained for ranking (num_labels 1).",
        )
    most = min(model.config.max_position_embeddings, tokenizer.model_max_length)
    pair = tokenizer(*_EXAMPLE, return_tensors="pt")
    tokens = torch.export.Dim("tokens", min=2, max=most)
    try:
        with quiet():
            torch.onnx.export(
                _Graph(model).eval(),
                (pair["input_ids"], pair["token_type_ids"]),
                file,
                input_names=[PIECES, KINDS],
                output_names=[LOGIT],
                dynamic_shapes={PIECES: {1: tokens}, KINDS: {1: tokens}},
                opset_version=OPSET,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    except Exception as error:  # tracing raises whatever the model's code does
        raise EncoderError(
            f"torch.onnx cannot trace {source}: {type(error).__name__}.",
            cure="Give a BERT-like CrossEncoder.",
        ) from error
    return int(most)
