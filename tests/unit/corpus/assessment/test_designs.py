"""Study designs, on pages made here."""

from dataclasses import replace

import pytest

from corpus.assessment.designs import SHOWN, designs_of_words, shown, tag_designs, tag_record
from corpus.findings import StudyDesign
from corpus.types import Block, BlockKind, Page


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
        "We found no randomised controlled trial of the programme.",
        "These studies use quasi-experimental methods to compare districts.",
        "An interview study found that principals felt pressed (Brown, 2019).",
        "This guidance was withdrawn last year.",
        "We plan to carry out focus groups with parents.",
        "The literature holds two randomised controlled trials of mentoring.",
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


def test_a_title_counts_where_it_is_printed() -> None:
    page = _page("Tutoring in\nYear 6: a randomised controlled trial", "It says no more.")
    (tag,) = tag_designs([page], title="Tutoring in Year 6 - a randomised controlled trial")
    assert tag.design is StudyDesign.RCT
    assert tag.shown_by.text == page.text[tag.shown_by.start : tag.shown_by.end]
    assert tag.shown_by.text.startswith("Tutoring in\nYear 6")
    assert not tag_designs([_page("It says no more.")], title="A randomised controlled trial")
    protocol = "Protocol of a randomised controlled trial"
    assert not tag_designs([_page(protocol)], title=protocol)


def test_far_from_the_opening_only_a_methods_section_counts() -> None:
    sentence = "We carried out twelve interviews with carers."
    opening = [_page("Nothing here.") for _ in range(8)]
    assert not tag_designs([*opening, _page(sentence)])
    text = f"3 Methods\n\n{sentence}"
    heading = Block(0, 9, BlockKind.HEADING, 1)
    methods = Page(9, None, text, (heading, Block(11, len(text), BlockKind.PARAGRAPH)))
    (tag,) = tag_designs([*opening, methods])
    assert (tag.design, tag.shown_by.page) == (StudyDesign.QUALITATIVE, 9)
    text = f"4 Findings\n\n{sentence}"
    heading = Block(0, 10, BlockKind.HEADING, 1)
    findings = Page(10, None, text, (heading, Block(12, len(text), BlockKind.PARAGRAPH)))
    empty = replace(methods, blocks=methods.blocks[:1])
    assert not tag_designs([*opening, empty, findings])


def test_only_sure_designs_are_shown() -> None:
    page = _page("We conducted a meta-analysis.", "We ran a Markov model. We held focus groups.")
    tags = tag_designs([page])
    assert [tag.design for tag in shown(tags)] == [t.design for t in tags if t.design in SHOWN]


@pytest.mark.parametrize(
    ("words", "designs"),
    [
        ("Systematic review of 18 studies", ["systematic_review"]),
        ("Review of randomised trials with cost modelling", ["systematic_review", "modelling"]),
        ("RCT/QED", ["rct", "quasi_experiment"]),
        ("NICE guideline with economic analysis", ["guideline", "economic_evaluation"]),
        ("Non-randomised matched comparison", ["quasi_experiment"]),
        ("Interviews and focus groups", ["qualitative"]),
        ("Annual review", []),
        ("Randomised trial (planned)", []),
        ("Survey", []),
    ],
)
def test_a_records_words(words: str, designs: list[str]) -> None:
    assert list(designs_of_words(words)) == designs
