"""Figures worth knowing, as the sentences that state them: sizes, effects, costs, returns.

Nothing is parsed into a number: a figure out of its sentence is easily wrong.
"""

import re
from collections.abc import Sequence
from typing import Final

from corpus.assessment.quoting import quotations
from corpus.types import Fact, FactKind, Page, Quotation

MOST: Final = 5  # of a kind from one report
_PEOPLE: Final = (
    r"(?:participants|pupils|students|children|young people|schools|people|patients|adults|families"
    r"|households|respondents|offenders|officers|teachers|parents|women|men|studies|trials|sites)"
)
_MONEY: Final = r"(?:£|\u20ac|US\$|A\$|\$)\s?\d[\d,.]*(?:\s?(?:million|billion|m|bn|k)\b)?"
_UNIT: Final = (
    r"(?:participant|pupil|student|child|young person|person|patient|place|family|household|school"
    r"|user|client|offender|head|QALY|case|learner|resident)"
)
_PATTERNS: Final = {
    FactKind.SAMPLE_SIZE: (
        rf"\bsample (?:size )?(?:of|was|comprised|included)\b[^.]*?\d"
        r"|\b(?:survey|sample|interviews?|participants|responses)\b[^.]*\bn ?= ?\d"
        rf"|\b\d[\d,]* (?:[a-z-]+ ){{0,2}}{_PEOPLE} (?:took part|participated"
        rf"|were (?:recruited|randomi[sz]ed|interviewed|surveyed|included|enrolled|randomly)"
        rf"|responded|completed)"
        rf"|\b(?:interview(?:ed|s with)|survey(?:ed| of)|recruited|responses from|included) "
        rf"(?:over |about |more than |around |nearly )?\d[\d,]* (?:[a-z-]+ ){{0,2}}{_PEOPLE}"
    ),
    FactKind.EFFECT_SIZE: (
        r"\beffect size (?:of|was|is)?[^.]{0,30}?\d"
        r"|\b(?:odds|risk|hazard|rate) ratio\b[^.]{0,40}?\d"
        r"|\bHedges'? ?g\b|\bCohen's d\b"
        r"|\bstandard deviations?\b[^.]{0,60}\b(?:higher|lower|increase|gain)"
        r"|\d(?:\.\d+)? (?:of a )?standard deviations?\b|\badditional months'? (?:of )?progress"
        r"|\b\d+ (?:additional |extra )?months'? (?:of )?(?:additional )?progress"
        r"|\b(?:reduc(?:ed|es|tion)|increas(?:ed|es)|fell|rose|lower|higher|fewer)\b[^.]{0,50}?"
        r"\b\d+(?:\.\d+)? ?(?:%|per cent|percentage points)[^.]*?"
        r"\b(?:than (?:the )?(?:control|comparison|those who did not)"
        r"|compared (?:with|to) (?:the )?(?:control|comparison))"
    ),
    FactKind.UNIT_COST: (
        rf"{_MONEY}[^.;]{{0,25}}?\b(?:per|for each|for every|each) (?:[a-z-]+ )?{_UNIT}\b"
        rf"|\bcosts?\b[^.]{{0,40}}?\bper (?:[a-z-]+ )?{_UNIT}\b[^.]{{0,30}}?{_MONEY}"
    ),
    FactKind.BENEFIT_COST: (
        r"\b(?:benefit[- ](?:to[- ])?cost|cost[- ](?:to[- ])?benefit) ratios?\b[^.]*?\d"
        rf"|\breturn (?:on investment )?of {_MONEY}|\b(?:return on investment|ROI)\b[^.]*?\d"
        rf"|\bevery {_MONEY} (?:spent|invested)|\bfor each {_MONEY} (?:spent|invested)"
        rf"|\bnet present value\b[^.]*?{_MONEY}"
    ),
}
_KINDS: Final = {kind: re.compile(words, re.IGNORECASE) for kind, words in _PATTERNS.items()}
_ANY: Final = re.compile("|".join(f"(?:{words})" for words in _PATTERNS.values()), re.IGNORECASE)
_CITED: Final = re.compile(r"\bet al\b|\((?:[A-Z][\w&.,; -]+,? )(?:19|20)\d\d[a-z]?\)")


def find_facts(pages: Sequence[Page]) -> tuple[Fact, ...]:
    """Sentences that state figures, at most `MOST` of a kind, those of the report itself first.

    A sentence that cites another work comes after those that do not.
    """
    found: dict[FactKind, list[Quotation]] = {kind: [] for kind in FactKind}
    for sentence in quotations(pages, _ANY):
        for kind, pattern in _KINDS.items():
            if pattern.search(sentence.text):
                found[kind].append(sentence)
    return tuple(
        Fact(kind, sentence)
        for kind, sentences in found.items()
        for sentence in sorted(sentences, key=lambda s: bool(_CITED.search(s.text)))[:MOST]
    )
