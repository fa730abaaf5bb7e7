"""The sentence of a passage that answers, and the one that tells of an effect."""

import numpy as np
import pytest

from search.highlight import Span, best_sentence, finding_run, finding_sentence
from search.index.types import Scores

NOTED = "Lighting cut crime by 21%.\n\nNote: See lighting elsewhere. Lighting was read in a blog."


def _far(spans: list[Span]) -> Scores:
    return np.zeros(len(spans), np.float32)


def test_a_note_of_where_it_was_read_is_never_the_answer() -> None:
    start, end = best_sentence(NOTED, {"light": 1.0}, _far)
    assert NOTED[start:end] == "Lighting cut crime by 21%."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "It aims to reduce conflict. Parents reported fewer rows.",
            "Parents reported fewer rows.",
        ),
        ("Most went to higher education anyway. It raised confidence.", "It raised confidence."),
        ("It met weekly. Earnings were higher.", "Earnings were higher."),
        ("It met weekly. Nothing more is known.", "It met weekly."),
        ("It met weekly.\n\nNote: The reduction was read elsewhere.", "It met weekly."),
    ],
)
def test_a_verdict_is_quoted_by_what_was_found(text: str, told: str) -> None:
    start, end = finding_sentence(text, (0, text.index(".") + 1))
    assert text[start:end] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "It met weekly. It had no effect on violence. It did cut crime by 11%. It may cost.",
            "It had no effect on violence. It did cut crime by 11%.",
        ),
        (
            "Boys gained two months. Girls had lower marks. It met weekly. It raised confidence.",
            "Boys gained two months. Girls had lower marks.",
        ),
        ("Boys gained two months.\n\nGirls had lower marks.", "Boys gained two months."),
        ("It met weekly. Nothing more is known.", "It met weekly."),
    ],
)
def test_a_mixed_verdict_is_quoted_by_all_that_was_found_in_a_row(text: str, told: str) -> None:
    start, end = finding_run(text, (0, text.index(".") + 1))
    assert text[start:end] == told


def test_what_was_found_before_the_best_sentence_is_quoted_with_it() -> None:
    text = "It met weekly. Boys gained two months. Girls had lower marks."
    start, end = finding_run(text, (text.index("Girls"), len(text)))
    assert text[start:end] == "Boys gained two months. Girls had lower marks."
