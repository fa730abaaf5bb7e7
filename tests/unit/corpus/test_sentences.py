import time

import pytest

from corpus.sentences import sentence_spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It helped. It was cheap.", ["It helped.", "It was cheap."]),
        ("Smith et al. (2019) found it, e.g. in Fig. 3.", 1),
        ("It cost £1.5 million. Most was for staff.", 2),
        ("  Spaces round it.  ", ["Spaces round it."]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str] | int) -> None:
    found = [text[start:end] for start, end in sentence_spans(text)]
    assert (len(found) if isinstance(expected, int) else found) == expected


def test_a_million_characters_without_a_stop_are_quick() -> None:
    start = time.perf_counter()
    assert sentence_spans("x" * 1_000_000) == [(0, 1_000_000)]
    assert time.perf_counter() - start < 2
