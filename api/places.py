"""Where words stand: parts of passages on pages, and addresses that lead to them."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from corpus.drawing import Marked
from corpus.findings import Quotation
from corpus.types import SPAN_JOIN, DocumentType, Passage, Report
from search.citing.wording import web_address

_FRAGMENT_WORDS: Final = 5  # at either end of what a text fragment names
_SHORT: Final = 12  # words that are named whole

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """What of a passage stands on one page: characters `start:end` of its text."""

    page: int
    start: int
    end: int


def parts_of(passage: Passage) -> tuple[Part, ...]:
    """The part of a passage on each of its pages, in order."""
    parts: dict[int, Part] = {}
    offset = 0
    for span in passage.spans:
        end = offset + span.end - span.start
        first = parts.get(span.page)
        parts[span.page] = Part(span.page, first.start if first else offset, end)
        offset = end + len(SPAN_JOIN)
    return tuple(parts.values())


def within(part: Part, wanted: Range | None) -> Range | None:
    """Characters of a passage as characters of its part; None where they do not stand there."""
    if wanted is None:
        return None
    start, end = max(wanted[0], part.start), min(wanted[1], part.end)
    return (start - part.start, end - part.start) if start < end else None


def marked_on(passage: Passage, page: int, sentence: Range | None) -> Marked | None:
    """What to mark of a passage on a page; None where it does not stand there."""
    part = next((part for part in parts_of(passage) if part.page == page), None)
    if part is None:
        return None
    boxes = tuple(box for number, box in passage.boxes if number == page)
    return Marked(passage.text[part.start : part.end], boxes, within(part, sentence))


def place_of(quotation: Quotation, passages: tuple[Passage, ...]) -> tuple[Passage, Range] | None:
    """The passage a quotation stands in, and its characters there."""
    for passage in passages:
        offset = 0
        for span in passage.spans:
            if span.page == quotation.page and span.start <= quotation.start < span.end:
                start = offset + quotation.start - span.start
                end = min(start + quotation.end - quotation.start, len(passage.text))
                return passage, (start, end)
            offset += span.end - span.start + len(SPAN_JOIN)
    return None


def report_path(report_id: str, **asked: str) -> str:
    """The page of a report."""
    path = f"/reports/{quote(report_id, safe='')}"
    told = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{told}" if told else path


def page_path(
    report: Report, passage: Passage, sentence: Range | None = None, *, question: str = ""
) -> str | None:
    """The page of a PDF with a passage marked: where the sentence begins, if one is given."""
    if report.document_type is not DocumentType.PDF:
        return None
    parts = parts_of(passage)
    first = next((part for part in parts if within(part, sentence)), parts[0])
    return numbered_path(report, first.page, passage, sentence, question=question)


def numbered_path(
    report: Report,
    number: int,
    passage: Passage | None,
    sentence: Range | None = None,
    *,
    question: str = "",
) -> str:
    """A page of a PDF by its number."""
    asked = {"passage": passage.passage_id} if passage else {}
    if sentence:
        asked |= {"start": str(sentence[0]), "end": str(sentence[1])}
    if question:
        asked["q"] = question
    told = f"?{urlencode(asked)}" if asked else ""
    return f"{report_path(report.report_id)}/pages/{number}{told}"


def elsewhere(report: Report, page: int | None, words: str) -> str | None:
    """Where a quotation is to be seen at its centre: a page of a PDF, or words of a web page."""
    address = web_address(report.file)
    if report.document_type is DocumentType.PDF and address and page:
        return f"{address.partition('#')[0]}#page={page}"
    address = web_address(report.metadata.url) or address
    if address is None:
        return None
    if urlsplit(address).path.casefold().endswith(".pdf"):
        return f"{address.partition('#')[0]}#page={page}" if page else address
    base, _, anchor = address.partition("#")
    return f"{base}#{anchor}{text_fragment(words)}"


def text_fragment(words: str) -> str:
    """The part of an address that has a browser look for words (wicg.github.io, "Text fragments").

    Long quotations are named by their first and last words.
    """
    each = words.split()
    if not each:
        return ""
    if len(each) <= _SHORT:
        return f":~:text={_encoded(each)}"
    return f":~:text={_encoded(each[:_FRAGMENT_WORDS])},{_encoded(each[-_FRAGMENT_WORDS:])}"


def _encoded(words: list[str]) -> str:
    """Percent-encoded, with what means something in a text fragment too."""
    return quote(" ".join(words), safe="").replace("-", "%2D")
