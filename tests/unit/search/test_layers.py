"""Vectors that came since the others were arranged, and those that went."""

from pathlib import Path

import numpy as np
import pytest

from search.encoder.types import Vectors
from search.index.dense import DenseHalf, open_dense
from search.index.dense_writing import write_dense
from search.index.layers import LayeredDense, place_vectors
from search.index.types import Allowed

DIMENSION = 16
BUILT, KEPT, CAME = 2_000, 1_700, 90


def _half(vectors: Vectors, folder: Path, flat_up_to: int) -> DenseHalf:
    folder.mkdir()
    info = write_dense([vectors], folder, flat_up_to=flat_up_to)
    return open_dense(folder, info, dimension=DIMENSION, ranked=len(vectors))


@pytest.fixture(scope="module", params=["flat", "lists"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[LayeredDense, DenseHalf, Vectors]:
    """Layers, the same vectors in one, and these vectors; ordinals are in no order of the rows."""
    folder = tmp_path_factory.mktemp("layers")
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=(BUILT + CAME, DIMENSION)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    sources = rng.permutation(np.r_[rng.choice(BUILT, KEPT, replace=False), BUILT : BUILT + CAME])
    rows = np.full(BUILT, -1)
    for ordinal, source in enumerate(sources):
        if source < BUILT:
            rows[source] = ordinal
    vectors = drawn[sources]
    lists = 10 if request.param == "lists" else BUILT
    layered = LayeredDense(
        _half(drawn[:BUILT], folder / "built", lists),
        rows,
        _half(vectors[sources >= BUILT], folder / "recent", BUILT),
        dimension=DIMENSION,
    )
    return layered, _half(vectors, folder / "one", BUILT), vectors


def test_layers_find_what_one_finds(both: tuple[LayeredDense, DenseHalf, Vectors]) -> None:
    layered, one, vectors = both
    assert len(layered) == len(one) == KEPT + CAME
    overlap = []
    for query in vectors[::50]:
        found, wanted = layered.search(query, 20), one.search(query, 20)
        assert len(found) == 20
        assert found.scores[0] == pytest.approx(1, abs=1e-5)
        assert np.allclose(vectors[found.ordinals] @ query, found.scores, atol=1e-5)
        overlap.append(len(np.intersect1d(found.ordinals, wanted.ordinals)) / 20)
    assert np.mean(overlap) > 0.97


def test_a_filter_is_answered_exactly(both: tuple[LayeredDense, DenseHalf, Vectors]) -> None:
    layered, one, vectors = both
    mask = np.zeros(len(one), np.bool_)
    mask[::7] = True
    allowed = Allowed(mask, np.array([0]))
    for query in vectors[::100]:
        found, wanted = (each.search(query, 20, allowed) for each in (layered, one))
        assert found.ordinals.tolist() == wanted.ordinals.tolist()


def test_vectors_and_scores_are_those_of_the_passages(
    both: tuple[LayeredDense, DenseHalf, Vectors],
) -> None:
    layered, _, vectors = both
    for ordinals in (np.arange(len(vectors))[::-1], np.array([3]), np.array([], np.int64)):
        assert np.allclose(layered.vectors(ordinals), vectors[ordinals], atol=1e-6)
        expected = vectors[ordinals] @ vectors[5]
        assert np.allclose(layered.score(vectors[5], ordinals), expected, atol=1e-5)


def test_a_vector_is_known_by_its_key() -> None:
    keys = np.array([9, 4, 7, 2**63 + 1], np.uint64)
    built = np.array([7, 8, 2**63 + 1, 9, 1], np.uint64)
    assert place_vectors(keys, built).tolist() == [2, -1, 3, 0, -1]
    assert place_vectors(keys[:0], built).tolist() == [-1] * 5
