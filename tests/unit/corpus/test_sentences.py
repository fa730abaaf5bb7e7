import time

import pytest

from corpus.sentences import WINDOW, sentence_spans


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Smith et al. (2019) found it, e.g. in Fig. 3.",
        "See No. 5 and p. 12 of the report, or https://www.gov.uk/a.b?c=d for more.",
        "Dr. Smith and Mr. Jones met.",
        "It rose by 3.5 per cent (Smith, 2019).",
        "The U.S. Department said so.",
        "Figs. 3 and 4 vs. Table 2, and Eq. 4 of vol. 2, hold.",
        "Lessons took approx. 300 pupils avg. 3 hrs. per wk. of tuition.",
        "12. Tutoring helped.",
        "(a) Tutoring helped.",
        "In Jan. 2019 it fell.",
    ],
)
def test_abbreviations_numbers_and_addresses_end_no_sentence(text: str) -> None:
    assert _sentences(text) == [text]
    assert _sentences(f"{text} It was cheap.") == [text, "It was cheap."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It helped. It was cheap.", ["It helped.", "It was cheap."]),
        ("It rose (Smith, 2019). It fell.", ["It rose (Smith, 2019).", "It fell."]),
        ("Did it work? No. It cost £1.5m.", ["Did it work?", "No.", "It cost £1.5m."]),
        ("1. Tutoring. 2. Homework.", ["1. Tutoring.", "2. Homework."]),
        ("  Spaces round it.  ", ["Spaces round it."]),
        ("In fig.\n\n3 of them came.", ["In fig.", "3 of them came."]),
        (" \n ", []),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert _sentences(text) == expected


def test_windows_do_not_show() -> None:
    sentences = [f"This is sentence {number} of many." for number in range(WINDOW // 8)]
    assert _sentences(" ".join(sentences)) == sentences


def test_a_sentence_longer_than_windows_is_one() -> None:
    long = "and on " * WINDOW + "it goes."
    assert _sentences(f"Short one. {long} Last one.") == ["Short one.", long, "Last one."]


@pytest.mark.parametrize("piece", ["x", "\u2018a. ", "\u201cAb c. ", '"A b. ', "x ", "approx. "])
def test_a_million_characters_are_quick(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    start = time.process_time()
    spans = sentence_spans(text)
    assert time.process_time() - start < 20
    assert (spans[0][0], spans[-1][1]) == (0, len(text.rstrip()))
