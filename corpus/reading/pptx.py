"""Presentations, through python-pptx: a page per slide."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.table import Table
from pptx.text.text import TextFrame

from corpus.errors import ReadingError, ReadingLimit
from corpus.reading.assemble import Part, one_page
from corpus.reading.clean import clean_text, telling_title
from corpus.reading.office import office_file
from corpus.reading.tables import table_text
from corpus.types import BlockKind, Document, DocumentType

if TYPE_CHECKING:
    from datetime import datetime

MOST_SLIDES: Final = 2_000
_DEEPEST: Final = 20  # groups in groups
_FURNITURE: Final = frozenset(
    {PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER}
)
_LISTS: Final = frozenset({PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT})
_FIRST_YEAR, _LAST_YEAR = 1980, 2100


def read_pptx(data: bytes) -> Document:
    """Read a presentation: titles, text, tables and speaker notes of each slide.

    Raises:
        ReadingLimit: it unpacks to more than 300 MiB, or has thousands of slides.
        ReadingError: it cannot be opened, or there are no words in it.
    """
    with office_file(data, "presentation", damage=PythonPptxError, program="PowerPoint") as stream:
        deck = Presentation(stream)
        if len(deck.slides) > MOST_SLIDES:
            raise ReadingLimit(
                f"The presentation has {len(deck.slides):,} slides; {MOST_SLIDES:,} are the limit."
            )
        slides = list(deck.slides)
        parts = [list(_parts(slide)) for slide in slides]
        headings = [_title(slide) for slide in slides]
        hidden = [n for n, slide in enumerate(slides, start=1) if slide.element.get("show") == "0"]
        known = deck.core_properties
        title, author, created = known.title, known.author, known.created
    if not any(any(part.text.strip() for part in slide) for slide in parts):
        raise ReadingError(
            "No slide has words of its own.", cure="Save the presentation as PDF and add that."
        )
    pages = tuple(
        one_page([Part(heading or f"Slide {n}", BlockKind.HEADING, 1), *slide], number=n)
        for n, (heading, slide) in enumerate(zip(headings, parts, strict=True), start=1)
    )
    return Document(
        DocumentType.PPTX,
        pages,
        title=telling_title(title) or next((heading for heading in headings if heading), None),
        authors=tuple(name for name in (clean_text(author or "").strip(),) if name),
        year=_year(created),
        notes=(f"slides hidden in the presentation: {', '.join(map(str, hidden))}",)
        if hidden
        else (),
    )


def _title(slide: Slide) -> str:
    shape = slide.shapes.title
    return _line(shape.text_frame.text) if shape is not None else ""


def _year(created: "datetime | None") -> int | None:
    return created.year if created and _FIRST_YEAR <= created.year <= _LAST_YEAR else None


def _parts(slide: Slide) -> Iterator[Part]:
    """Everything but the title, in the order of the slide; then its notes."""
    title = slide.shapes.title
    for shape in _leaves(slide.shapes, depth=0):
        if title is None or shape.shape_id != title.shape_id:
            yield from _shape(shape)
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if notes is not None and notes.text.strip():
        yield Part("Speaker notes", BlockKind.HEADING, 2)
        yield from _paragraphs(notes, listed=False)


def _leaves(shapes: Iterable[BaseShape], *, depth: int) -> Iterator[BaseShape]:
    for shape in shapes:
        if not isinstance(shape, GroupShape):
            yield shape
        elif depth < _DEEPEST:
            yield from _leaves(shape.shapes, depth=depth + 1)


def _shape(shape: BaseShape) -> Iterator[Part]:
    role = shape.placeholder_format.type if shape.is_placeholder else None
    if role in _FURNITURE:
        return
    if isinstance(shape, GraphicFrame) and shape.has_table:
        yield Part(_table(shape.table), BlockKind.TABLE)
    frame = getattr(shape, "text_frame", None) if shape.has_text_frame else None
    if isinstance(frame, TextFrame):
        yield from _paragraphs(frame, listed=role in _LISTS)


def _paragraphs(frame: TextFrame, *, listed: bool) -> Iterator[Part]:
    paragraphs = [words for each in frame.paragraphs if (words := _line(each.text))]
    kind = BlockKind.LIST_ITEM if listed and len(paragraphs) > 1 else BlockKind.PARAGRAPH
    for words in paragraphs:
        yield Part(words, kind)


def _table(table: Table) -> str:
    rows = [[_line(cell.text) for cell in row.cells if not cell.is_spanned] for row in table.rows]
    return table_text(rows, header=table.first_row)


def _line(text: str) -> str:
    return " ".join(text.split())
