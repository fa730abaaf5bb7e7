"""What keeps tests of devices short, where the processor stands in for a card."""

import pytest

from search.encoder import parity


def spare(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few rows at once as need no looking for, and a sixth of the words to be checked by.

    All of them are gone through in `test_it_says_what_the_processors_encoder_says`.
    """
    short = [text for text in parity.parity_texts() if len(text.split()) < 30]
    monkeypatch.setattr(parity, "parity_texts", lambda: short)
    monkeypatch.setattr("search.encoder.accelerated.quickest", lambda _: 4)
