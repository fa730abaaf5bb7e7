"""A Word document of an answer: real headings, a title, a language and links that say where to."""

import io
from datetime import UTC, datetime, time
from typing import Final

from docx import Document
from docx.document import Document as Briefing
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from search.citing.types import Excerpt, Inquiry, Source, Takeaway
from search.citing.wording import (
    address_of,
    date_words,
    one_line,
    page_words,
    printable,
    rating_words,
    reference_words,
)

LANGUAGE: Final = "en-GB"
_LONGEST_PROPERTY: Final = 255
_VERBATIM: Final = "Quotations are verbatim. Ratings are in each centre's own words."


def write_briefing(takeaway: Takeaway) -> bytes:
    """Question, date, filters, statement, quotations and numbered references.

    Raises:
        ValueError: there is no question to brief on.
    """
    if takeaway.inquiry is None:
        raise ValueError("A briefing answers a question; a report alone has none.")
    briefing = Document()
    _describe(briefing, takeaway.inquiry)
    _head(briefing, takeaway.inquiry)
    briefing.add_heading("Quotations", level=1)
    if not takeaway.sources:
        briefing.add_paragraph("Nothing was found.")
    for number, source in enumerate(takeaway.sources, start=1):
        _source(briefing, number, source)
    if takeaway.sources:
        briefing.add_heading("References", level=1)
    for source in takeaway.sources:
        _reference(briefing.add_paragraph(style="List Number"), source)
    out = io.BytesIO()
    briefing.save(out)
    return out.getvalue()


def _describe(briefing: Briefing, inquiry: Inquiry) -> None:
    """Title, language and date, for screen readers and for those who look for the file."""
    known = briefing.core_properties
    known.title = one_line(inquiry.question)[:_LONGEST_PROPERTY]
    known.subject = "Evidence briefing"
    known.author = "Evidence search for the What Works centres"
    known.comments = ""
    known.language = LANGUAGE
    known.created = known.modified = datetime.combine(inquiry.asked, time(), UTC)
    for language in briefing.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)


def _head(briefing: Briefing, inquiry: Inquiry) -> None:
    asked = inquiry.asked
    briefing.add_heading(one_line(inquiry.question), level=0)
    on = date_words((asked.year, asked.month, asked.day))
    briefing.add_paragraph(f"Asked on {on}. {_VERBATIM}")
    if inquiry.filters:
        briefing.add_heading("Limited to", level=1)
    for told in inquiry.filters:
        briefing.add_paragraph(one_line(told), style="List Bullet")
    if inquiry.statement:
        briefing.add_heading("What the evidence says", level=1)
    for sentence in inquiry.statement:
        briefing.add_paragraph(one_line(sentence), style="List Bullet")


def _source(briefing: Briefing, number: int, source: Source) -> None:
    reference = source.reference
    briefing.add_heading(f"{number}. {one_line(reference.title)}", level=2)
    about = [one_line(reference.publisher or ""), date_words(reference.issued)]
    briefing.add_paragraph(" · ".join(part for part in about if part) or "Publisher not known")
    for told in (rating_words(reference.rating), *map(one_line, reference.remarks)):
        if told:
            briefing.add_paragraph(told)
    for excerpt in source.excerpts:
        briefing.add_paragraph(printable(excerpt.text), style="Quote")
        _place(briefing.add_paragraph(), excerpt, number)


def _place(paragraph: Paragraph, excerpt: Excerpt, number: int) -> None:
    parts = (f"[{number}]", page_words(excerpt.pages))
    paragraph.add_run("".join(f"{part} · " for part in parts if part))
    _link(paragraph, excerpt.permalink, f"Permalink of passage {excerpt.passage_id}")


def _reference(paragraph: Paragraph, source: Source) -> None:
    paragraph.add_run(f"{reference_words(source.reference)} ")
    if address := address_of(source.reference):
        _link(paragraph, address, address)


def _link(paragraph: Paragraph, address: str, words: str) -> None:
    """A hyperlink; python-docx reads them but does not write them."""
    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run = paragraph.add_run(printable(words))
    run.font.underline = True
    link.append(run._r)  # noqa: SLF001 - the element itself has to move into the link
    paragraph._p.append(link)  # noqa: SLF001
