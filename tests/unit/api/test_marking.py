"""Marking the best sentence loses and adds nothing, whatever the text and the sentence."""

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from api.routes.rendering import marked
from search.types import ScoredPassage, Standing
from tests.builders import passage, report

NOWHERE = Standing(None, None)


@given(st.text(), st.data())
def test_marking_keeps_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    hit = ScoredPassage(
        passage("p", "a", text), report("a"), 1, 0.0, ((start, end),), NOWHERE, NOWHERE
    )
    before, rest = str(marked(hit)).split("<mark>")
    sentence, after = rest.split("</mark>")
    assert (before, sentence, after) == (
        escape(text[:start]),
        escape(text[start:end]),
        escape(text[end:]),
    )
