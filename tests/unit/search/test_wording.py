"""Questions without what nobody sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.wording import readable


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  class size  ", "class size"),
        ("class\nsize\tcost", "class size cost"),
        ("a\x00b\x1b[31mc\x9b", "a b [31mc"),
        ("abc\u202egnp.exe\u2066\u200f", "abcgnp.exe"),
        ("co\u00adopera\u200btive\ufeff", "cooperative"),
        ("a\ud800b", "a b"),
        ("mi\u200cravam 👩\u200d👧 tŷ bach é", "mi\u200cravam 👩\u200d👧 tŷ bach é"),
        ("\u202e\u200b \x00", ""),
    ],
)
def test_what_nobody_sees_goes(typed: str, shown: str) -> None:
    assert readable(typed) == shown


@given(st.text())
def test_it_is_done_once_and_for_all(typed: str) -> None:
    shown = readable(typed)
    assert readable(shown) == shown
    assert len(shown) <= len(typed)
    shown.encode()
