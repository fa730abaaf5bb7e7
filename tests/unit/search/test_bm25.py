"""BM25 in two parts comes to what tantivy makes of it."""

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from search.index.bm25 import rarity, rounded, sparse, weights
from search.index.lexical import LexicalHalf, open_lexical
from search.index.lexical_writing import LexicalEntry, write_lexical
from search.index.terms import stems
from search.index.types import Allowed

LENGTHS = [1, 2, 7, 23, 24, 39, 40, 41, 43, 57, 58, 100, 119, 120, 250, 999, 3_000]


def test_scores_are_those_of_the_embedded_half(tmp_path: Path) -> None:
    """To one part in 100,000: tantivy adds up in 32 bits."""
    draw = random.Random(0)
    words = [f"term{number}" for number in range(60)]
    texts = [" ".join(draw.choices(words, k=length)) for length in LENGTHS]
    write_lexical((LexicalEntry(0, "", "", text) for text in texts), tmp_path)
    half = open_lexical(tmp_path, ranked=len(texts))
    counts = [Counter(stems(text)) for text in texts]
    pivot = sum(sum(each.values()) for each in counts) / len(counts)
    for question in (words[:1], words[3:9], words[20:50]):
        expected = half.score(" ".join(question), np.arange(len(texts)))
        found = [
            sum(
                weights(each, pivot)[term] * rarity(half.frequency(term), len(texts))
                for term in question
                if term in each
            )
            for each in counts
        ]
        assert found == pytest.approx(expected.tolist(), rel=1e-5)


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> LexicalHalf:
    """A thousand passages of forty reports."""
    draw = random.Random(1)
    words = [f"term{number}" for number in range(60)]
    texts = [" ".join(draw.choices(words, k=draw.randint(1, 80))) for _ in range(1_000)]
    folder = tmp_path_factory.mktemp("half")
    entries = (LexicalEntry(row // 25, "", "", text) for row, text in enumerate(texts))
    write_lexical(entries, folder)
    return open_lexical(folder, ranked=len(texts))


def test_a_passage_found_and_a_passage_given_score_alike(half: LexicalHalf) -> None:
    found = half.search("term1 term2 term3 term4", 1_000)
    given = half.score("term1 term2 term3 term4", found.ordinals)
    assert len(found) > 500
    assert given == pytest.approx(found.scores.tolist(), rel=1e-6)


@pytest.mark.parametrize("rare", [False, True], ids=["among the best", "far down"])
@pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.95])
def test_within_a_filter_the_best_allowed_come(
    half: LexicalHalf,
    share: float,
    rare: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    everything = half.search("term1 term2", 1_000)
    rows = np.arange(40)
    best = np.unique(everything.ordinals[:100] // 25)
    order = np.concatenate([np.setdiff1d(rows, best), best[::-1]]) if rare else rows
    report_rows = np.sort(order[: int(40 * share)])
    allowed = Allowed(np.isin(np.arange(1_000) // 25, report_rows), report_rows)
    right = everything.within(allowed).first(20)
    found = half.search("term1 term2", 20, allowed)
    assert found.scores == pytest.approx(right.scores.tolist(), rel=1e-6)
    assert allowed.mask[found.ordinals].all()


def test_lengths_are_rounded_down_and_short_ones_kept() -> None:
    assert [rounded(length) for length in (0, 1, 39, 40, 41, 42, 57, 59)] == [
        0, 1, 39, 40, 40, 42, 56, 56,
    ]  # fmt: skip


def test_a_sparse_vector_is_written_in_order() -> None:
    assert sparse({7: 0.5, 2: 1.25}, 10) == "{2:1.25,7:0.5}/10"
    assert sparse({}, 10) == "{}/10"
