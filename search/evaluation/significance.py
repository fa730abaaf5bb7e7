"""Whether two settings differ by more than chance, over the same questions.

Both tests are paired and two-sided: Student's t, and Fisher's randomisation test (Smucker,
Allan and Carterette 2007, "A comparison of statistical significance tests for information
retrieval evaluation"), which assumes nothing of how differences are distributed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.errors import SearchError

RESAMPLES: Final = 100_000
_AT_ONCE: Final = 1_000
_SEED: Final = 20_070_611
LEAST_QUESTIONS: Final = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """The mean of first minus second, and the chance of one as large if they were alike."""

    questions: int
    difference: float
    t_test_p: float
    randomisation_p: float


def compare(first: Mapping[str, float], second: Mapping[str, float]) -> Comparison:
    """Compare one measure's values by question (`Evaluation.by_query[measure]`).

    Raises:
        SearchError: the two are over different questions, or over fewer than two.
    """
    if first.keys() != second.keys():
        raise SearchError(
            f"The runs are over different questions: {len(first.keys() ^ second.keys())} differ.",
            cure="Measure both on the same split.",
        )
    if len(first) < LEAST_QUESTIONS:
        raise SearchError("A paired test needs at least two questions.", cure="Judge more.")
    differences = np.array([first[query] - second[query] for query in first])
    return Comparison(
        questions=len(differences),
        difference=float(differences.mean()),
        t_test_p=_t_test(differences),
        randomisation_p=_randomisation(differences),
    )


def _t_test(differences: NDArray[np.float64]) -> float:
    if np.ptp(differences) == 0:  # no spread: certain of no difference, or of a constant one
        return 0.0 if differences.any() else 1.0
    from scipy import stats  # noqa: PLC0415 - takes seconds, and few evaluations compare

    return float(stats.ttest_1samp(differences, 0.0).pvalue)


def _randomisation(differences: NDArray[np.float64]) -> float:
    """The share of random sign changes whose mean is at least as far from zero.

    Questions without a difference do not move the mean and are left out; the observed signs
    are counted as one of the draws, so the share is never zero.
    """
    moving = differences[differences != 0]
    seen = abs(moving.sum()) * (1 - 1e-12)  # ties of rounded sums count as ties
    rng = np.random.default_rng(_SEED)
    as_far = 0
    for _ in range(RESAMPLES // _AT_ONCE):
        signs = rng.integers(0, 2, size=(_AT_ONCE, len(moving)), dtype=np.int8) * 2 - 1
        as_far += int((np.abs(signs @ moving) >= seen).sum())
    return (as_far + 1) / (RESAMPLES + 1)
