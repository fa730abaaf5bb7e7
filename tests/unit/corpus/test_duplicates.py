import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.duplicates import group_duplicates

LONG = "the quick brown fox jumps over the lazy dog near the river bank in the early morning light"


def test_identical_texts_are_one_group_whatever_case_and_space() -> None:
    assert group_duplicates(["It helped.", "other words here", "IT  helped"]) == [0, 1, 0]


def _with(word: str) -> str:
    words = [f"word{number}" for number in range(120)]
    return " ".join([*words[:60], word, *words[61:]])


def test_a_small_word_more_in_a_long_text_is_near() -> None:
    assert group_duplicates([_with("the"), _with("a"), LONG]) == [0, 0, 2]


@pytest.mark.parametrize(
    ("one", "other"), [("raised", "lowered"), ("was", "not"), ("0.2", "-0.2"), ("<", ">")]
)
def test_a_finding_never_hides_its_opposite(one: str, other: str) -> None:
    assert group_duplicates([_with(one), _with(other)]) == [0, 1]
    assert group_duplicates([f"Effect {one} here.", f"Effect {other} here."]) == [0, 1]


def test_short_texts_are_grouped_only_when_identical() -> None:
    assert group_duplicates(["one two three four five six", "one two three four five seven"]) == [
        0,
        1,
    ]


def test_unrelated_texts_stay_apart() -> None:
    rng = random.Random(3)
    texts = [" ".join(rng.choices("abcdefghijklmnop", k=60)) for _ in range(50)]
    assert group_duplicates(texts) == list(range(50))


@given(st.lists(st.sampled_from(["a b c", "A b C", LONG, LONG.upper(), "x"]), max_size=12))
def test_a_group_is_named_by_its_first(texts: list[str]) -> None:
    groups = group_duplicates(texts)
    assert all(group <= place and groups[group] == group for place, group in enumerate(groups))
