"""The page of related studies: what a person pastes, names or sends, and what is near it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from pydantic import BaseModel, Field

from api.dependencies import AnySearcher
from api.languages import gettext, language_of, said, visit
from api.originals import Originals
from api.problems import status_of
from api.routes.given import TheOriginals
from api.routes.related import MOST_REFERENCES, a_reader
from api.routes.rendering import render
from corpus.errors import EvidenceError
from corpus.references import read_references
from corpus.uploads import LARGEST_UPLOAD, read_upload
from search.questions import LONGEST_QUESTION
from search.related import Probe, Related
from search.related.batch import ReferenceRow, relate_references
from search.related.probes import LONGEST_TEXT
from search.searcher import Searcher

router = APIRouter(include_in_schema=False)

SHOWN: Final = 10  # reports near what was sent
OF_EACH: Final = 5  # near each reference of a list
_INVALID: Final = HTTPStatus.UNPROCESSABLE_ENTITY


class AskedParameters(BaseModel):
    """What the library holds and related studies are wanted of; nothing shows the empty form."""

    report: str = Field("", max_length=200)
    passage: str = Field("", max_length=200)
    doi: str = Field("", max_length=300)
    text: str = Field("", max_length=LONGEST_QUESTION)


@dataclass(frozen=True, slots=True)
class Sent:
    """What the form's fields held, to be shown again."""

    text: str = ""
    doi: str = ""


@router.get("/related")
def form(
    query: Annotated[AskedParameters, Query()], searcher: AnySearcher, originals: TheOriginals
) -> Response:
    """The empty form, or what is near something of the library."""
    studies = searcher.related
    asked = (
        (query.report, studies.of_report),
        (query.passage, studies.of_passage),
        (query.doi, studies.of_doi),
        (query.text, studies.of_text),
    )
    for wanted, probe in asked:
        if wanted.strip():
            return _near(originals, searcher, Sent(query.text, query.doi), partial(probe, wanted))
    return _page(originals)


@router.post("/related")
def sent(
    searcher: AnySearcher,
    originals: TheOriginals,
    text: Annotated[str, Form()] = "",
    doi: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
    references: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """What is near a text, a DOI, a file, or each reference of a list: one of them."""
    shown = Sent(text[:LONGEST_TEXT], doi[:300])
    probes: list[Callable[[], Probe]] = []
    if text.strip():
        probes.append(partial(searcher.related.of_text, text))
    if doi.strip():
        probes.append(partial(searcher.related.of_doi, doi.strip()))
    if file and file.filename:
        probes.append(partial(_of_file, searcher, file))
    listed = references if references and references.filename else None
    if len(probes) + (listed is not None) != 1:
        fault = gettext("Send one of the four: a text, a DOI, a file, or a list of references.")
        return _page(originals, sent=shown, fault=fault, status=_INVALID)
    if listed:
        return _listed(originals, searcher, shown, listed)
    return _near(originals, searcher, shown, probes[0])


def _of_file(searcher: Searcher, file: UploadFile) -> Probe:
    with a_reader():
        document = read_upload(file.file.read(), file.filename or "")
        return searcher.related.of_document(document)


def _near(
    originals: Originals, searcher: Searcher, shown: Sent, probe: Callable[[], Probe]
) -> Response:
    try:
        answer = searcher.related.near(probe(), k=SHOWN)
    except EvidenceError as error:
        return _failed(originals, shown, error)
    return _page(originals, sent=shown, answer=answer)


def _listed(originals: Originals, searcher: Searcher, shown: Sent, file: UploadFile) -> Response:
    name = file.filename or ""
    try:
        references = read_references(file.file.read(), name, most=MOST_REFERENCES)
        reports = searcher.standing_reports()
        rows = list(relate_references(references, searcher.related, reports, k=OF_EACH))
    except EvidenceError as error:
        return _failed(originals, shown, error)
    return _page(originals, sent=shown, rows=rows)


def _failed(originals: Originals, shown: Sent, error: EvidenceError) -> Response:
    """The form again, with what is wrong with what was sent; raises what is no fault of that."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error
    language = language_of(error.message)  # what is wrong with a file is told in English
    return _page(originals, sent=shown, fault=said(error), fault_in=language, status=status)


def _page(
    originals: Originals,
    *,
    sent: Sent = Sent(),
    answer: Related | None = None,
    rows: Sequence[ReferenceRow] | None = None,
    fault: str | None = None,
    fault_in: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    html = render(
        "related.html",
        sent=sent,
        answer=answer,
        rows=rows,
        fault=fault,
        fault_in=fault_in or visit().language,
        longest=LONGEST_TEXT,
        largest=LARGEST_UPLOAD // 2**20,
        centres={centre.id: centre for centre in originals.centres()},
    )
    return Response(html, status_code=status, media_type="text/html")
