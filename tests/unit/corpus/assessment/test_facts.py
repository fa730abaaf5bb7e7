"""Quoted figures, on pages made here."""

import pytest

from corpus.assessment.facts import MOST, find_facts
from corpus.findings import FactKind
from corpus.types import Block, BlockKind, Page


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
        ("We conducted 12 telephone interviews over the summer.", FactKind.SAMPLE_SIZE),
        ("Eight focus groups were held with carers in three towns.", FactKind.SAMPLE_SIZE),
        ("The review included 46 relevant studies of mentoring.", FactKind.SAMPLE_SIZE),
        ("The odds ratio of offending again was 0.71 for the young men.", FactKind.EFFECT_SIZE),
        ("The programme reduced absence by 2.5 percentage points.", FactKind.EFFECT_SIZE),
        ("The treatment costs about £21,400 per QALY gained.", FactKind.UNIT_COST),
        ("The benefit-cost ratio of the scheme was put at 2.3.", FactKind.BENEFIT_COST),
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


@pytest.mark.parametrize(
    "sentence",
    [
        "Two thirds of the respondents were women (n = 151) this time.",
        "The charity has just recruited 2 young people to help with events.",
        "Schools spend £1 on books for every pound spent on transport here.",
        "Effect sizes are explained in an article that came out in 2020.",
        "Families may take a bag of food for a gift of £3.50 per household.",
        "The gap between girls and boys is 15 percentage points in reading.",
        "We identified three case studies to look at in greater depth.",
    ],
)
def test_a_figure_of_another_sort_is_not(sentence: str) -> None:
    assert not find_facts([_page(sentence)])


@pytest.mark.parametrize(
    "kind", [BlockKind.REFERENCES, BlockKind.CONTENTS, BlockKind.FOOTNOTE, BlockKind.TABLE]
)
def test_only_the_running_text_counts(kind: BlockKind) -> None:
    assert not find_facts([_page("In all, 1,511 families took part in the study.", kind=kind)])


def test_results_come_first() -> None:
    early = [f"The effect size was 0.{n} in the schools that were followed." for n in range(1, 7)]
    text = "Summary of findings\n\nThe effect size was 0.99 over all the schools in the study."
    summary = Page(
        2,
        None,
        text,
        (Block(0, 19, BlockKind.HEADING, 1), Block(21, len(text), BlockKind.PARAGRAPH)),
    )
    facts = find_facts([_page(*early), summary])
    assert facts[0].quotation.text == text[21:]
    assert facts[0].quotation.page == 2
    assert len(facts) == MOST


def test_a_sentence_said_twice_is_quoted_once() -> None:
    sentence = "The programme costs about £35 per pupil in its first year."
    assert len(find_facts([_page(sentence, "That is little.", sentence)])) == 1
