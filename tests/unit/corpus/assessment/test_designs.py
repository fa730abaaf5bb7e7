"""Study designs and quoted figures, on pages made here."""

import pytest

from corpus.assessment.designs import designs_of_words, tag_designs, tag_record
from corpus.assessment.facts import MOST, find_facts
from corpus.types import Block, BlockKind, FactKind, Page, StudyDesign


def _page(*sentences: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Page:
    text = " ".join(sentences)
    return Page(1, None, text, (Block(0, len(text), kind),))


@pytest.mark.parametrize(
    ("sentence", "design"),
    [
        ("We conducted 24 semi-structured interviews with head teachers.", "qualitative"),
        ("Two focus groups were held in Leeds in the spring.", "qualitative"),
        ("This review conducted a systematic search of six databases.", "systematic_review"),
        ("The evaluation was a randomised controlled trial in 80 schools.", "rct"),
        ("The evaluation used a difference-in-differences approach.", "quasi_experiment"),
        ("The study used a before-and-after design in four clinics.", "before_after"),
        ("We carried out a cost-benefit analysis of the scheme.", "economic_evaluation"),
        ("We used a population model to look at demand.", "modelling"),
        ("The recommendations in this guideline are for clinicians.", "guideline"),
    ],
)
def test_a_design_of_its_own_is_tagged(sentence: str, design: str) -> None:
    page = _page("The first sentence says nothing.", sentence, "Nor does the last one here.")
    (tag,) = tag_designs([page])
    assert tag.design is StudyDesign(design)
    quoted = tag.shown_by
    assert quoted.text == page.text[quoted.start : quoted.end] == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "A randomised controlled trial should be conducted in future.",
        "We were unable to conduct interviews with parents this year.",
        "Smith et al (2012) conducted a randomised controlled trial of this.",
        "Some studies used interviews and others used focus groups.",
        "We welcome the recommendations of the review of evidence.",
        "The interviews with ministers are on the website for all to see.",
    ],
)
def test_a_design_only_mentioned_is_not(sentence: str) -> None:
    assert not tag_designs([_page(sentence)])


def test_references_do_not_count() -> None:
    assert not tag_designs([_page("We conducted six interviews.", kind=BlockKind.REFERENCES)])


def test_a_records_own_line() -> None:
    page = Page(1, None, "Mentoring\n\nStudy design: Systematic review of 46 studies", ())
    (tag,) = tag_record(page)
    assert tag.design is StudyDesign.SYSTEMATIC_REVIEW
    assert tag.shown_by.text == "Study design: Systematic review of 46 studies"
    assert tag_record(Page(1, None, "Mentoring", ())) == ()
    assert designs_of_words("Trial with implementation and process evaluation only") == ()


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
