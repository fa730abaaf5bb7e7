import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.fusion import FusionRules, fuse, refine, standardise

EVEN = FusionRules(dense_weight=0.5)
ALL_DENSE = FusionRules(dense_weight=1.0)
ALL_LEXICAL = FusionRules(dense_weight=0.0)
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
    assert np.allclose(fuse(one, other, EVEN), fuse(other, one, EVEN))


@given(scores)
def test_better_in_both_halves_is_better_fused(values: list[float]) -> None:
    both = np.sort(np.array(values, np.float32))
    fused = fuse(both, both * 2 + 1, FusionRules(dense_weight=0.3))
    assert np.all(np.diff(fused) >= -1e-4)


def test_all_weight_on_one_half_leaves_its_order() -> None:
    dense = np.array([0.9, 0.1, 0.5], np.float32)
    lexical = np.array([0.0, 9.0, 4.0], np.float32)
    assert np.argsort(-fuse(dense, lexical, ALL_DENSE)).tolist() == [0, 2, 1]
    assert np.argsort(-fuse(dense, lexical, ALL_LEXICAL)).tolist() == [1, 2, 0]


def test_near_tokens_lift_a_candidate_that_was_compared_and_no_other() -> None:
    fused = np.array([3.0, 2.0, 1.0, 0.9, -4.0], np.float32)
    refined = refine(fused, np.array([0.1, 0.2, 0.9], np.float32), 3.0)
    assert int(np.argmax(refined)) == 2
    assert np.argsort(-refined).tolist()[3:] == [3, 4]
    assert np.diff(refined[3:]) == pytest.approx(np.diff(fused[3:]))
    assert refine(fused, np.array([], np.float32), 1.0).tolist() == fused.tolist()


@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=30), st.integers(1, 30))
def test_what_was_not_compared_stays_below_in_its_order(values: list[float], compared: int) -> None:
    fused = np.sort(np.array(values, np.float32))[::-1]
    refined = refine(fused, np.sin(fused[:compared]), 2.5)
    assert len(refined) == len(fused)
    assert np.all(refined[:compared, None] > refined[None, compared:])
    assert np.all(np.diff(refined[compared:]) <= 0)


def test_tokens_of_long_questions_weigh_less() -> None:
    rules = FusionRules(token_weight=2.0, many_tokens=10)
    assert [rules.weight_of(tokens) for tokens in (0, 5, 10, 20)] == [2.0, 2.0, 2.0, 0.5]
