import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.fusion import FusionRules, fuse, standardise

EVEN = FusionRules(dense_weight=0.5)
ALL_DENSE = FusionRules(dense_weight=1.0, sentence_weight=0.0)
ALL_LEXICAL = FusionRules(dense_weight=0.0, sentence_weight=0.0)
scores = st.lists(st.floats(-50, 50, width=32), min_size=2, max_size=30)


def test_standardised_scores_have_mean_nought_and_spread_one() -> None:
    values = standardise(np.array([1, 2, 3, 10], np.float32))
    assert abs(values.mean()) < 1e-6
    assert abs(values.std() - 1) < 1e-6


def test_scores_that_do_not_differ_have_no_say() -> None:
    assert standardise(np.full(4, 7, np.float32)).tolist() == [0, 0, 0, 0]
    assert standardise(np.array([], np.float32)).tolist() == []


@given(scores)
def test_fusing_is_symmetric_at_equal_weights(values: list[float]) -> None:
    one = np.array(values, np.float32)
    other = one[::-1].copy()
    assert np.allclose(fuse(one, other, one, EVEN), fuse(other, one, one, EVEN))


@given(scores)
def test_better_in_both_halves_is_better_fused(values: list[float]) -> None:
    both = np.sort(np.array(values, np.float32))
    fused = fuse(both, both * 2 + 1, both, FusionRules(dense_weight=0.3))
    assert np.all(np.diff(fused) >= -1e-4)


def test_all_weight_on_one_half_leaves_its_order() -> None:
    dense = np.array([0.9, 0.1, 0.5], np.float32)
    lexical = np.array([0.0, 9.0, 4.0], np.float32)
    assert np.argsort(-fuse(dense, lexical, lexical, ALL_DENSE)).tolist() == [0, 2, 1]
    assert np.argsort(-fuse(dense, lexical, dense, ALL_LEXICAL)).tolist() == [1, 2, 0]


def test_a_near_sentence_lifts_a_candidate() -> None:
    level = np.array([0.5, 0.5, 0.5], np.float32)
    fused = fuse(level, level, np.array([0.1, 0.9, 0.1], np.float32), EVEN)
    assert int(np.argmax(fused)) == 1
