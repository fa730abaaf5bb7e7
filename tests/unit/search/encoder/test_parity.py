"""The parity check passes what agrees and names what does not."""

from collections.abc import Sequence

import numpy as np
import pytest

from search.encoder.parity import MEAN_COSINE, compare, faults, parity_texts
from search.encoder.recipe import ParityFigures
from search.encoder.types import Vectors
from tests.fakes import HashingEncoder


class _Disturbed(HashingEncoder):
    """A hashing encoder whose vectors are turned by noise of a given size."""

    def __init__(self, noise: float) -> None:
        super().__init__()
        self.noise = noise

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        vectors = super().encode_documents(texts)
        turned = vectors + self.noise * np.random.default_rng(3).normal(size=vectors.shape)
        return np.asarray(turned / np.linalg.norm(turned, axis=1, keepdims=True), dtype=np.float32)


def test_the_texts_are_of_many_lengths() -> None:
    lengths = [len(text.split()) for text in parity_texts()]

    assert min(lengths) == 0
    assert max(lengths) > 256
    assert len(set(lengths)) > 15


def test_an_encoder_agrees_with_itself() -> None:
    figures = compare(HashingEncoder(), HashingEncoder())

    assert figures.min_cosine == pytest.approx(1)
    assert figures.neighbours == 1
    assert faults(figures) == []


def test_a_disturbed_encoder_is_refused() -> None:
    figures = compare(_Disturbed(0.2), HashingEncoder())

    assert figures.mean_cosine < MEAN_COSINE
    assert faults(figures)


def test_what_is_not_a_number_is_refused() -> None:
    nothing = float("nan")
    figures = ParityFigures(texts=1, min_cosine=nothing, mean_cosine=nothing, neighbours=1.0)

    assert len(faults(figures)) == 2
