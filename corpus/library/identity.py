"""Which reports are one report, and which belong to one study."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from math import ceil
from typing import Final

from corpus.identifiers import plain_doi, plain_title
from corpus.library.states import Entry, Identity, Outcome
from corpus.metadata.claims import Confidence, winners
from corpus.types import Document, Metadata

SKETCH: Final = 128  # shingles kept of a text
SHINGLE: Final = 5  # words
SAME_TEXT: Final = 0.7  # resemblance of two reports of one title and year that are one report
_LEAST: Final = SKETCH - ceil(SAME_TEXT * SKETCH) + 1  # hashes of which such two share one
_FIRST_PAGES: Final = 6
_REGISTERED: Final = re.compile(r"\b(?:ISRCTN\s?\d{8}|NCT\s?\d{8}|AEARCTR-\d{7}|CRD420\d{5,9})\b")
_ROLES: Final = (
    ("protocol", r"(?:study |trial |evaluation |review )?protocol|statistical analysis plan"),
    ("interim", r"(?:interim|preliminary|emerging|early|first|second) (?:findings|report|results)"),
    ("pilot", r"(?:internal )?pilot (?:study|trial|report|findings)|feasibility (?:study|report)"),
    ("summary", r"(?:executive |policy |research )?summary|summary report|key findings"),
    ("technical", r"technical (?:report|appendix|annex)|appendices|appendix"),
    ("final", r"(?:final |full )?(?:evaluation |research )?report|(?:impact )?evaluation"),
    ("toolkit entry", r"\(?(?:[a-z]+ and )?[a-z]* ?toolkit (?:strand|entry)\)?"),
)  # fmt: skip
_ROLE: Final = tuple(
    (role, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for role, words in _ROLES
)


def identify(document: Document) -> Identity:
    """What a document is recognised by."""
    words = " ".join(page.text for page in document.pages).casefold().split()
    first = " ".join(page.text for page in document.pages[:_FIRST_PAGES])
    studies = (found.replace(" ", "") for found in _REGISTERED.findall(first))
    return Identity(_sketch(words), tuple(dict.fromkeys(studies)))


def _sketch(words: Sequence[str]) -> tuple[int, ...]:
    """The smallest hashes of a text's shingles: a bottom-k sketch.

    Broder, 1997, "On the resemblance and containment of documents".
    """
    shingles = {" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1))}
    hashes = (int.from_bytes(blake2b(s.encode(), digest_size=7).digest()) for s in shingles if s)
    return tuple(sorted(hashes)[:SKETCH])


def resemblance(first: Sequence[int], second: Sequence[int]) -> float:
    """The estimated share of shingles two sketched texts have in common, 0 to 1."""
    union = sorted({*first, *second})[:SKETCH]
    return len({*union} & {*first} & {*second}) / len(union) if union else 0.0


def same_reports(entries: Iterable[Entry]) -> dict[str, str]:
    """Reports that are one with an earlier one: their id, and that one's.

    One are reports of the same text, of the same stated DOI, or of the same title and text where no
    years differ. Only what is held and read counts.
    """
    first_text: dict[str, str] = {}
    first_doi: dict[str, str] = {}
    by_title: defaultdict[str, _Titled] = defaultdict(_Titled)
    repeats: dict[str, str] = {}
    for entry in entries:
        if entry.removed is not None or entry.outcome is not Outcome.READ:
            continue
        known = entry.metadata
        doi = _stated_doi(entry)
        titled = by_title[plain_title(known.title or entry.name)]
        earlier = (
            first_text.get(entry.text_sha256 or "")
            or first_doi.get(doi)
            or titled.first_like(entry, known)
        )
        if earlier:
            repeats[entry.report_id] = earlier
            continue
        if entry.text_sha256:
            first_text[entry.text_sha256] = entry.report_id
        if doi:  # a resolver's address alone is none
            first_doi[doi] = entry.report_id
        titled.add(entry, known)
    return repeats


class _Titled:
    """Reports of one title, of which there may be hundreds ("Executive summary").

    Two sketches that resemble one another differ in few of the smallest hashes of both, so that the
    least they have in common is among the smallest of either: only reports that share one of those
    are compared (prefix filtering; Bayardo, Ma and Srikant, 2007).
    """

    def __init__(self) -> None:
        self._reports: list[tuple[Entry, Metadata]] = []
        self._having: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, entry: Entry, known: Metadata) -> None:
        """One more."""
        for least in entry.identity.sketch[:_LEAST]:
            self._having[least].append(len(self._reports))
        self._reports.append((entry, known))

    def first_like(self, entry: Entry, known: Metadata) -> str | None:
        """The id of the first that is one with that report."""
        shared = (self._having.get(least, ()) for least in entry.identity.sketch[:_LEAST])
        for place in sorted(set(chain.from_iterable(shared))):
            other, others = self._reports[place]
            if _one(entry, known, other, others):
                return other.report_id
        return None


def _one(entry: Entry, known: Metadata, other: Entry, others: Metadata) -> bool:
    if known.year and others.year and known.year != others.year:
        return False
    return resemblance(entry.identity.sketch, other.identity.sketch) >= SAME_TEXT


def _stated_doi(entry: Entry) -> str:
    """The DOI somebody states; one read from the text may be that of a work it cites."""
    claim = winners(claim for claim in entry.claims if claim.field == "doi").get("doi")
    sure = claim is not None and claim.confidence is Confidence.HIGH
    return plain_doi(str(claim.value)) if claim and sure else ""


@dataclass(frozen=True, slots=True)
class Member:
    """A report as study families are made from it: `pages` are landing pages that led to it."""

    report_id: str
    title: str
    centres: tuple[str, ...]
    studies: tuple[str, ...]
    pages: tuple[str, ...]


def families(members: Sequence[Member]) -> list[tuple[tuple[Member, ...], str]]:
    """Groups of reports of one study, each with what joins them.

    A trial's registration number joins, a landing page that offered both, and one centre's
    titles that differ in nothing but what kind of report it is.
    """
    group: dict[str, str] = {member.report_id: member.report_id for member in members}
    because: dict[str, str] = {}

    def top(report_id: str) -> str:
        while group[report_id] != report_id:
            report_id = group[report_id]
        return report_id

    first: dict[tuple[str, ...], str] = {}
    for member in members:
        for key, words in _keys(member):
            joined = top(first.setdefault(key, member.report_id))
            if joined != top(member.report_id):
                group[top(member.report_id)] = joined
                because.setdefault(joined, words)
    gathered: dict[str, list[Member]] = {}
    for member in members:
        gathered.setdefault(top(member.report_id), []).append(member)
    return [(tuple(group_), because[each]) for each, group_ in gathered.items() if len(group_) > 1]


def _keys(member: Member) -> Iterator[tuple[tuple[str, ...], str]]:
    # Two numbers of one registry are two studies: what names both reviews them and is of neither.
    registries = {study[:3] for study in member.studies}
    for study in member.studies if len(registries) == len(member.studies) else ():
        yield ("study", study), f"same trial registration, {study}"
    for page in member.pages:
        yield ("page", page), f"offered together on {page}"
    stem = study_name(member.title)
    for centre in member.centres:
        if len(stem.split()) >= 2:  # noqa: PLR2004 - one word names no study
            yield ("title", centre, stem), "same study by its title"


def study_name(title: str) -> str:
    """A title without the words that say which kind of report it is, plain_title."""
    for _, words in _ROLE:
        title = words.sub(" ", title)
    return plain_title(title)


def role_of(title: str) -> str:
    """Which report of its study it is, by its title."""
    return next((role for role, words in _ROLE if words.search(title)), "report")


def merged(entries: Iterable[str], repeats: Mapping[str, str]) -> dict[str, list[str]]:
    """For each report the ids of those that are one with it, itself first."""
    groups: dict[str, list[str]] = {report_id: [report_id] for report_id in entries}
    for repeat, first in repeats.items():
        groups[first].append(repeat)
    return groups
