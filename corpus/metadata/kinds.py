"""What kind of publication a report is, and which UK nation it is about, by its words."""

import re
from collections.abc import Iterator
from typing import Final

from corpus.metadata.claims import Claim, ClaimSource, Confidence
from corpus.types import Document, PublicationType

_TITLES: Final = (
    (PublicationType.TOOLKIT_ENTRY, r"toolkit (?:strand|entry)|guidebook (?:entry|programme)"),
    (PublicationType.PROTOCOL, r"\bprotocol\b|statistical analysis plan"),
    (
        PublicationType.SYSTEMATIC_REVIEW,
        (
            r"systematic review|meta-?analysis|evidence (?:review|synthesis|map)|rapid review"
            r"|scoping review|umbrella review"
        ),
    ),
    (PublicationType.EVALUATION_REPORT, r"\bevaluation(?! plan)|\b(?:pilot|trial) report"),
    (PublicationType.BRIEFING, r"\bbriefing\b|data brief|fact ?sheet|country note|short read"),
    (
        PublicationType.GUIDANCE,
        (
            r"\bguid(?:ance|eline|elines)\b|: (?:recognition|management|diagnosis|prevention)\b"
            r"|\b(?:quick |practice |how[- ]to )guide\b"
        ),
    ),
)
_KINDS: Final = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _TITLES)
_NATIONS: Final = {
    "England": re.compile(r"\b(?:England|English|NHS England)\b"),
    "Wales": re.compile(r"\b(?:Wales|Welsh)\b"),
    "Scotland": re.compile(r"\b(?:Scotland|Scottish)\b"),
    "Northern Ireland": re.compile(r"\bNorthern (?:Ireland|Irish)\b"),
}
_LEAST: Final = 6  # mentions before a nation is claimed
_MOST_OF: Final = 0.9  # share of all mentions of nations a report about one gives it


def claims_of_kind(document: Document, title: str | None) -> Iterator[Claim]:
    """A publication type where the title names it, a nation where one is spoken of far most."""
    for kind, words in _KINDS:
        if title and words.search(title):
            yield Claim("publication_type", kind.value, ClaimSource.TEXT, Confidence.MEDIUM)
            break
    text = "\n".join(page.text for page in document.pages)
    named = [nation for nation, words in _NATIONS.items() if title and words.search(title)]
    if not named:
        counts = {nation: len(words.findall(text)) for nation, words in _NATIONS.items()}
        total = sum(counts.values())
        named = [n for n, c in counts.items() if c >= _LEAST and c >= _MOST_OF * total]
    if named:
        yield Claim("nations", tuple(named), ClaimSource.TEXT, Confidence.MEDIUM)
