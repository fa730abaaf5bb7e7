"""The token head: the matrix by which a model's token vectors are made short.

The default model has a trained one, and trained changes of its last layers before it
(`search.encoder.token_layers`; docs/token-head.md is the model card of both). Any other gets the
principal components of its token vectors over the starter library.
"""

import io
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np

from search.encoder.models import DEFAULT_MODEL
from search.encoder.types import Vectors

if TYPE_CHECKING:
    from collections.abc import Iterable

TRAINED: Final = "token_head.npy"  # float16, (384, 64)
TRAINED_LAYERS: Final = "token_layers.safetensors"  # float16
COMPONENTS: Final = 128  # of a head that nobody trained


def trained_head(model: str) -> Vectors | None:
    """The head trained for a model, (dimension, token dimension); None where there is none."""
    if model != DEFAULT_MODEL:
        return None
    with (files("search.encoder") / "data" / TRAINED).open("rb") as file:
        return np.asarray(np.load(file), np.float32)


def trained_changes(model: str) -> bytes | None:
    """The trained changes of a model's last layers, as their file; None where there are none."""
    if model != DEFAULT_MODEL:
        return None
    return (files("search.encoder") / "data" / TRAINED_LAYERS).read_bytes()


def head_bytes(head: Vectors) -> bytes:
    """A head as the content of its file."""
    file = io.BytesIO()
    np.save(file, head)
    return file.getvalue()


def principal_head(token_vectors: "Iterable[Vectors]") -> Vectors:
    """The first principal components of token vectors, each (tokens, dimension)."""
    vectors = np.concatenate(list(token_vectors)).astype(np.float64)
    _, components = np.linalg.eigh(vectors.T @ vectors)
    return np.asarray(components[:, ::-1][:, :COMPONENTS], np.float32)


def sample_texts() -> list[str]:
    """What principal components are taken over: the starter library's titles and findings."""
    lines = (files("corpus") / "data" / "starter.jsonl").read_text("utf-8").splitlines()
    records = (json.loads(line) for line in lines)
    return [f"{record['title']}. {record['finding']}" for record in records]
