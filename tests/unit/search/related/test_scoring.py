"""How near two studies are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.related.scoring import centred, closest, nearness, thinned


def test_nearness_is_the_same_both_ways() -> None:
    cosines = np.array([[0.9, 0.1, 0.2], [0.3, 0.5, 0.4]], np.float32)
    assert nearness(cosines) == pytest.approx(nearness(cosines.T))
    assert nearness(cosines) == pytest.approx(((0.9 + 0.5) / 2 + (0.9 + 0.5 + 0.4) / 3) / 2)


def test_a_study_is_nearest_to_itself() -> None:
    vectors = np.eye(4, dtype=np.float32)
    assert nearness(vectors @ vectors.T) == 1.0


def test_the_closest_pairs_use_each_passage_once() -> None:
    cosines = np.array([[0.9, 0.8], [0.85, 0.1], [0.2, 0.3]], np.float32)
    assert closest(cosines, 3) == [(0, 0), (2, 1)]
    assert closest(cosines, 1) == [(0, 0)]


def test_what_all_have_in_common_is_taken_away() -> None:
    common = np.array([0.8, 0, 0], np.float32)
    vectors = np.array([[0.8, 0.6, 0], [0.8, 0, 0.6], [0.8, 0, 0]], np.float32)
    made = centred(vectors, common)
    assert made[0] @ made[1] == pytest.approx(0)
    assert np.isfinite(made).all()


@given(st.integers(0, 500), st.integers(1, 100))
def test_thinning_keeps_both_ends_in_order(count: int, most: int) -> None:
    places = thinned(count, most)
    assert len(places) <= most
    assert list(places) == sorted(set(places))
    if count <= most:
        assert list(places) == list(range(count))
    elif most > 1:
        assert (places[0], places[-1]) == (0, count - 1)
