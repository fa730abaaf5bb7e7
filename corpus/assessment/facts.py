"""Figures worth knowing, as the sentences that state them: sizes, effects, costs, returns.

Nothing is parsed into a number: a figure out of its sentence is easily wrong.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpus.assessment.quoting import quotations
from corpus.findings import Fact, FactKind, Quotation
from corpus.types import BlockKind, Page

MOST: Final = 5  # of a kind from one report
_NUMBER: Final = (
    r"(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty)"
)
_ABOUT: Final = r"(?:(?:over|about|more than|around|nearly|approximately|a total of|some) )?"
_PEOPLE: Final = (
    r"(?:participants|pupils|students|children|young people|schools|people|patients|adults|families"
    r"|households|respondents|offenders|officers|teachers|parents|women|men|staff|representatives"
    r"|carers|professionals|individuals|employers|practitioners|stakeholders|residents|learners)"
)
_STUDY: Final = (
    r"(?:survey\w*|stud(?:y|ies)|trials?|evaluation|interview\w*|research\w*|sample|focus groups?"
    r"|experiment|questionnaires?|review|pilot)"
)
_MONEY: Final = r"(?:£|\u20ac|US\$|A\$|\$)\s?\d[\d,.]*(?:\s?(?:million|billion|m|bn|k)\b)?"
_COST: Final = (
    r"\b(?:cost(?:s|ed|ing)?|price[ds]?|expenditure|funding"
    r"|spending (?:in \d{4} )?(?:per|of|was|averaged))\b"
)
_UNIT: Final = (
    r"(?:[a-z-]+ )?(?:participant|pupil|student|child|young person|person|patient|place|family|user"
    r"|household|school|client|offender|head|QALY|case|learner|resident|recipient|job|prisoner)"
)
_CAUSED: Final = (
    r"\b(?:effects?|impacts?|programme|program|intervention|treatment|control group|trial"
    r"|comparison group|participating|participation|causal\w*|attending)\b"
)
_CHANGED: Final = (
    r"\b(?:increas\w*|reduc\w*|improv\w*|rais\w*|lower\w*|declin\w*|fell|rose|higher|fewer|effects?"
    r"|impacts?|likelihood|more likely|less likely)\b"
)
_OTHERS: Final = r"\b(?:control|comparison) (?:group|areas|schools|sites)"
_WHOLE: Final = r"^(?!.*\b(?:majority|quarters?|thirds?|half|per cent)\b).*"  # of no part of it
_DONE: Final = r"(?:held|conducted|carried out|undertook|undertaken|completed|run)"
_REPLIES: Final = r"(?:responses|respondents|questionnaires)"
_STUDIES: Final = r"(?<!case )studies\b"
_HEADS: Final = rf"{_NUMBER} (?:[\w-]+ ){{0,3}}{_PEOPLE}"
_JOINED: Final = r"(?:took part|participated|responded|completed|were interviewed)"
_GAINED: Final = r"\b(?:return|benefit|sav|generat|worth|value|yield|gain)"
_SPENT: Final = rf"\b(?:every|each) (?:{_MONEY}|pound|dollar) (?:spent|invested|of investment)\b"
#: One alternative a line.
_PATTERNS: Final = {
    FactKind.SAMPLE_SIZE: rf"""
        \bsample (?:size )?(?:of|was|comprised|included|consisted of) {_ABOUT}{_NUMBER}\b
        {_WHOLE}\b(?:survey|sample|interviews?|participants|respondents)\b[^.%]{{0,60}}\bn ?= ?\d
        {_WHOLE}\bresponses\b[^.%]{{0,60}}\bn ?= ?\d
        \b{_HEADS} (?:who )?{_JOINED}\b(?=.*\b{_STUDY}\b)
        \b{_HEADS} were (?:\w+ )?(?:recruited|randomi[sz]ed|randomly|surveyed|enrolled)\b
        \b{_STUDY}\b[^.]{{0,60}}\b{_HEADS} {_JOINED}\b
        \b(?:interview(?:s|ed)?(?: with)?|focus groups? with|survey(?:ed| of)) {_ABOUT}{_HEADS}\b
        \b{_NUMBER} (?:[\w-]+ ){{0,3}}(?:interviews|focus groups) with\b
        \b{_NUMBER} (?:[\w-]+ ){{0,3}}(?:interviews|focus groups) were (?:\w+ )?{_DONE}\b
        \b{_DONE} {_ABOUT}{_NUMBER} (?:[\w-]+ ){{0,3}}(?:interviews|focus groups)\b
        \b{_NUMBER} (?:[\w-]+ ){{0,2}}{_REPLIES} (?:to the (?!question)|from\b)
        \b{_NUMBER} (?:[\w-]+ ){{0,2}}{_REPLIES} were (?:\w+ )?(?:received|returned|included)\b
        \b{_NUMBER} (?:[\w-]+ ){{0,2}}{_REPLIES} were (?:\w+ )?(?:completed|submitted)\b
        \b(?:received|obtained) {_ABOUT}\d[\d,]* responses\b
        \b(?:identified|included|reviewed|analysed) {_ABOUT}{_NUMBER} (?:[\w-]+ ){{0,2}}{_STUDIES}
        \b{_NUMBER} (?:[\w-]+ ){{0,2}}{_STUDIES} (?:met|were included)\b
    """,
    FactKind.EFFECT_SIZE: rf"""
        \beffect sizes? (?:of|was|is|were|=|\()[^.]{{0,30}}?\d
        \b(?:odds|risk|hazard|rate|relative) (?:ratios?|risks?)\b[^.]{{0,40}}?\d
        \bHedges'? ?g\b|\bCohen's d\b
        \.\d+ (?:of an? )?(?:standard deviations?\b|s\.d\.)
        \b\d+ (?:additional |extra )?months'? (?:of )?(?:additional )?progress
        \b(?:likelihood|odds|risk|effect|impact|reduc\w+)\b[^;]{{0,90}}\b9[059] ?% ?(?:CI|conf)
        {_CAUSED}.{{0,120}}{_CHANGED}.{{0,60}}\b\d[\d.]* percentage points?\b
        {_CHANGED}.{{0,60}}\b\d[\d.]* percentage points?\b.{{0,120}}{_CAUSED}
        {_CAUSED}.{{0,160}}\b\d[\d.]* percentage points? (?:more|less) likely\b
        {_CHANGED}.{{0,60}}?\b\d[\d.]* ?(?:%|per cent|percent).{{0,80}}?{_OTHERS}
    """,
    FactKind.UNIT_COST: rf"""
        {_COST}.{{0,120}}?{_MONEY}[^.;]{{0,25}}?\b(?:per|for each|for every|each|an?) {_UNIT}\b
        {_MONEY}[^.;]{{0,15}}?\b(?:per|for each) {_UNIT}\b(?=.{{0,60}}{_COST})
        \b(?:average|unit|mean) cost\b[^.]{{0,40}}?\bper {_UNIT}\b.{{0,30}}?{_MONEY}
        {_MONEY}[^.;]{{0,20}}\bper QALY\b
    """,
    FactKind.BENEFIT_COST: rf"""
        \b(?:benefit[- ](?:to[- ])?cost|cost[- ](?:to[- ])?benefit) ratios?\b[^.]*?\d
        \breturn (?:on investment )?of {_MONEY}|\b(?:return on investment|ROI)\b[^.]{{0,60}}?\d
        {_SPENT}(?=.*(?:{_MONEY}|pence|cents))(?=.*{_GAINED})
        {_GAINED}\w*.{{0,80}}{_MONEY}.{{0,60}}{_SPENT}
        \bnet present value\b[^.]*?{_MONEY}|\bBCR\b[^.]{{0,30}}?\d
    """,
}
_KINDS: Final = {
    kind: re.compile("|".join(map(str.strip, rules.strip().splitlines())), re.IGNORECASE)
    for kind, rules in _PATTERNS.items()
}
_WORTH: Final = re.compile(  # a paragraph without a figure and one of these states nothing
    r"\bn ?=|survey|stud|trial|interview|sample|focus group|questionnaire|responses|respond"
    r"|effect size|ratio|standard deviation|s\.d\.|progress|percentage point|Hedges|Cohen"
    r"|control|comparison|confidence|\bCI\b|[£$\u20ac]|invest|BCR|review",
    re.IGNORECASE,
)
_CITED: Final = re.compile(
    r"\bet al\b|\((?:[A-Z][\w&.,; -]+,? )(?:19|20)\d\d[a-z]?\)|\b(?:another|one|recent|previous)"
    r" (?:\w+ )?(?:study|survey|trial|review|meta-analysis)\b"
)
_RESULTS: Final = re.compile(
    r"\b(?:summary|abstract|findings|results|impact|conclusions?|at a glance)\b", re.IGNORECASE
)


def find_facts(pages: Sequence[Page]) -> tuple[Fact, ...]:
    """Sentences that state figures, at most `MOST` of a kind.

    Those that cite another work come last; before them, those outside summary and results.
    """
    found: dict[FactKind, dict[str, Quotation]] = {kind: {} for kind in FactKind}
    for sentence in quotations(pages, _WORTH):
        words = " ".join(sentence.text.split())
        for kind, pattern in _KINDS.items():
            if pattern.search(words):
                found[kind].setdefault(words, sentence)
    results = tuple(_results(pages))

    def rank(sentence: Quotation) -> tuple[bool, bool]:
        told = any(
            page == sentence.page and start <= sentence.start < end for page, start, end in results
        )
        return _CITED.search(sentence.text) is not None, not told

    return tuple(
        Fact(kind, sentence)
        for kind, sentences in found.items()
        for sentence in sorted(sentences.values(), key=rank)[:MOST]
    )


def _results(pages: Sequence[Page]) -> Iterator[tuple[int, int, int]]:
    """Page, start and end of blocks under headings of summaries and results."""
    section = 0  # the level of such a heading, while under it
    for page in pages:
        for block in page.blocks:
            if block.kind is BlockKind.HEADING:
                if _RESULTS.search(page.text, block.start, block.end):
                    section = section or block.level
                elif block.level <= section:
                    section = 0
            elif section:
                yield page.number, block.start, block.end
