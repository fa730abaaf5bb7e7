"""Related studies: of what the library holds, of a text, of a file, of a list of references."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, HTTPException, Query, Response, UploadFile
from pydantic import Field

from api.dependencies import AnySearcher, Fresh, Freshness
from api.languages import N_
from api.parameters import AnyId
from api.problem_docs import documented
from api.related_parameters import NearParameters, NearPartParameters, RelatedParameters
from api.schemas.related import ReferenceOut, ReferencesResponse, RelatedResponse
from api.selection import chosen, included
from corpus.references import read_references
from corpus.uploads import read_upload
from search.citing.relations import write_reference_rows
from search.errors import InvalidQuery
from search.related import Probe
from search.related.batch import relate_references
from search.related.finder import LARGEST_K
from search.related.probes import LONGEST_TEXT
from search.searcher import Searcher

router = APIRouter(prefix="/v1")

READERS: Final = 2  # files read at once
WAITING: Final = 6  # requests more that may wait for one of them; each holds a thread
WAIT_S: Final = 20.0
MOST_REFERENCES: Final = 500

_INVALID = HTTPStatus.UNPROCESSABLE_ENTITY
_UNREADY = HTTPStatus.SERVICE_UNAVAILABLE
_TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
_reading = threading.BoundedSemaphore(READERS)
_admitted = threading.BoundedSemaphore(READERS + WAITING)


class BatchParameters(NearParameters):
    """Which reports may come back for each reference, how many, and in which format."""

    k: int = Field(5, ge=1, le=LARGEST_K, description="How many reports for each reference.")
    format: Annotated[str, Field(pattern="^(json|csv)$")] = Field(
        "json", description="json or csv.", examples=["csv"]
    )


_Near = Annotated[NearParameters, Query()]


@router.get(
    "/related",
    responses=documented(HTTPStatus.NOT_FOUND, _INVALID, _UNREADY),
    response_model=RelatedResponse,
    summary="Related studies",
)
def related(
    query: Annotated[RelatedParameters, Query()], searcher: AnySearcher, fresh: Fresh
) -> Response:
    """Reports near a report, a passage, a DOI or a text, and why; the same study kept apart."""
    return _near(query.probe(searcher), query, searcher, fresh)


@router.get(
    "/reports/{report_id}/related",
    responses=documented(HTTPStatus.NOT_FOUND, _INVALID, _UNREADY),
    response_model=RelatedResponse,
    summary="Studies related to a report",
)
def related_to_report(
    report_id: AnyId,
    query: Annotated[NearPartParameters, Query()],
    searcher: AnySearcher,
    fresh: Fresh,
) -> Response:
    """Reports near a report, and why; the same study's other publications kept apart."""
    return _near(searcher.related.of_report(report_id), query, searcher, fresh)


def _near(
    probe: Probe, query: NearPartParameters, searcher: Searcher, fresh: Freshness
) -> Response:
    included(RelatedResponse, query.fields)
    fresh.confirm()
    found = searcher.related.near(probe, filters=query.filters(), k=query.k)
    return chosen(RelatedResponse.of(found), query.fields, fresh.headers)


@router.post(
    "/related",
    responses=documented(_TOO_LARGE, _INVALID, _UNREADY),
    summary="Studies related to a text or file",
)
def related_to_upload(
    query: _Near,
    searcher: AnySearcher,
    text: Annotated[
        str | None, Form(max_length=LONGEST_TEXT, description="An abstract, or more.")
    ] = None,
    file: Annotated[
        UploadFile | None, File(description="PDF, DOCX, HTML or text, up to 20 MiB; not kept.")
    ] = None,
) -> RelatedResponse:
    """Reports near a pasted text or a file, which is read in a process apart and not kept."""
    if (text is None) == (file is None):
        raise InvalidQuery("Send either `text` or `file`.", cure="One of the two, as a form field.")
    if file is not None:
        with a_reader():
            document = read_upload(file.file.read(), file.filename or "")
            probe = searcher.related.of_document(document)
    else:
        probe = searcher.related.of_text(text or "")
    return RelatedResponse.of(searcher.related.near(probe, filters=query.filters(), k=query.k))


@router.post(
    "/related/references",
    responses=documented(_TOO_LARGE, _INVALID, _UNREADY),
    response_model=ReferencesResponse,
    summary="Studies related to each of a list of references",
)
def related_to_references(
    query: Annotated[BatchParameters, Query()],
    searcher: AnySearcher,
    file: Annotated[UploadFile, File(description="RIS, or CSV with titles, abstracts or DOIs.")],
) -> Response | ReferencesResponse:
    """For each reference whether the library holds it, and close reports."""
    name = file.filename or "The list"
    references = read_references(file.file.read(), name, most=MOST_REFERENCES)
    rows = relate_references(
        references,
        searcher.related,
        searcher.standing_reports(),
        filters=query.filters(),
        k=query.k,
    )
    if query.format == "csv":
        headers = {"Content-Disposition": 'attachment; filename="related.csv"'}
        return Response(write_reference_rows(rows), media_type="text/csv", headers=headers)
    return ReferencesResponse(
        references=[ReferenceOut.of(row, searcher.generation, searcher.spec.name) for row in rows],
        generation=searcher.generation,
        model=searcher.spec.name,
    )


@contextmanager
def a_reader() -> Iterator[None]:
    """One of the few places to read a file in.

    Raises:
        HTTPException: 503, none came free in time, or too many wait already.
    """
    busy = HTTPException(
        _UNREADY,
        N_("Too many files are being read. Try again in a minute."),
        headers={"Retry-After": f"{WAIT_S:.0f}"},
    )
    if not _admitted.acquire(blocking=False):
        raise busy
    try:
        if not _reading.acquire(timeout=WAIT_S):
            raise busy
        try:
            yield
        finally:
            _reading.release()
    finally:
        _admitted.release()
