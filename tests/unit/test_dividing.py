"""Reports fall into parts by the library alone, and one report more touches few of them."""

from hypothesis import given
from hypothesis import strategies as st

from indexer.dividing import divide

SIZES = st.dictionaries(
    st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=6),
    st.integers(0, 60),
    max_size=80,
)


@given(SIZES)
def test_every_report_is_in_one_part_and_no_part_is_too_large(sizes: dict[str, int]) -> None:
    parts = divide(sizes, 100)
    assert sorted(name for part in parts for name in part) == sorted(sizes)
    assert all(sum(sizes[name] for name in part) <= 100 for part in parts)
    assert all(part == sorted(part) for part in parts)
    assert divide(dict(reversed(sizes.items())), 100) == parts


def test_a_part_falls_in_two_by_itself() -> None:
    sizes = {f"report-{number}": 10 for number in range(400)}
    before = {tuple(part) for part in divide(sizes, 100)}
    for more in range(50):
        sizes[f"new-{more}"] = 10
        after = {tuple(part) for part in divide(sizes, 100)}
        assert len(after - before) <= 4  # one part written anew, or what it fell into
        before = after


def test_there_is_a_part_even_of_nothing() -> None:
    assert divide({}, 100) == [[]]
    assert divide({"large": 1_000}, 100) == [["large"]]
