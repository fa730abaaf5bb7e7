"""How a study was made, by what its report says of its own work.

A design counts only where a sentence of the summary, the opening pages or a methods section
says that the work at hand was made so; one that is cited, recommended, planned or missing
does not. Rules are few and narrow: a design not told is better than one told wrongly.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from corpus.assessment.quoting import quotations
from corpus.findings import DesignTag, Quotation, StudyDesign
from corpus.types import BlockKind, Page

#: Designs right nine times in ten, of five told or more, and never wrong on several reports.
SHOWN: Final = frozenset({StudyDesign.QUALITATIVE, StudyDesign.GUIDELINE})
#: Of records, whose own words name the design, by the records alone (docs/assessment.md).
SHOWN_OF_RECORDS: Final = frozenset(
    {
        StudyDesign.SYSTEMATIC_REVIEW,
        StudyDesign.RCT,
        StudyDesign.QUASI_EXPERIMENT,
        StudyDesign.GUIDELINE,
        StudyDesign.MODELLING,
    }
)

_OPENING_PAGES: Final = 6
_OPENING: Final = 20_000  # characters of a document that has no pages
_TITLE_PAGES: Final = 3
_PLAIN: Final = str.maketrans("\n\u2010\u2011\u2013\u2019", " ---'")  # offsets stay


def _any_of(lines: str) -> re.Pattern[str]:
    """A pattern of alternatives, one a line."""
    return re.compile("|".join(map(str.strip, lines.strip().splitlines())), re.IGNORECASE)


_SECTION: Final = _any_of(r"""
    \b(?:summary|abstract|method\w*|(?:study|research|evaluation) design|data collection)\b
    \b(?:how we|our approach|about (?:this|the) (?:study|review|evaluation|research)|consultation)\b
""")
_NOT_DONE: Final = _any_of(r"""
    \b(?:should|could|would|will|may be|might|recommends?|recommended|future|plan(?:s|ned) to)\b
    \b(?:propose[ds]?|intend(?:s|ed)?|next (?:phase|stage|step)|lack of|absence of|without an?)\b
    \bnot (?:been )?(?:possible|feasible|randomi[sz]ed|conducted|carried out|undertaken)\b
    \bno (?:\w+ ){0,2}(?:randomi[sz]ed|trials?|RCTs?|review|evaluation|studies|interviews)\b
    \b(?:rather than an?|instead of|non-randomi[sz]ed|unable to|did not|do not|does not)\b
""")
_CITED: Final = re.compile(
    r"\bet al\b|\b[A-Z]\w+ (?:and [A-Z]\w+ )?\((?:19|20)\d\d|\([A-Z][^()]{2,60},? (?:19|20)\d\d"
    r"|(?i:\b(?:an?|one|another|some|other|two|three|several|many|few|most|recent|earlier"
    r"|previous|these|those) (?:\w+[- ]){0,3}(?:study|studies|papers?|researchers|authors|trials)"
    r"\b(?! (?:met|were included))|\bresearchers (?:have|found|at)\b|\bthey each\b)"
)
_WORK: Final = (
    r"(?:report|study|review|paper|evaluation|trial|research|project|audit|assessment|analysis"
    r"|article|investigation|guideline)"
)
_OWN: Final = (
    rf"(?:\b(?:we|our|I)\b|\b(?:this|(?:the|our) (?:present|current)) (?:[\w-]+ ){{0,3}}{_WORK}\b"
    r"|\bthe (?:[\w-]+ )?(?:evaluation|research|study|review|project) (?:team|used|was|is)\b"
    r"|\bthe (?:impact |process |independent )?evaluation\b|\bthe evaluators\b)"
)
_DONE: Final = (
    r"(?:conducted|carried out|undertook|undertaken|performed|held|ran|completed|facilitated"
    r"|commissioned|organi[sz]ed)"
)
_REVIEW: Final = (
    r"(?:(?:systematic|scoping|umbrella|realist|rapid evidence|evidence|systematic literature)"
    r" (?:and \w+ )?(?:review|synthesis|assessment|map)s?|meta-?analys[ei]s)"
)
_TALKS: Final = (
    r"(?:interviews?|focus groups?|workshops|(?:group )?discussions|case studies|consultations?)"
)
_COMPARED: Final = (
    r"(?:quasi-experiment\w*|difference[- ]in[- ]differences?|synthetic control"
    r"|regression discontinuity|propensity score|matched (?:comparison|control)"
    r"|interrupted time series)"
)
_COSTED: Final = (
    r"(?:cost[- ](?:effectiveness|benefit|utility|consequences?) (?:analys[ei]s|evaluation|model)"
    r"|economic evaluation|(?:value for money|return on investment) (?:analysis|assessment))"
)
_PEOPLE: Final = (
    r"(?:schools|pupils|participants|families|patients|people|areas|classes|students|sites"
    r"|households|practices|staff|service users)"
)
_BY_SENTENCE: Final = {
    StudyDesign.SYSTEMATIC_REVIEW: _any_of(rf"""
        {_OWN}.{{0,80}}\b{_REVIEW}\b
        \bin an? {_REVIEW}\b.{{0,80}}\b(?:I|we)\b
        \b{_REVIEW}\b.{{0,60}}\b(?:was|were) (?:\w+ )?{_DONE}
        {_OWN}.{{0,120}}\b(?:comprehensive|systematic|research) (?:synthesis|search)\b
        \b(?:we|the review team|(?:our|the) searches) (?:\w+ )?(?:searched|screened|covered)\b
        {_OWN}.{{0,40}}\breviewed (?:\w+ )?(?:in a )?systematic
        \bmet (?:the|our) (?:inclusion|eligibility|minimum) (?:criteria|standards?)\b
    """),
    StudyDesign.RCT: _any_of(rf"""
        {_OWN}.{{0,100}}\brandomi[sz]ed (?:[\w-]+ )?(?:trial|experiment|design|evaluation)
        {_OWN}.{{0,100}}\b(?:efficacy|effectiveness|two-armed?|three-armed?|cluster) (?:\w+ )?trial
        \b{_PEOPLE} were (?:\w+ )?(?:randomly (?:assigned|allocated)|randomi[sz]ed)\b
        {_OWN}.{{0,40}}\brandomly (?:assigned|allocated)\b
    """),
    StudyDesign.QUASI_EXPERIMENT: _any_of(rf"{_OWN}.{{0,120}}\b{_COMPARED}\b"),
    StudyDesign.BEFORE_AFTER: _any_of(rf"""
        {_OWN}.{{0,80}}\b(?:pre-? ?(?:and|/) ?post\b|pre-post|before-and-after)
        \b{_PEOPLE} (?:\w+ ){{0,3}}(?:surveyed|tested|assessed|measured) .{{0,20}}before and after\b
    """),
    StudyDesign.QUALITATIVE: _any_of(rf"""
        {_OWN}.{{0,60}}\b{_DONE}\b.{{0,80}}\b{_TALKS}\b
        \b{_TALKS}\b.{{0,70}}\b(?:was|were) (?:also |then )?{_DONE}
        {_OWN}.{{0,120}}\b(?:semi-structured|in-depth|key informant|individual) interviews\b
        \bdrawing on (?:[\w-]+,? ){{0,4}}{_TALKS}\b
        \b(?:we|the (?:evaluation|research) team) (?:\w+ )?interviewed\b
        \bthis (?:\w+ )?{_WORK}.{{0,60}}\bqualitative (?:methods|research|data|study)\b
    """),
    StudyDesign.GUIDELINE: _any_of(r"""
        \brecommendations in (?:this|the) (?:guideline|guidance)\b
        \bthis guideline (?:covers|makes|offers|sets|provides|updates|replaces|recommends)\b
        \bthis (?:guid(?:eline|ance|e)|handbook) is (?:for|aimed|intended|designed)\b
    """),
    StudyDesign.ECONOMIC_EVALUATION: _any_of(rf"""
        {_OWN}.{{0,100}}\b{_COSTED}\b
        \b{_COSTED}\b.{{0,60}}\b(?:was|were) (?:also )?{_DONE}
    """),
    StudyDesign.MODELLING: _any_of(rf"""
        {_OWN}.{{0,60}}\b(?:(?:micro-?)?simulat(?:e[sd]?|ions?|ing)|synthetic population)\b
        {_OWN}.{{0,60}}\b(?:agent-based|Markov|economic|population|cost) model(?:l?ing|s)?\b
        \b(?:create|develop|construct)(?:ed)? an? (?:population|economic|simulation|cost) model\b
        \b(?:individuals|people|households) are assumed to\b
    """),
}
_BY_TITLE: Final = {
    StudyDesign.SYSTEMATIC_REVIEW: _any_of(rf"\b{_REVIEW}\b"),
    StudyDesign.RCT: _any_of(r"\brandomi[sz]ed (?:controlled )?(?:trial|evaluation)|\btrial\b"),
    StudyDesign.QUASI_EXPERIMENT: _any_of(rf"\b{_COMPARED}\b"),
    StudyDesign.QUALITATIVE: _any_of(r"\bqualitative (?!evidence)|\b(?:interview|case) study\b"),
    StudyDesign.GUIDELINE: _any_of(r"\bguideline\b|\bguidance\b"),
    StudyDesign.ECONOMIC_EVALUATION: _any_of(rf"\b{_COSTED}\b"),
    StudyDesign.MODELLING: _any_of(r"\b(?:micro)?simulation|\b(?:cost|economic) modelling\b"),
}
_NOT_TITLE: Final = _any_of(r"\b(?:protocol|plan|strategy|response|proposal|evaluation of)\b")
_BY_WORDS: Final = {
    StudyDesign.SYSTEMATIC_REVIEW: _any_of(r"""
        (?<!annual )(?<!peer )(?<!in )\breviews?\b
        meta-?analys[ei]s|\bsynthes[ei]s\b
    """),
    StudyDesign.RCT: _any_of(r"(?<!non-)\brandomi[sz]ed|\bRCTs?\b|\btrials?\b(?! with impl)"),
    StudyDesign.QUASI_EXPERIMENT: _any_of(rf"\bQEDs?\b|{_COMPARED}|non-randomi[sz]ed"),
    StudyDesign.BEFORE_AFTER: _any_of(r"\bbefore[- ]and[- ]after\b|\bpre-? ?(?:and |/)?-?post\b"),
    StudyDesign.QUALITATIVE: _any_of(r"""
        \bqualitative\b(?! (?:evidence|reviews?|synthesis))
        \binterviews?\b|\bfocus groups?\b|\bcase studies\b|mixed[- ]methods|\bdialogues?\b
    """),
    StudyDesign.GUIDELINE: _any_of(r"\bguideline|\btechnology appraisal|\bpractice (?:gui|frame)"),
    StudyDesign.ECONOMIC_EVALUATION: _any_of(r"""
        \beconomic (?:evaluation|analysis|review)|\bcost[- ](?:benefit|effectiveness|utility)
    """),
    StudyDesign.MODELLING: _any_of(r"(?<!logic )\bmodel(?:l?ing)?\b|\bsimulation\b"),
}
_MADE_OF: Final = re.compile(
    r"\b(?:reviews?|synthesis|meta-?analysis) of\b.*?(?= with |[;,]|$)", re.IGNORECASE
)
_NOT_YET: Final = re.compile(r"\bplanned\b|\bprotocol\b", re.IGNORECASE)
_LINE: Final = re.compile(r"^Study design: (.+)$", re.MULTILINE)
_WORTH: Final = re.compile(  # a sentence without any of these shows nothing
    r"review|synthes|meta-?analys|criteria|search|screen|trial|random|quasi|difference|disconti"
    r"|propensity|matched|control|series|before|post|interview|focus|workshop|discussion|case"
    r"|consult|qualitative|guid|handbook|cost|economic|investment|money|simulat|model|assumed",
    re.IGNORECASE,
)


def tag_designs(pages: Sequence[Page], *, title: str | None = None) -> tuple[DesignTag, ...]:
    """Designs of the work a report is about, each with the first sentence that shows it.

    Args:
        pages: of the report.
        title: as it is known; counts where the opening pages print it.
    """
    found = dict(_by_title(pages, title)) if title else {}
    for sentence in quotations(tuple(_told(pages)), _WORTH):
        plain = sentence.text.translate(_PLAIN)
        if _NOT_DONE.search(plain) or _CITED.search(plain):
            continue
        for design, rule in _BY_SENTENCE.items():
            if design not in found and rule.search(plain):
                found[design] = sentence
    return tuple(DesignTag(design, found[design]) for design in StudyDesign if design in found)


def shown(tags: Iterable[DesignTag]) -> tuple[DesignTag, ...]:
    """Those of a report sure enough to show."""
    return tuple(tag for tag in tags if tag.design in SHOWN)


def designs_of_words(words: str) -> tuple[StudyDesign, ...]:
    """The designs a record's own description names: "Systematic review of 18 studies".

    What a review is made of is no design of the review: "Review of RCTs" is no trial.
    """
    if _NOT_YET.search(words):
        return ()
    told = _MADE_OF.sub("review", words)
    return tuple(design for design, rule in _BY_WORDS.items() if rule.search(told))


def tag_record(page: Page) -> tuple[DesignTag, ...]:
    """The designs a record names in its line "Study design: ...", sure enough to be shown."""
    line = _LINE.search(page.text)
    if line is None:
        return ()
    quoted = Quotation(page.number, line.start(), line.end(), line[0])
    found = (design for design in designs_of_words(line[1]) if design in SHOWN_OF_RECORDS)
    return tuple(DesignTag(design, quoted) for design in found)


def _by_title(pages: Sequence[Page], title: str) -> Iterator[tuple[StudyDesign, Quotation]]:
    """What the title says, quoted from where the opening pages print it."""
    plain = title.translate(_PLAIN)
    words = re.findall(r"\w+", plain)
    if not words or _NOT_TITLE.search(plain):
        return
    printed = re.compile(r"\W+".join(words), re.IGNORECASE)
    for page in pages[:_TITLE_PAGES]:
        if place := printed.search(page.text):
            quoted = Quotation(page.number, *place.span(), place[0])
            yield from (
                (design, quoted) for design, rule in _BY_TITLE.items() if rule.search(plain)
            )
            return


def _told(pages: Sequence[Page]) -> Iterator[Page]:
    """Pages with the blocks of the opening, and of sections that tell what was done, alone."""
    section = 0  # the level of the heading of such a section, while in one
    for place, page in enumerate(pages):
        kept = []
        for block in page.blocks:
            if block.kind is BlockKind.HEADING:
                if _SECTION.search(page.text, block.start, block.end):
                    section = section or block.level
                elif block.level <= section:
                    section = 0
            if section or (place < _OPENING_PAGES and block.start < _OPENING):
                kept.append(block)
        yield replace(page, blocks=tuple(kept))
