"""How many lists of vectors are gone through at least."""

from pathlib import Path

import numpy as np
import pytest

from search.index.dense_writing import fewest_probes, made_questions, write_dense


@pytest.mark.parametrize(
    ("lists", "fewest"), [(1, 1), (12, 12), (13, 13), (183, 48), (632, 88), (2_000, 157)]
)
def test_never_fewer_than_peoples_questions_need(lists: int, fewest: int) -> None:
    assert fewest_probes(lists, 1_000_000, 1) == fewest


@pytest.mark.parametrize(
    ("lists", "passages", "fewest"),
    [(447, 50_001, 447), (489, 60_000, 408), (649, 105_483, 308), (2_000, 1_000_000, 157)],
)
def test_no_fewer_passages_than_are_all_compared_in_a_small_library(
    lists: int, passages: int, fewest: int
) -> None:
    assert fewest_probes(lists, passages, 50_000) == fewest


def test_vectors_in_tight_clusters_are_not_tuned_to_few_lists(tmp_path: Path) -> None:
    """A made question finds its nearest in one cluster: by itself it would do with one or two."""
    draw = np.random.default_rng(0)
    middles = draw.normal(size=(100, 32))
    vectors = np.repeat(middles, 30, axis=0) + 0.05 * draw.normal(size=(3_000, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    assert len(made_questions(vectors)) == 200
    info = write_dense([vectors], tmp_path, flat_up_to=1_000)
    assert info.probes >= fewest_probes(info.lists, 3_000, 1_000)
