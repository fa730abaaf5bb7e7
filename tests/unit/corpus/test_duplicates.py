import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.duplicates import group_duplicates

LONG = "the quick brown fox jumps over the lazy dog near the river bank in the early morning light"


def _with(*words: str) -> str:
    padding = [f"{letter}padding" for letter in "abcdefghijklmnopqrstuvwxyz" * 3]
    return " ".join([*padding, *words, *padding])


def _same(one: str, other: str) -> bool:
    return group_duplicates([one, other]) == [0, 0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It helped.", "IT  helped"),
        ("A well-known effect of \u22120.2.", "a well known effect of -0.2"),
        (_with("the"), _with("a")),
        (_with("policy"), _with("policy,", "and")),
    ],
)
def test_case_space_punctuation_and_empty_words_do_not_count(one: str, other: str) -> None:
    assert _same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("raised", "lowered"),
        ("was", "was not"),
        ("tutoring beat mentoring", "mentoring beat tutoring"),
        ("rose to 5%", "rose by 5%"),
        ("from 5 to 9", "to 5 from 9"),
        ("0.2", "-0.2"),
        ("0.2", "\u2013 0.2"),
        ("1.5", "15"),
        ("1.500", "1,500"),
        ("<", ">"),
        ("0.2*", "0.2"),
        ("worked.", "worked?"),
    ],
)
def test_a_finding_never_hides_another(one: str, other: str) -> None:
    assert not _same(_with(*one.split()), _with(*other.split()))
    assert not _same(f"Effect {one} here.", f"Effect {other} here.")


def test_every_word_of_a_short_text_counts() -> None:
    assert not _same("It was the cause of it.", "It was a cause of it.")


def test_texts_without_words_are_the_same_only_when_identical() -> None:
    assert group_duplicates(["\u2022 \u2022", "\u2026", "\u2022  \u2022"]) == [0, 1, 0]


def test_unrelated_texts_stay_apart() -> None:
    rng = random.Random(3)
    texts = [" ".join(rng.choices("bcdefghijklmnop", k=60)) for _ in range(50)]
    assert group_duplicates(texts) == list(range(50))


texts_ = st.lists(st.sampled_from(["a b c", "A b C", LONG, LONG.upper(), "x"]), max_size=12)


@given(texts_)
def test_a_group_is_named_by_its_first(texts: list[str]) -> None:
    groups = group_duplicates(texts)
    assert all(group <= place and groups[group] == group for place, group in enumerate(groups))


@given(texts_, st.randoms())
def test_groups_do_not_depend_on_order(texts: list[str], rng: random.Random) -> None:
    order = list(range(len(texts)))
    rng.shuffle(order)
    one = group_duplicates(texts)
    other = dict(zip(order, group_duplicates([texts[place] for place in order]), strict=True))
    for a in order:
        for b in order:
            assert (one[a] == one[b]) == (other[a] == other[b])
