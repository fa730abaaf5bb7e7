"""Paired tests: what they find, and what they do not."""

import numpy as np
import pytest

from search.errors import SearchError
from search.evaluation.significance import compare


def _values(size: int, shift: float, seed: int) -> tuple[dict[str, float], dict[str, float]]:
    rng = np.random.default_rng(seed)
    second = rng.random(size)
    first = second + rng.normal(shift, 0.1, size)
    names = [f"q{n}" for n in range(size)]
    return dict(zip(names, first.tolist(), strict=True)), dict(
        zip(names, second.tolist(), strict=True)
    )


def test_a_real_difference_is_found_by_both() -> None:
    found = compare(*_values(200, 0.05, 1))

    assert found.questions == 200
    assert found.difference > 0
    assert found.t_test_p < 0.001
    assert found.randomisation_p < 0.001


def test_the_tests_agree_where_there_is_little() -> None:
    from scipy import stats  # noqa: PLC0415 - takes seconds

    first, second = _values(60, 0.01, 2)
    found = compare(first, second)

    assert found.t_test_p == pytest.approx(
        stats.ttest_rel(list(first.values()), list(second.values())).pvalue
    )
    assert found.randomisation_p == pytest.approx(found.t_test_p, abs=0.02)


def test_all_sign_changes_of_a_few_questions() -> None:
    first = {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.5}
    found = compare(first, dict.fromkeys(first, 0.1))

    assert found.randomisation_p == pytest.approx(2 / 2**4, abs=0.005)


def test_swapping_the_runs_turns_the_difference_only() -> None:
    first, second = _values(40, 0.02, 3)
    one, other = compare(first, second), compare(second, first)

    assert one.difference == pytest.approx(-other.difference)
    assert one.t_test_p == pytest.approx(other.t_test_p)
    assert one.randomisation_p == other.randomisation_p


def test_equal_runs_do_not_differ() -> None:
    values = {"a": 0.1, "b": 0.7, "c": 0.0}
    found = compare(values, values)

    assert (found.difference, found.t_test_p, found.randomisation_p) == (0.0, 1.0, 1.0)


def test_values_in_another_order_are_paired_by_question() -> None:
    first = {"a": 0.9, "b": 0.1, "c": 0.5}
    backwards = dict(reversed(first.items()))

    assert compare(first, backwards).difference == 0


@pytest.mark.parametrize("second", [{"a": 1.0}, {"a": 1.0, "c": 0.0}])
def test_different_questions_are_refused(second: dict[str, float]) -> None:
    with pytest.raises(SearchError, match="different questions"):
        compare({"a": 1.0, "b": 0.0}, second)


def test_one_question_is_not_enough() -> None:
    with pytest.raises(SearchError, match="at least two"):
        compare({"a": 1.0}, {"a": 0.5})
