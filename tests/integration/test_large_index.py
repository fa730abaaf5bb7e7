"""The dense half of a large index: lists, the recall they state, filters, damage."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from search.errors import IndexUnusable
from search.index.dense import LISTS, VECTORS_NAME, DenseHalf, open_dense
from search.index.dense_writing import write_dense
from search.index.manifest import DenseInfo
from search.index.types import Allowed


@dataclass(frozen=True)
class _Large:
    """Vectors whole and in lists, and the folder of the lists."""

    exact: DenseHalf
    lists: DenseHalf
    vectors: np.ndarray
    folder: Path
    of: np.ndarray  # the cluster of each vector


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> _Large:
    return _made(tmp_path_factory.mktemp("large"), spread=0.7)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> _Large:
    """Clusters that have little in common, as centres' subjects."""
    return _made(tmp_path_factory.mktemp("apart"), spread=0.4)


def _made(place: Path, spread: float) -> _Large:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(60, 32))
    of = rng.integers(0, 60, 6_000)
    vectors = centres[of] + spread * rng.normal(size=(6_000, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    halves = []
    for name, flat_up_to in (("flat", 10_000), ("lists", 1_000)):
        folder = place / name
        folder.mkdir()
        info = write_dense(np.array_split(vectors, 7), folder, flat_up_to=flat_up_to)
        halves.append(open_dense(folder, info, dimension=32, ranked=len(vectors)))
    return _Large(halves[0], halves[1], vectors, place / "lists", of)


def test_a_large_index_is_approximate_with_the_recall_it_states(large: _Large) -> None:
    exact, lists, vectors = large.exact, large.lists, large.vectors
    found = 0
    for query in vectors[1::60]:
        want = set(exact.search(query, 100).ordinals.tolist())
        found += len(want & set(lists.search(query, 100).ordinals.tolist()))
    assert found / (100 * len(vectors[1::60])) > 0.97


def test_a_large_index_answers_a_selective_filter_exactly(large: _Large) -> None:
    exact, lists, vectors = large.exact, large.lists, large.vectors
    mask = np.zeros(len(vectors), np.bool_)
    mask[::600] = True
    allowed = Allowed(mask, np.array([0]))
    got = lists.search(vectors[0], 100, allowed)
    assert sorted(got.ordinals.tolist()) == np.flatnonzero(mask).tolist()
    assert np.array_equal(got.ordinals, exact.search(vectors[0], 100, allowed).ordinals)


def test_a_large_index_answers_a_wide_filter_as_well_as_no_filter(
    large: _Large, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.index.dense.EXACT_UP_TO", 100)
    exact, lists, vectors = large.exact, large.lists, large.vectors
    draw = np.random.default_rng(5)
    for share in (0.05, 0.5):
        allowed = Allowed(draw.random(len(vectors)) < share, np.array([0]))
        found = 0
        for query in vectors[1::60]:
            want = exact.search(query, 100, allowed).ordinals
            got = lists.search(query, 100, allowed).ordinals
            assert allowed.mask[got].all()
            found += len(np.intersect1d(want, got))
        assert found / (100 * len(vectors[1::60])) > 0.97


@pytest.mark.parametrize("clusters", [3, 12, 30])
def test_a_large_index_answers_a_filter_that_leaves_what_is_far(
    apart: _Large, monkeypatch: pytest.MonkeyPatch, clusters: int
) -> None:
    monkeypatch.setattr("search.index.dense.EXACT_UP_TO", 100)
    exact, lists = apart.exact, apart.lists
    allowed = Allowed(apart.of < clusters, np.array([0]))
    asked = apart.vectors[apart.of >= clusters][::40]  # as a centre's reports to another's question
    recall = [
        len(
            np.intersect1d(
                exact.search(query, 100, allowed).ordinals,
                lists.search(query, 100, allowed).ordinals,
            )
        )
        / 100
        for query in asked
    ]
    assert np.mean(recall) > 0.97


def test_a_large_index_gives_true_cosines(large: _Large) -> None:
    exact, lists, vectors = large.exact, large.lists, large.vectors
    rows = np.array([5, 1, 5_999])
    assert np.array_equal(lists.vectors(rows), vectors[rows])
    found = lists.search(vectors[7], 50)
    assert np.allclose(found.scores, vectors[found.ordinals] @ vectors[7], atol=1e-6)
    assert np.all(np.diff(found.scores) <= 0)
    assert np.allclose(found.scores[:5], exact.search(vectors[7], 5).scores, atol=1e-6)


def test_a_large_index_without_its_vectors_is_refused(large: _Large, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(large.folder, tmp_path / "lists"))
    info = DenseInfo(kind=LISTS, recall=1.0, lists=16, probes=4)
    (folder / VECTORS_NAME).write_bytes(b"\0" * 128)
    with pytest.raises(IndexUnusable, match="6000"):
        open_dense(folder, info, dimension=32, ranked=6_000)
    (folder / VECTORS_NAME).unlink()
    with pytest.raises(IndexUnusable) as caught:
        open_dense(folder, info, dimension=32, ranked=6_000)
    assert "--rebuild" in (caught.value.cure or "")
