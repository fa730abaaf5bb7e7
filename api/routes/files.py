"""A report's file and its pages, where its licence lets them be shown."""

from http import HTTPStatus
from pathlib import PurePath
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import BaseModel, Field

from api.dependencies import AnySearcher
from api.languages import N_, visit
from api.originals import Originals
from api.parameters import AnyId
from api.places import (
    Range,
    elsewhere,
    marked_on,
    numbered_path,
    page_path,
    report_path,
)
from api.routes.given import TheOriginals
from api.routes.printed import label_of, printed_on
from api.routes.related import a_reader
from api.routes.rendering import render
from corpus.drawing import MEDIA_TYPE, DrawOrder
from corpus.types import DocumentType, Passage, Report
from search.citing.formats import file_name
from search.errors import UnknownId
from search.questions import LONGEST_QUESTION
from search.searcher import Searcher

router = APIRouter(include_in_schema=False)

WIDTHS: Final = (800, 1600)  # pixels of drawn pages
KEPT_S: Final = 3600  # seconds a browser may keep a drawn page without asking again
_TYPES: Final = {
    DocumentType.PDF: ("application/pdf", ".pdf"),
    DocumentType.HTML: ("text/html", ".html"),
    DocumentType.DOCX: (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".docx",
    ),
    DocumentType.PPTX: (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ".pptx",
    ),
    DocumentType.XLSX: (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".xlsx",
    ),
    DocumentType.TEXT: ("text/plain; charset=utf-8", ".txt"),
}
#: Nothing in a file may run, load or be framed, whatever it is.
_LOCKED: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
#: Browsers show no PDF in a sandbox; their viewers run none of its scripts with ours.
_PDF: Final = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
)


class PageParameters(BaseModel):
    """What is marked on a page: a passage, and the characters of it that answer."""

    passage: str | None = Field(None, max_length=200)
    start: int | None = Field(None, ge=0, le=1_000_000)
    end: int | None = Field(None, ge=0, le=1_000_000)
    q: str = Field("", max_length=LONGEST_QUESTION)

    @property
    def sentence(self) -> Range | None:
        """The characters, where both ends are given and make sense."""
        if self.start is None or self.end is None or self.start >= self.end:
            return None
        return self.start, self.end


class PictureParameters(PageParameters):
    """The same, and how wide the picture is to be."""

    width: int = Field(WIDTHS[0], json_schema_extra={"enum": list(WIDTHS)})


Number = Annotated[int, Path(ge=1, le=100_000)]


@router.get("/reports/{report_id}/pages")
def go(
    report_id: AnyId,
    n: Annotated[int, Query(ge=1, le=100_000)],
    q: Annotated[str, Query(max_length=LONGEST_QUESTION)] = "",
) -> Response:
    """To a page by its number, for the form that asks for one."""
    asked = f"?{urlencode({'q': q})}" if q else ""
    told = visit().to(f"{report_path(report_id)}/pages/{n}{asked}")
    return RedirectResponse(told, status_code=HTTPStatus.SEE_OTHER)


@router.get("/reports/{report_id}/pages/{number}")
def page(
    report_id: AnyId,
    number: Number,
    query: Annotated[PageParameters, Query()],
    searcher: AnySearcher,
    originals: TheOriginals,
) -> Response:
    """A page of a PDF with the passage marked, its text beneath; or where else to see it."""
    report = _with_page(searcher, report_id, number)
    passages = searcher.report_passages(report_id)
    passage = _passage(passages, query.passage)
    sentence = query.sentence if passage else None
    marked = marked_on(passage, number, sentence) if passage else None
    quoted = passage.text[slice(*sentence)] if passage and sentence else None
    width, height = originals.page_size(report, number)
    turn = (passage, sentence) if passage else (None, None)
    html = render(
        "page.html",
        report=report,
        number=number,
        label=label_of(passages, number),
        file=originals.file(report),
        passage=passage,
        marked=marked,
        sentence=marked and marked.sentence,
        home=page_path(report, passage, sentence) if passage else None,
        before=numbered_path(report, number - 1, *turn, question=query.q) if number > 1 else None,
        after=numbered_path(report, number + 1, *turn, question=query.q)
        if number < report.page_count
        else None,
        elsewhere=elsewhere(report, number, quoted or (marked.text if marked else "")),
        picture=_picture(report, number, passage if marked else None, sentence),
        widths=WIDTHS,
        height=round(WIDTHS[0] * height / width),
        parts=printed_on(passages, number, passage, sentence),
        question=query.q.strip(),
        centres={centre.id: centre for centre in originals.centres()},
    )
    return Response(html, media_type="text/html")


@router.get("/reports/{report_id}/pages/{number}/image")
def image(
    request: Request,
    report_id: AnyId,
    number: Number,
    query: Annotated[PictureParameters, Query()],
    searcher: AnySearcher,
    originals: TheOriginals,
) -> Response:
    """The picture of a page, with the passage marked."""
    report = _with_page(searcher, report_id, number)
    if (file := originals.file(report)) is None:
        raise _not_shown(report)
    passage = _passage(searcher.report_passages(report_id), query.passage)
    marked = marked_on(passage, number, query.sentence) if passage else None
    width = WIDTHS[0] if query.width <= WIDTHS[0] else WIDTHS[-1]
    order = DrawOrder(file, report.sha256, number, width, marked)
    tag = f'"{order.key[:32]}"'
    headers = {"ETag": tag, "Cache-Control": f"max-age={KEPT_S}"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(_drawn(originals, order), media_type=MEDIA_TYPE, headers=headers)


def _drawn(originals: Originals, order: DrawOrder) -> bytes:
    if originals.drawings.has(order):
        return originals.drawings.draw(order)
    with a_reader():
        return originals.drawings.draw(order)


@router.get("/files/{report_id}")
def file(report_id: AnyId, searcher: AnySearcher, originals: TheOriginals) -> Response:
    """The file a report was read from: PDFs to be looked at, others to be saved."""
    report = searcher.report(report_id)
    if (path := originals.file(report)) is None:
        raise _not_shown(report)
    media_type, suffix = _TYPES[report.document_type]
    pdf = report.document_type is DocumentType.PDF
    name = file_name(PurePath(report.file.partition("?")[0]).stem, suffix)
    return FileResponse(
        path,
        media_type=media_type,
        filename=name,
        content_disposition_type="inline" if pdf else "attachment",
        headers={"Content-Security-Policy": _PDF if pdf else _LOCKED},
    )


def _not_shown(report: Report) -> UnknownId:
    where = elsewhere(report, None, "")
    told = N_("The file is not shown here: no licence was seen that allows it, or no copy is kept.")
    if where is None:
        return UnknownId(told, cure=N_("Ask its publisher for it."))
    return UnknownId(told, cure=N_("It is to be had at {where}"), values={"where": where})


def _with_page(searcher: Searcher, report_id: str, number: int) -> Report:
    """The report, if it has that page."""
    report = searcher.report(report_id)
    if report.document_type is not DocumentType.PDF:
        raise UnknownId(
            "This report has no pages: it is no PDF.",
            cure="Read it at {where}.",
            values={"where": report_path(report_id)},
        )
    if number > report.page_count:
        raise UnknownId(
            "This report has no page {number}; it has {pages}.",
            cure="Begin at {where}.",
            values={
                "number": number,
                "pages": report.page_count,
                "where": f"{report_path(report_id)}/pages/1",
            },
        )
    return report


def _passage(passages: tuple[Passage, ...], wanted: str | None) -> Passage | None:
    if wanted is None:
        return None
    for passage in passages:
        if passage.passage_id == wanted:
            return passage
    raise UnknownId(
        "This report has no passage {passage_id!r}.",
        cure="It may have changed since: a report that changed has new ones. Search again.",
        values={"passage_id": wanted},
    )


def _picture(report: Report, number: int, passage: Passage | None, sentence: Range | None) -> str:
    """The address of the picture, to which a width is added."""
    path, _, asked = numbered_path(report, number, passage, sentence).partition("?")
    return f"{path}/image?{asked}"
