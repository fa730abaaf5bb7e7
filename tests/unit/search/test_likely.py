"""How many lists of a large index a question goes through."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from search.encoder.types import Vectors
from search.index.dense import DenseHalf, open_dense
from search.index.dense_writing import write_dense
from search.index.likely import LikelyLists, _chances
from search.index.tuning import at_least, made_questions

LISTS = 200
#: Vectors of each list.
HELD = np.full(LISTS, 500)


def _unit(made: NDArray[Any]) -> Vectors:
    return np.asarray(made / np.linalg.norm(made, axis=-1, keepdims=True), np.float32)


@pytest.fixture(scope="module")
def middles() -> Vectors:
    """Ten lists of one subject, the others of anything."""
    draw = np.random.default_rng(0)
    made = draw.normal(size=(LISTS, 64))
    made[:10] = made[0] + 0.5 * made[:10]
    return _unit(made)


@pytest.fixture(scope="module")
def likely(middles: Vectors) -> LikelyLists:
    return LikelyLists(middles, 25.0, 1)


def test_cosines_are_those_of_the_middles(likely: LikelyLists, middles: Vectors) -> None:
    apart = np.repeat(middles[3], 2)[::2]  # lies anyhow in memory
    assert likely.cosines(apart) == pytest.approx(middles @ middles[3], abs=1e-6)


def test_a_question_of_a_subject_the_library_has_takes_few_lists_any_other_many(
    likely: LikelyLists, middles: Vectors
) -> None:
    on_it = likely.count(middles[0], HELD, 100)
    off_it = likely.count(_unit(np.random.default_rng(9).normal(size=64)), HELD, 100)
    assert on_it <= 10
    assert off_it > 2 * on_it


def test_more_wanted_or_a_gentler_slope_take_more_lists(middles: Vectors) -> None:
    sharp, gentle = LikelyLists(middles, 40.0, 1), LikelyLists(middles, 10.0, 1)
    for query in _unit(np.random.default_rng(9).normal(size=(20, 64))):
        few = sharp.count(query, HELD, 100)
        assert few < sharp.count(query, HELD, 10_000)
        assert few < gentle.count(query, HELD, 100)


def test_lists_that_hold_nothing_do_not_count(likely: LikelyLists, middles: Vectors) -> None:
    held = np.where(np.arange(LISTS) % 2, 0, 500)
    every = LikelyLists(middles, 25.0, LISTS)
    assert every.count(middles[0], HELD, 10) == LISTS
    assert every.count(middles[0], held, 10) == LISTS // 2
    assert likely.count(middles[0], np.zeros(LISTS, np.int64), 10) == 0


def test_more_than_there_are_take_all_lists_but_the_last_few(
    likely: LikelyLists, middles: Vectors
) -> None:
    assert likely.count(middles[0], HELD, 1_000_000) > 0.85 * LISTS


def test_a_vector_far_above_the_middle_is_less_likely_the_nearer_that_lies() -> None:
    chances = _chances(25.0)
    far, near = (int((s + 1) / 0.01) for s in (0.1, 0.8))
    at, above = (
        (int((t + 0.2) / 0.01) for t in (0.1, 0.2)),
        (int((t + 0.2) / 0.01) for t in (0.8, 0.9)),
    )
    (far_at, far_above), (near_at, near_above) = at, above
    assert chances[far_at, far] == pytest.approx(0.5, abs=0.05)
    assert chances[near_at, near] == pytest.approx(0.5, abs=0.07)
    assert chances[near_above, near] < 0.3 * chances[far_above, far]


@pytest.mark.parametrize(("lists", "fewest"), [(1, 1), (3, 3), (183, 28), (649, 51), (2_000, 90)])
def test_never_fewer_than_twice_the_root(lists: int, fewest: int) -> None:
    assert at_least(lists) == fewest


def _clusters(count: int, spread: float) -> Vectors:
    draw = np.random.default_rng(0)
    middles = draw.normal(size=(count, 32))
    return _unit(
        np.repeat(middles, 6_000 // count, axis=0) + spread * draw.normal(size=(6_000, 32))
    )


@pytest.mark.parametrize("spread", [0.1, 0.5, 1.0])
def test_tuned_by_made_questions_a_question_between_subjects_finds_its_nearest(
    tmp_path: Path, spread: float
) -> None:
    vectors = _clusters(60, spread)
    half = _made(vectors, tmp_path)
    assert half._info.recall > 0.98  # noqa: SLF001 - as the manifest has it
    one, other = made_questions(vectors), _unit(vectors[:6_000:60] + vectors[30::60])
    for asked, least in ((one, 0.98), (other, 0.95)):
        nearest = np.argsort(-(asked @ vectors.T), axis=1)[:, :50]
        found = [half.search(query, 50).ordinals for query in asked]
        shares = [np.isin(near, got).mean() for near, got in zip(nearest, found, strict=True)]
        assert np.mean(shares) > least


def test_vectors_in_no_clusters_have_all_their_lists_gone_through(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    half = _made(_unit(draw.normal(size=(6_000, 256))), tmp_path)
    asked = _unit(draw.normal(size=(10, 256)))
    counts = [half.likely.count(query, half.sizes, 200) for query in asked]
    assert np.median(counts) > 0.9 * len(half.sizes)


def test_lists_made_before_slopes_were_tuned_go_through_as_many_at_least(tmp_path: Path) -> None:
    half = _made(_clusters(60, 1.0), tmp_path)
    asked = made_questions(half.vectors(np.arange(6_000)))
    for probes in (1, 100):
        before = replace(half._info, slope=None, probes=probes)  # noqa: SLF001 - an older manifest's
        older = open_dense(tmp_path, before, dimension=32, ranked=6_000)
        counts = [older.likely.count(query, older.sizes, 50) for query in asked]
        assert probes <= min(counts)
        assert probes == 100 or np.percentile(counts, 90) >= 10
        assert len(older.search(asked[0], 50).ordinals) == 50


@pytest.mark.parametrize("distinct", [1, 50])
def test_lists_that_nothing_is_in_are_not_gone_through(tmp_path: Path, distinct: int) -> None:
    draw = np.random.default_rng(0)
    vectors = np.repeat(_unit(draw.normal(size=(distinct, 32))), 6_000 // distinct, axis=0)
    half = _made(vectors, tmp_path)
    assert 0 in half.sizes
    for query in _unit(draw.normal(size=(20, 32))):
        found = half.search(query, 100)
        assert len(found.ordinals) == 100


def _made(vectors: Vectors, folder: Path) -> DenseHalf:
    info = write_dense([vectors], folder, flat_up_to=1_000)
    return open_dense(folder, info, dimension=vectors.shape[1], ranked=len(vectors))
