"""Small reports, passages and generations for tests, made in a line."""

from collections.abc import Sequence
from pathlib import Path

from corpus.details import ReportDetails
from corpus.duplicates import group_duplicates
from corpus.passages import PassageRules, embedded_text
from corpus.types import (
    BlockKind,
    DocumentType,
    Metadata,
    Passage,
    Report,
    Span,
)
from indexer.content import Content
from indexer.publish import publish
from search.encoder.types import Encoder
from search.index.embedded import Generation
from search.index.generations import Generations
from search.index.store import StoreEntry
from search.index.tokens import pack


def report(report_id: str, title: str = "A report", **known: object) -> Report:
    """A report with any metadata."""
    return Report(
        report_id=report_id,
        title=title,
        file=f"{report_id}.pdf",
        sha256="0" * 64,
        document_type=DocumentType.PDF,
        metadata=Metadata(**known),  # type: ignore[arg-type]
        page_count=1,
    )


def passage(passage_id: str, report_id: str, text: str, page: int = 1) -> Passage:
    """A one-page passage."""
    return Passage(
        passage_id=passage_id,
        report_id=report_id,
        text=text,
        spans=(Span(page, 0, len(text)),),
        page_labels=(None,),
        section=(),
        kind=BlockKind.PARAGRAPH,
    )


def content(
    reports: Sequence[Report], texts: Sequence[tuple[str, str]], encoder: Encoder
) -> Content:
    """What goes into a generation: `texts` are (report id, passage text) pairs."""
    rows = {each.report_id: row for row, each in enumerate(reports)}
    firsts = group_duplicates([text for _, text in texts])
    entries = [
        StoreEntry(passage(f"p{place}", report_id, text), rows[report_id], place, first)
        for place, ((report_id, text), first) in enumerate(zip(texts, firsts, strict=True))
    ]
    details = [ReportDetails() for _ in reports]
    titles = [reports[entry.report_row].title for entry in entries]
    encoded = encoder.encode_with_tokens(
        [embedded_text(t, e.passage) for t, e in zip(titles, entries, strict=True)]
    )
    vectors = encoder.encode_documents([text for _, text in texts])
    tokens = [pack(each.tokens) for each in encoded if each.tokens]
    return Content(reports, details, entries, vectors, tokens)


def generation(home: Path, made: Content, encoder: Encoder, digest: str = "d") -> Generation:
    """Publish that content in `home/index` and open it."""
    generations = Generations(home / "index")
    publish(made, generations, encoder=encoder.spec, rules=PassageRules(), library_digest=digest)
    return generations.open_current()
