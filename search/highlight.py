"""The sentence of a passage that answers best, by the question's words weighed by rarity.

Sentences are ranked by BM25 (Robertson and Zaragoza, 2009) within the passage, with the
rarity of each term taken from the whole index. Where no sentence shares a word with the
question, the tokens' vectors decide.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from corpus.sentences import sentence_spans
from search.index.terms import stems
from search.index.types import Scores

Span = tuple[int, int]
#: How near the question each part of a passage comes.
Nearness = Callable[[list[Span]], Scores]

#: Sentences of evidence records that say what was tried, not what was found.
_DESCRIBES = re.compile(r"(?:Intervention|Population|Outcome|Study design): ")

#: A paragraph that says where things were read, not what they say.
_NOTE = re.compile(r"Note: ")

#: What a sentence says that tells of an effect, which is not what somebody hopes for.
_HOPES = re.compile(
    r"\b(?:aim|hope|intend|seek|design)(?:s|ed|ing)? to\b|\baims? (?:is|was|of)\b", re.IGNORECASE
)
_FINDS = re.compile(
    r"\b(?!higher education)(?:reduc|improv|increas|decreas|effect|impact|progress|gain|benefit|"
    r"harm|backfir|help(?:s|ed)\b|cuts?\b|fewer|lower|higher|rais|rose|fell\b|"
    r"(?:more|less) likely|no difference|associated with)",
    re.IGNORECASE,
)

K1 = 1.2
B = 0.5


def best_sentence(text: str, rarity: Mapping[str, float], nearness: Nearness) -> Span:
    """Offsets of the best sentence of `text`.

    Args:
        text: a passage.
        rarity: inverse document frequency of each term of the question.
        nearness: only asked for when no word is shared.
    """
    spans = _telling(text, sentence_spans(text) or [(0, len(text))])
    if len(spans) == 1:
        return spans[0]
    scores = _score_sentences([stems(text[start:end]) for start, end in spans], rarity)
    if max(scores) > 0.0:
        return spans[max(range(len(spans)), key=lambda i: (scores[i], -i))]
    near = nearness(spans)
    return spans[max(range(len(spans)), key=lambda i: (near[i], -i))]


def _telling(text: str, spans: list[Span]) -> list[Span]:
    """Without sentences that only describe, unless there are no others."""
    return [span for span in spans if not _describes(text, span)] or spans


def _describes(text: str, span: Span) -> bool:
    start, end = span
    paragraph = text.rfind("\n\n", 0, start) + 1
    return bool(_DESCRIBES.match(text, start, end) or _NOTE.match(text[paragraph:end].lstrip()))


def finding_sentence(text: str, best: Span) -> Span:
    """The best sentence where it tells of an effect, else the first of the passage that does."""
    spans = [best, *(span for span in sentence_spans(text) if not _describes(text, span))]
    return next((span for span in spans if _finds(text, span)), best)


def finding_run(text: str, best: Span) -> Span:
    """The finding sentence with those around it that tell of effects too, of the same paragraph."""
    first = last = finding_sentence(text, best)
    spans = [span for span in sentence_spans(text) if not _describes(text, span)]
    for span in (span for span in spans if span[0] >= first[1]):
        if not _goes_on(text, last, span):
            break
        last = span
    for span in reversed([span for span in spans if span[1] <= first[0]]):
        if not _goes_on(text, span, first):
            break
        first = span
    return first[0], last[1]


def _goes_on(text: str, before: Span, after: Span) -> bool:
    return _finds(text, before) and _finds(text, after) and "\n\n" not in text[before[1] : after[0]]


def _finds(text: str, span: Span) -> bool:
    return bool(_FINDS.search(text, *span)) and not _HOPES.search(text, *span)


def _score_sentences(sentences: list[list[str]], rarity: Mapping[str, float]) -> list[float]:
    average = sum(map(len, sentences)) / len(sentences) or 1.0
    return [_bm25(terms, len(terms) / average, rarity) for terms in sentences]


def _bm25(terms: Sequence[str], relative_length: float, rarity: Mapping[str, float]) -> float:
    norm = K1 * (1 - B + B * relative_length)
    counts = Counter([term for term in terms if term in rarity])
    return sum(
        weight * counts[term] * (K1 + 1) / (counts[term] + norm)
        for term, weight in rarity.items()
        if term in counts
    )
