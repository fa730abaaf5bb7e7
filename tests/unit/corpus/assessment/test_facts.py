"""Quoted figures, on pages made here."""

import pytest

from corpus.assessment.facts import MOST, find_facts
from corpus.types import Block, BlockKind, FactKind, Page


def _page(*sentences: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Page:
    text = " ".join(sentences)
    return Page(1, None, text, (Block(0, len(text), kind),))


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("In all, 1,511 families took part in the study over two years.", FactKind.SAMPLE_SIZE),
        ("The effect size was 0.16 for the children in the programme.", FactKind.EFFECT_SIZE),
        ("Pupils made 3 additional months' progress in reading.", FactKind.EFFECT_SIZE),
        ("The programme costs about £35 per pupil in its first year.", FactKind.UNIT_COST),
        ("Every £1 spent returned £3.50 in savings to the NHS.", FactKind.BENEFIT_COST),
    ],
)
def test_a_figure_is_quoted(sentence: str, kind: FactKind) -> None:
    page = _page("Nothing is counted in this first sentence.", sentence)
    (fact,) = find_facts([page])
    assert (fact.kind, fact.quotation.text) == (kind, sentence)


def test_what_it_cites_comes_after_what_it_found() -> None:
    cited = "The effect size was 0.9 in an earlier trial (Jones, 2011)."
    own = [f"The effect size was 0.{n} in the schools that were followed." for n in range(1, 7)]
    facts = find_facts([_page(cited, *own)])
    assert [fact.quotation.text for fact in facts] == own[:MOST]
