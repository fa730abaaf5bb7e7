import pytest

from search.encoder.text import encodable


def test_lone_surrogates_are_replaced() -> None:
    assert encodable("a \ud800 b") == "a ? b"


@pytest.mark.parametrize("text", ["", "naïve", "教育", "\x00", "🙂"])
def test_everything_else_stays(text: str) -> None:
    assert encodable(text) == text
