"""Late interaction: token vectors kept in few bits, and what passages score by them."""

from pathlib import Path

import numpy as np
import pytest

from search.encoder.types import Tokens, Vectors
from search.errors import IndexUnusable
from search.index.manifest import Counts
from search.index.parts import Places
from search.index.tokens import (
    COUNTS_NAME,
    LEAST_WEIGHT,
    RECORDS_NAME,
    PartedTokens,
    open_tokens,
    pack,
    rarity_of,
    write_tokens,
)

DIMENSION = 64


def _opened(folder: Path, ranked: int) -> PartedTokens:
    places = Places.of([Counts(1, ranked, ranked)])
    return open_tokens([folder], dimension=DIMENSION, places=places)


def _tokens(ids: list[int], seed: int = 0) -> Tokens:
    """Every id has its own direction."""
    vectors = np.stack([_direction(each, seed) for each in ids])
    return Tokens(np.array(ids, np.int32), vectors, np.arange(len(ids), dtype=np.int32) * 10)


def _direction(token: int, seed: int) -> Vectors:
    drawn = np.random.default_rng([token, seed]).normal(size=DIMENSION)
    return np.asarray(drawn / np.linalg.norm(drawn), np.float32)


@pytest.fixture
def half(tmp_path: Path) -> PartedTokens:
    passages = [[1, 2, 3], [1, 4], [1, 5, 6, 7], [1, 2]]
    write_tokens((pack(_tokens(ids)) for ids in passages), tmp_path)
    return _opened(tmp_path, 4)


def test_four_bits_keep_a_direction() -> None:
    tokens = _tokens(list(range(200)))
    records = pack(tokens)
    halves = [records["codes"] & 0xF, records["codes"] >> 4]
    levels = np.concatenate(halves, axis=1).astype(np.float32) - 8
    back = levels * records["scale"].astype(np.float32)[:, None]
    assert records.itemsize == 10 + DIMENSION // 2
    assert records["id"].tolist() == list(range(200))
    assert records["start"].tolist() == tokens.starts.tolist()
    lengths = np.linalg.norm(back, axis=1)
    cosines = (back * tokens.vectors).sum(axis=1) / lengths
    assert cosines.min() > 0.98
    assert np.abs(lengths - 1).max() < 0.06


def test_a_passage_scores_by_its_nearest_tokens_weighed_by_rarity(half: PartedTokens) -> None:
    query = _tokens([1, 2])
    scores = half.score(query, np.array([0, 1, 2, 3]))
    assert scores[0] == pytest.approx(1, abs=0.03)  # has both
    assert scores[3] == pytest.approx(1, abs=0.03)
    assert scores[1] < 0.5  # only the token that all have
    assert half.score(query, np.array([3, 1])).tolist() == scores[[3, 1]].tolist()
    assert half.score(query, np.array([], np.int64)).shape == (0,)


def test_a_token_no_passage_has_weighs_most(half: PartedTokens) -> None:
    for token in (9, 10_000):
        assert half.score(_tokens([2, token]), np.array([0]))[0] < 0.75
    assert half.score(_tokens([1, 9]), np.array([0]))[0] < 0.35  # 1 is everywhere


def test_parts_of_a_passage(half: PartedTokens) -> None:
    scores = half.score_spans(_tokens([6]), 2, [(0, 10), (10, 20), (90, 99)], before=10)
    assert scores.argmax() == 1  # 6 begins at 20, after 10 characters of context
    assert scores[1] > 0.9
    assert scores[2] == -1


def test_rarity_is_never_nothing(tmp_path: Path, half: PartedTokens) -> None:
    assert len(half.score(_tokens([1]), np.array([0]))) == 1
    rarity = rarity_of(np.load(tmp_path / COUNTS_NAME), 4)
    assert rarity.min() >= LEAST_WEIGHT
    assert rarity[2] > rarity[1]


def test_no_passages(tmp_path: Path) -> None:
    write_tokens([], tmp_path)
    assert _opened(tmp_path, 0) is not None


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    write_tokens([pack(_tokens([1, 2]))], tmp_path)
    with pytest.raises(IndexUnusable, match="not those of 2"):
        _opened(tmp_path, 2)
    with (tmp_path / RECORDS_NAME).open("ab") as file:
        file.write(b"x")
    with pytest.raises(IndexUnusable):
        _opened(tmp_path, 1)
    (tmp_path / COUNTS_NAME).unlink()
    with pytest.raises(IndexUnusable, match="cannot be opened"):
        _opened(tmp_path, 1)
