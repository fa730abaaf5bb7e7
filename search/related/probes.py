"""What a person points at, made into a probe: a report, a passage, a DOI, a text, a document."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from corpus.details import Relative, ReportDetails
from corpus.identifiers import plain_doi
from corpus.passages import PassageRules, embedded_text, split_document
from corpus.types import (
    UNRANKED_KINDS,
    Block,
    BlockKind,
    Document,
    DocumentType,
    Page,
    Passage,
    Report,
    ReportStatus,
)
from search.encoder.types import Encoder, Vectors
from search.errors import InvalidQuery, UnknownId
from search.index.protocol import Index
from search.index.types import Ordinals
from search.related.scoring import thinned
from search.related.types import Probe, ProbePassage

MOST_PASSAGES: Final = 64  # of a probe; longer ones are thinned evenly
SHORTEST_TEXT: Final = 20  # characters
LONGEST_TEXT: Final = 200_000


def probe_report(index: Index, report_id: str, ordinals: Ordinals, encoder: Encoder) -> Probe:
    """A report of the library; `ordinals` are those of its ranked passages.

    Raises:
        InvalidQuery: none of its text is kept: it was withdrawn.
        UnknownId: there is no such report.
    """
    report = index.store.report(report_id)
    if len(ordinals):
        kept = ordinals[thinned(len(ordinals), MOST_PASSAGES)].tolist()
        stored = index.store.fetch(kept)
        passages, total = [stored[ordinal].passage for ordinal in kept], len(ordinals)
        vectors = index.vectors(np.asarray(kept, np.int64))
    else:
        passages, total = _thinned(index.store.passages_of(report_id))
        if not passages:
            raise InvalidQuery(
                "No text of {title!r} is kept to compare.",
                cure="Paste its title and abstract instead.",
                values={"title": report.title},
            )
        vectors = _encoded(report.title, passages, encoder)
    return Probe(
        title=report.title,
        passages=tuple(_own(passage, report) for passage in passages),
        vectors=vectors,
        total=total,
        report=report,
        family=_family(index, report),
    )


def probe_passage(index: Index, passage_id: str, encoder: Encoder) -> Probe:
    """A passage of the library; raises UnknownId."""
    passage = index.store.passage(passage_id).passage
    report = index.store.report(passage.report_id)
    return Probe(
        title=report.title,
        passages=(_own(passage, report),),
        vectors=_encoded(report.title, [passage], encoder),
        total=1,
        report=report,
        family=_family(index, report),
    )


def report_of_doi(reports: Iterable[Report], doi: str) -> str:
    """The id of the report that has that DOI, the one that stands before those replaced.

    Raises:
        UnknownId: none has it.
    """
    wanted = plain_doi(doi)
    having = [each for each in reports if wanted and plain_doi(each.metadata.doi) == wanted]
    if not having:
        raise UnknownId(
            "No report here has the DOI {doi!r}.",
            cure="Paste its title and abstract instead; DOIs are not looked up elsewhere.",
            values={"doi": doi},
        )
    return min(having, key=lambda report: report.status is not ReportStatus.CURRENT).report_id


def probe_text(text: str, encoder: Encoder, rules: PassageRules) -> Probe:
    """A pasted text, an abstract say.

    Raises:
        InvalidQuery: it is too short to tell anything, or longer than a report.
    """
    text = text.encode("utf-8", "replace").decode().replace("\x00", " ").strip()
    if not SHORTEST_TEXT <= len(text) <= LONGEST_TEXT:
        raise InvalidQuery(
            "The text has {length:,} characters; it must be from {least} to {most:,}.",
            cure="Paste an abstract or a few paragraphs.",
            values={"length": len(text), "least": SHORTEST_TEXT, "most": LONGEST_TEXT},
        )
    paragraphs = (found for found in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text))
    blocks = tuple(
        Block(found.start(), found.start() + len(found.group().rstrip()), BlockKind.PARAGRAPH)
        for found in paragraphs
    )
    page = Page(number=1, label=None, text=text, blocks=blocks)
    return _probe(Document(DocumentType.TEXT, (page,)), "", encoder, rules)


def probe_document(document: Document, encoder: Encoder, rules: PassageRules) -> Probe:
    """A file as it was read; raises InvalidQuery where it holds no text."""
    return _probe(document, document.title or "", encoder, rules)


def _probe(document: Document, title: str, encoder: Encoder, rules: PassageRules) -> Probe:
    paged = document.document_type is DocumentType.PDF
    cut = split_document(
        document,
        report_id="",
        rules=rules.fitted(encoder.spec.max_tokens),
        count_tokens=encoder.count_tokens,
        context=title,
    )
    passages, total = _thinned(cut)
    if not passages:
        raise InvalidQuery(
            "There is no text in it to compare.",
            cure="A scan needs OCR first; or paste the abstract.",
        )
    return Probe(
        title=title or None,
        passages=tuple(ProbePassage(p.text, pages=_pages(p) if paged else ()) for p in passages),
        vectors=_encoded(title, passages, encoder),
        total=total,
    )


def _thinned(passages: Iterable[Passage]) -> tuple[list[Passage], int]:
    """What is compared of a document, and how much there was."""
    ranked = [passage for passage in passages if passage.kind not in UNRANKED_KINDS]
    return [ranked[place] for place in thinned(len(ranked), MOST_PASSAGES)], len(ranked)


def _encoded(title: str, passages: Sequence[Passage], encoder: Encoder) -> Vectors:
    return encoder.encode_documents([embedded_text(title, passage) for passage in passages])


def _own(passage: Passage, report: Report) -> ProbePassage:
    paged = report.document_type is DocumentType.PDF
    return ProbePassage(passage.text, passage.passage_id, _pages(passage) if paged else ())


def _pages(passage: Passage) -> tuple[int, ...]:
    return tuple(dict.fromkeys(span.page for span in passage.spans))


def _family(index: Index, report: Report) -> tuple[Relative, ...]:
    """Other publications of the study, and other versions of the report that can be shown."""
    details = index.store.details(report.report_id)
    return (*details.family, *_versions(index, details))


def _versions(index: Index, details: ReportDetails) -> Iterator[Relative]:
    for version in details.versions:
        try:
            other = index.store.report(version.report_id)
        except UnknownId:
            continue
        yield Relative(
            report_id=version.report_id,
            title=other.title,
            role="version",
            year=other.metadata.year,
            because="Another version of the same publication.",
        )
