"""Passages scored by their best sentence."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import IndexUnusable
from search.highlight import best_sentence
from search.index.sentences import (
    SentenceHalf,
    open_sentences,
    pack,
    scored_spans,
    sentences_of,
    write_sentences,
)


def _unit(rows: int, dimension: int, seed: int = 0) -> np.ndarray:
    made = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.integers(0, 9))
def test_the_score_is_that_of_the_nearest_sentence(counts: list[int], seed: int) -> None:
    vectors, query = _unit(sum(counts), 16, seed), _unit(1, 16, seed + 1)[0]
    half = SentenceHalf(pack([vectors[:3], vectors[3:]], counts, 16))
    ends = np.cumsum(counts)
    wanted = [
        float((vectors[end - n : end] @ query).max()) for n, end in zip(counts, ends, strict=True)
    ]
    order = np.random.default_rng(seed).permutation(len(counts))
    assert half.score(query, order) == pytest.approx(np.array(wanted)[order], abs=0.02)


def test_nothing_asked_nothing_scored() -> None:
    half = SentenceHalf(pack([_unit(2, 8)], [1, 1], 8))
    assert half.score(_unit(1, 8)[0], np.empty(0, np.int64)).shape == (0,)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    vectors = _unit(4, 8)
    write_sentences(pack([vectors], [1, 3], 8), tmp_path)
    half = open_sentences(tmp_path, dimension=8, ranked=2)
    assert half.score(vectors[3], np.array([1]))[0] == pytest.approx(1, abs=0.02)
    for dimension, ranked in ((9, 2), (8, 3)):
        with pytest.raises(IndexUnusable):
            open_sentences(tmp_path, dimension=dimension, ranked=ranked)


def test_short_sentences_say_nothing_by_themselves() -> None:
    text = "Yes. Mentoring cut crime among young people by a fifth. No."
    assert sentences_of(text) == ["Mentoring cut crime among young people by a fifth."]
    assert sentences_of("Yes. No.") == ["Yes. No."]


def test_each_sentence_of_a_passage_has_its_own_score() -> None:
    vectors = _unit(4, 8)
    half = SentenceHalf(pack([vectors], [1, 3], 8))
    assert half.score_each(vectors[2], 1) == pytest.approx(vectors[1:] @ vectors[2], abs=0.02)
    assert half.score_each(vectors[2], 0).shape == (1,)


def test_where_no_word_is_shared_the_nearest_sentence_is_marked() -> None:
    text = "Outcome: violence among teenagers. Mentoring cut crime by a fifth. Yes. It cost little."
    spans = scored_spans(text)
    assert [text[start:end] for start, end in spans][1:] == ["Mentoring cut crime by a fifth."]
    best = best_sentence(text, {"zebra": 1.0}, lambda: np.array([0.9, 0.1], np.float32))
    assert text[slice(*best)] == "Mentoring cut crime by a fifth."
    assert best_sentence("Yes. No.", {"zebra": 1.0}, lambda: np.ones(1, np.float32)) == (0, 8)
