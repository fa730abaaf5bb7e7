"""How likely a passage answers, from what retrieval saw."""

from hypothesis import given
from hypothesis import strategies as st

from search.confidence import MODEL, Signals

share = st.floats(0, 1)


@given(share, share, share)
def test_it_is_a_chance(cosine: float, lead: float, unnamed: float) -> None:
    assert 0 < MODEL.probability(Signals(cosine, lead, unnamed)) < 1


def test_each_signal_speaks_its_way() -> None:
    middle = MODEL.probability(Signals(0.5, 0.2, 0.5))
    assert MODEL.probability(Signals(0.6, 0.2, 0.5)) > middle
    assert MODEL.probability(Signals(0.5, 0.3, 0.5)) > middle
    assert MODEL.probability(Signals(0.5, 0.2, 1.0)) < middle
