"""What the evidence is: reports, their pages, and the passages cut from them.

Offsets are counted in characters (Unicode code points) of `Page.text`, half open.
Boxes are in PDF points with the origin at the bottom left of the unrotated page.
"""

from dataclasses import dataclass
from enum import StrEnum

from corpus.findings import Assessment, DesignTag, Rating, Stated


class BlockKind(StrEnum):
    """What a run of a page's text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"  # with its caption
    FOOTNOTE = "footnote"
    CONTENTS = "contents"  # table of contents, list of figures
    REFERENCES = "references"  # bibliography entries


#: Kinds kept and shown on request, but never ranked.
UNRANKED_KINDS = frozenset({BlockKind.CONTENTS, BlockKind.REFERENCES})


class DocumentType(StrEnum):
    """Which kind of document a report is kept as."""

    PDF = "pdf"
    HTML = "html"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    TEXT = "text"
    RECORD = "record"  # an evidence record: a summary, not the centre's own words


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points: left, bottom, right, top."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: its characters `start:end` in `Page.text`, and where it stands."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class Block:
    """A structural unit: characters `start:end` of `Page.text`.

    Blocks of a page are in reading order, do not overlap, and are trimmed of white space.
    `level` is a heading's depth from 1; 0 for every other kind.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it may be quoted: cleaned, in reading order.

    `number` is physical, from 1; `label` is what is printed (or the PDF's page label) and
    None where the format has none. Formats without pages give one page, number 1.
    `lines` is empty for formats without boxes. `needs_ocr` marks a page that shows
    something but has no text layer.
    """

    number: int
    label: str | None
    text: str
    blocks: tuple[Block, ...]
    lines: tuple[Line, ...] = ()
    width: float = 0.0
    height: float = 0.0
    needs_ocr: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """What reading a file gives: its pages, and what the file says of itself."""

    document_type: DocumentType
    pages: tuple[Page, ...]
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str | None = None
    notes: tuple[str, ...] = ()  # oddities a person may want to know of ("copying not permitted")
    languages: tuple[str, ...] = ()  # ISO 639-1 codes, the most used first; empty: unknown


class PublicationType(StrEnum):
    """What a report is to its readers."""

    GUIDANCE = "guidance"
    EVALUATION_REPORT = "evaluation_report"
    SYSTEMATIC_REVIEW = "systematic_review"
    TOOLKIT_ENTRY = "toolkit_entry"
    PROTOCOL = "protocol"
    BRIEFING = "briefing"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a report; every field may be unknown.

    `published` is an ISO 8601 date, as exact as it is known; `language` an ISO 639-1 code;
    `nations` those of the UK it is about.
    """

    title: str | None = None
    centre: str | None = None
    year: int | None = None
    published: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    url: str | None = None
    doi: str | None = None
    isbn: str | None = None
    licence: str | None = None
    language: str | None = None
    publication_type: PublicationType | None = None
    rating: Rating = Rating()
    stated: Stated = Stated()
    topics: tuple[str, ...] = ()
    nations: tuple[str, ...] = ()
    intervention: str | None = None
    population: str | None = None
    outcome: str | None = None
    setting: str | None = None
    study_design: str | None = None
    source: str | None = None  # "centre" or "secondary": where an evidence record's facts were seen


class ReportStatus(StrEnum):
    """Whether a report still stands."""

    CURRENT = "current"
    REPLACED = "replaced"  # a newer version stands in its place; reachable, never ranked
    WITHDRAWN = "withdrawn"  # its centre took it down; its record is kept, its text is not shown


@dataclass(frozen=True, slots=True)
class Report:
    """A report of the library. `file` is the path or address as it was added.

    `centres` are all that publish it; `designs` study designs sure enough to show;
    `status_note` says when and why it no longer stands; `added` is the ISO 8601 time at which
    it came into the library.
    """

    report_id: str
    title: str
    file: str
    sha256: str
    document_type: DocumentType
    metadata: Metadata
    page_count: int = 0
    centres: tuple[str, ...] = ()
    assessment: Assessment = Assessment()
    designs: tuple[DesignTag, ...] = ()
    status: ReportStatus = ReportStatus.CURRENT
    status_note: str | None = None
    replaced_by: str | None = None
    added: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start:end` of the text of physical page `page`."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """What is ranked and quoted.

    `text` is verbatim: the page texts at `spans`, joined by `SPAN_JOIN`. `section` is the
    path of headings above it, outermost first. `boxes` holds a (page number, box) pair per
    printed line, empty where the format has no boxes.
    """

    passage_id: str
    report_id: str
    text: str
    spans: tuple[Span, ...]
    page_labels: tuple[str | None, ...]  # one for each distinct page of `spans`, in order
    section: tuple[str, ...]
    kind: BlockKind
    boxes: tuple[tuple[int, Box], ...] = ()


#: Stands between the page texts of a passage that runs over a page or column break.
SPAN_JOIN = "\n"
