"""How a study was made, by the sentence of the report that says so.

Rules over sentences that speak of the document's own method ("we interviewed", "this review
searched"). A design that is only mentioned, cited, planned or denied is none. Precision comes
before recall: `SHOWN` names the designs whose precision was measured at 0.9 or more
(docs/assessment.md).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from corpus.assessment.quoting import quotations
from corpus.types import DesignTag, Page, Quotation, StudyDesign

#: Designs whose precision on the labels is at least 0.9; others are found and not shown.
SHOWN: Final = frozenset({StudyDesign.QUALITATIVE, StudyDesign.GUIDELINE})
#: The same for records, whose own words name the design.
SHOWN_OF_RECORDS: Final = frozenset(
    {
        StudyDesign.SYSTEMATIC_REVIEW,
        StudyDesign.RCT,
        StudyDesign.QUASI_EXPERIMENT,
        StudyDesign.GUIDELINE,
        StudyDesign.ECONOMIC_EVALUATION,
        StudyDesign.MODELLING,
    }
)

_SUBJECT: Final = (
    r"\b(?:[Ww]e|I|[Oo]ur (?:study|review|team|analysis|method)"
    r"|[Tt]his (?:study|report|review|evaluation|paper|article|research|assessment|audit"
    r"|consultation|trial|analysis)"
    r"|[Tt]he (?:evaluation|research|review|project|study|evaluators?|authors?)(?: team)?"
    r"|[A-Z]{3,6} has)\b"
)
_DID: Final = (
    r"\b(?:carried out|conduct(?:ed|s)|undert(?:ook|aken)|held|ran|perform(?:ed|s)"
    r"|includ(?:ed|es|ing)|interview(?:ed|s)|us(?:ed|es)|search(?:ed|es)|reviewed|was an?|is an?"
    r"|randomi[sz]ed|compar(?:ed|es)|estimat(?:ed|es)|identified|simulated)\b"
)
_PASSIVE: Final = r"\b(?:was|were) (?:carried out|conducted|undertaken|held|used to create)\b"
_OWN: Final = re.compile(rf"{_SUBJECT}[^.]{{0,80}}?{_DID}|{_PASSIVE}")
_WHAT: Final = {
    StudyDesign.SYSTEMATIC_REVIEW: (
        r"systematic(?:ally)? (?:literature )?(?:review|search)|meta-?analys[ei]s"
        r"|rapid (?:evidence )?(?:review|assessment)|scoping review|reviewed in a systematic"
        r"|synthesis of (?:the |two decades of )?(?:research|evidence|studies|literature)"
    ),
    StudyDesign.RCT: r"randomi[sz]ed (?:controlled |clinical )?trial|randomly (?:assigned|allocated)",  # noqa: E501
    StudyDesign.QUASI_EXPERIMENT: (
        r"difference[- ]in[- ]differences|regression discontinuity|propensity score"
        r"|quasi[- ]experiment|matched comparison group|synthetic control"
    ),
    StudyDesign.BEFORE_AFTER: (
        r"before[- ]and[- ]after (?:study|design|survey|evaluation|comparison)"
        r"|pre-? and post-?(?:intervention|programme|workshop|test|survey)"
    ),
    StudyDesign.QUALITATIVE: (
        r"(?:semi-?structured |individual |telephone |online |in-depth |key informant |follow-up )*"
        r"interviews?\b|focus groups?|qualitative (?:methods|assessment|comparative analysis"
        r"|analysis|research)|stakeholder (?:consultation|workshop|engagement event)s?"
        r"|interviewed (?:representatives|staff|parents|people|officers|stakeholders)"
    ),
    StudyDesign.ECONOMIC_EVALUATION: (
        r"cost[- ]benefit analysis|cost[- ]effectiveness analysis|cost[- ]utility analysis"
        r"|economic evaluation|social return on investment"
    ),
    StudyDesign.MODELLING: (
        r"(?:population|simulation|economic|forecasting|microsimulation|markov) model\b"
        r"|simulat(?:ed|ions?)\b|individuals are assumed to"
    ),
}
_GUIDELINE: Final = re.compile(
    r"\brecommendations in this guideline\b"
    r"|\bthis guid(?:eline|ance) (?:covers|makes|sets out|is for|aims|provides|updates)\b"
    r"|\brecommendations should be used as a guide\b"
    r"|\bcontains the recommended (?:best )?practice\b",
    re.IGNORECASE,
)
_RULES: Final = tuple(
    (design, re.compile(rf"\b(?:{what})", re.IGNORECASE)) for design, what in _WHAT.items()
)
_ANY: Final = re.compile(
    "|".join((*(f"(?:{what})" for what in _WHAT.values()), _GUIDELINE.pattern)), re.IGNORECASE
)
_NOT: Final = re.compile(
    r"\b(?:not|no|without|never|unable|could|should|would|will|may|might|must"
    r"|recommend\w*|plan(?:s|ned)?|propos\w*|future|further|ideally|previous(?:ly)?|et al"
    r"|for example|e\.g\.|such as"
    r"|(?:19|20)\d\d\)|cited|existing|studies)\b",
    re.IGNORECASE,
)
_WORDS: Final = (
    (StudyDesign.SYSTEMATIC_REVIEW, r"review(?!s? of one)|meta-?analys|synthesis|overview of"),
    (StudyDesign.RCT, r"\brcts?\b|randomi[sz]ed|\btrials?\b(?! with implementation)"),
    (
        StudyDesign.QUASI_EXPERIMENT,
        r"quasi|\bqeds?\b|regression discontinuity|difference[- ]in[- ]differences",
    ),
    (StudyDesign.BEFORE_AFTER, r"before[- ]and[- ]after"),
    (StudyDesign.QUALITATIVE, r"qualitative|interview|case stud|mixed[- ]methods|realist"),
    (StudyDesign.GUIDELINE, r"guideline|technology appraisal|practice guidance"),
    (
        StudyDesign.ECONOMIC_EVALUATION,
        r"economic (?:evaluation|analysis|review)|cost[- ](?:benefit|effectiveness|consequences)",
    ),
    (StudyDesign.MODELLING, r"model(?:ling)?\b"),
)
_LINE: Final = re.compile(r"^Study design: (.+)$", re.MULTILINE)
_OF_WORDS: Final = tuple((design, re.compile(words, re.IGNORECASE)) for design, words in _WORDS)


def designs_of_words(words: str) -> tuple[StudyDesign, ...]:
    """The designs a record's own description names: "Systematic review of 18 studies"."""
    return tuple(design for design, pattern in _OF_WORDS if pattern.search(words))


def tag_designs(pages: Sequence[Page]) -> tuple[DesignTag, ...]:
    """The designs of the document's own work, each with the first sentence that shows it.

    Contents, references, footnotes, tables and headings do not count.
    """
    found: dict[StudyDesign, DesignTag] = {}
    for sentence in quotations(pages, _ANY):
        for design in _designs_of(sentence.text):
            found.setdefault(design, DesignTag(design, sentence))
    return tuple(found[design] for design in StudyDesign if design in found)


def tag_record(page: Page) -> tuple[DesignTag, ...]:
    """The designs a record names in its line "Study design: …", sure enough to be shown."""
    line = _LINE.search(page.text)
    if line is None:
        return ()
    quoted = Quotation(page.number, line.start(), line.end(), line[0])
    found = (design for design in designs_of_words(line[1]) if design in SHOWN_OF_RECORDS)
    return tuple(DesignTag(design, quoted) for design in found)


def shown(tags: Iterable[DesignTag]) -> tuple[DesignTag, ...]:
    """Those of a report sure enough to be shown."""
    return tuple(tag for tag in tags if tag.design in SHOWN)


def _designs_of(sentence: str) -> Iterator[StudyDesign]:
    if _GUIDELINE.search(sentence):
        yield StudyDesign.GUIDELINE
    if not _OWN.search(sentence) or _NOT.search(sentence):
        return
    for design, pattern in _RULES:
        if pattern.search(sentence):
            yield design
