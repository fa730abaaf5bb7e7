"""The dense half's scores."""

from pathlib import Path

import numpy as np
import pytest

from search.encoder.types import Vectors
from search.index.dense import DenseHalf, open_dense
from search.index.dense_writing import write_dense


@pytest.fixture(params=["flat", "lists"])
def half(request: pytest.FixtureRequest, tmp_path: Path, vectors: Vectors) -> DenseHalf:
    flat_up_to = 10_000 if request.param == "flat" else 100
    info = write_dense([vectors], tmp_path, flat_up_to=flat_up_to)
    return open_dense(tmp_path, info, dimension=vectors.shape[1], ranked=len(vectors))


@pytest.fixture
def vectors() -> Vectors:
    made = np.random.default_rng(0).normal(size=(1_500, 32)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def test_scores_are_cosines_in_the_order_asked_for(half: DenseHalf, vectors: Vectors) -> None:
    for ordinals in ([3], [7, 2, 1_499, 0, 2], range(1_500), []):
        wanted = np.array(ordinals, np.int64)
        assert half.score(vectors[5], wanted) == pytest.approx(
            vectors[wanted] @ vectors[5], abs=1e-6
        )


def test_what_is_asked_may_lie_anyhow_in_memory(half: DenseHalf, vectors: Vectors) -> None:
    apart = np.repeat(vectors[5], 2)[::2]
    every_other = np.arange(1_500)[::-2]
    assert not apart.flags.c_contiguous
    found = half.score(apart, every_other)
    assert found == pytest.approx(vectors[every_other] @ vectors[5], abs=1e-6)
