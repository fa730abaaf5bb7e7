"""The client."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, Unpack, cast

import httpx

from client.errors import check, reached
from client.requests import (
    TIMEOUT_S,
    Asking,
    CitationFormat,
    ExportFormat,
    Fields,
    Filters,
    Judging,
    Opinion,
    Question,
    Request,
    Source,
    get,
    key_headers,
    post,
)
from client.retries import Retries
from client.shapes import (
    Answer,
    Batch,
    Centres,
    EvidenceMap,
    Feedback,
    Hit,
    PassageWithReport,
    Ready,
    Related,
    Report,
    ReportList,
    ReportWithPassages,
)


class EvidenceClient:
    """Asks a service. Use as a context manager, or `close` it; safe to share by threads.

    Every method raises `Unreachable` where no answer comes and `Rejected`, by its kind, where the
    service says what is wrong. With `fields` an answer has those alone.
    """

    def __init__(
        self,
        address: str,
        *,
        key: str | None = None,
        timeout: float = TIMEOUT_S,
        retries: Retries = Retries(),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            address: of the service, as `https://evidence.example`.
            key: an API or admin key, sent as a bearer token; site keys are for pages of sites.
            timeout: seconds to connect, and between two parts of an answer.
            retries: what to do where the service is busy.
            transport: httpx's, for tests.

        Raises:
            ValueError: a site key.
        """
        self._retries = retries
        self._http = httpx.Client(
            base_url=address, headers=key_headers(key), timeout=timeout, transport=transport
        )

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections; the client cannot be used afterwards."""
        self._http.close()

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        cursor: str | None = None,
        fields: Fields = None,
        **asking: Unpack[Asking],
    ) -> Answer:
        """The `k` best passages (1 to 100), or those after a cursor."""
        request = get("/v1/search", q=question, k=k, cursor=cursor, fields=fields, **asking)
        return cast("Answer", self._json(request))

    def hits(self, question: str, *, k: int = 50, **asking: Unpack[Asking]) -> Iterator[Hit]:
        """Every passage of a ranking, up to 1,000, best first; `k` at a time.

        Raises:
            StaleCursor: the index was replaced meanwhile.
        """
        cursor = None
        while True:
            answer = self.search(question, k=k, cursor=cursor, **asking)
            yield from answer["hits"]
            cursor = answer["next_cursor"]
            if cursor is None:
                return

    def batch(self, questions: Sequence[Question], *, fields: Fields = None) -> Batch:
        """A result for each of up to 50 questions; a wrong one does not fail the others."""
        body = {"questions": list(questions)}
        return cast("Batch", self._json(post("/v1/search/batch", body, fields)))

    def reports(self, *, limit: int = 200, **filters: Unpack[Filters]) -> Iterator[Report]:
        """Every report that passes, by id; `limit` at a time.

        Raises:
            StaleCursor: the index was replaced meanwhile.
        """
        cursor = None
        while True:
            request = get("/v1/reports", limit=limit, cursor=cursor, **filters)
            part = cast("ReportList", self._json(request))
            yield from part["reports"]
            cursor = part["next_cursor"]
            if cursor is None:
                return

    def report(
        self, report_id: str, *, limit: int = 50, offset: int = 0, fields: Fields = None
    ) -> ReportWithPassages:
        """A report with a part of its passages."""
        request = get("/v1/reports/{}", report_id, limit=limit, offset=offset, fields=fields)
        return cast("ReportWithPassages", self._json(request))

    def passage(self, passage_id: str, *, text_sha256: str | None = None) -> PassageWithReport:
        """A passage; with a hash, whether it is still what was quoted."""
        request = get("/v1/passages/{}", passage_id, text_sha256=text_sha256)
        return cast("PassageWithReport", self._json(request))

    def related(
        self, source: Source, *, k: int = 10, fields: Fields = None, **filters: Unpack[Filters]
    ) -> Related:
        """Studies near a report, a passage, a DOI or a text."""
        request = get("/v1/related", k=k, fields=fields, **source, **filters)
        return cast("Related", self._json(request))

    def evidence_map(
        self, question: str, *, rows: str, columns: str, **asking: Unpack[Asking]
    ) -> EvidenceMap:
        """The reports likely to answer by two axes: topic, centre, outcome, ..."""
        request = get("/v1/evidence-map", q=question, rows=rows, columns=columns, **asking)
        return cast("EvidenceMap", self._json(request))

    def feedback(self, question: str, verdict: Opinion, **judging: Unpack[Judging]) -> Feedback:
        """Say whether an answer, or one passage, was useful; what is kept comes back.

        The question is kept: send it only for somebody who knows.
        """
        body = {"question": question, "verdict": verdict, **judging}
        return cast("Feedback", self._json(post("/v1/feedback", body)))

    def centres(self) -> Centres:
        """The centres, and how many reports of each are here."""
        return cast("Centres", self._json(get("/v1/centres")))

    def ready(self) -> Ready:
        """Which index answers."""
        return cast("Ready", self._json(get("/readyz")))

    def export(
        self, question: str, to: ExportFormat, *, k: int = 10, **asking: Unpack[Asking]
    ) -> bytes:
        """An answer as a file."""
        return self._send(get("/v1/export", q=question, format=to, k=k, **asking)).content

    def citation(self, report_id: str, to: CitationFormat) -> bytes:
        """A report's reference as a file."""
        return self._send(get("/v1/reports/{}/citation", report_id, format=to)).content

    def passages(
        self, question: str | None = None, **filters: Unpack[Filters]
    ) -> Iterator[Mapping[str, Any]]:
        """Everything likely to answer, or every passage of the reports that pass, as it comes.

        Each is a line of the JSON Lines export.
        """
        request = get("/v1/export/passages", q=question, format="jsonl", **filters)
        with self._streamed(request) as response:
            for line in response.iter_lines():
                yield json.loads(line)

    def _json(self, request: Request) -> object:
        return self._send(request).json()

    def _send(self, request: Request) -> httpx.Response:
        tried = 0
        with reached():
            while True:
                response = self._http.send(self._built(request))
                wait = self._retries.wait(response, tried)
                if wait is None:
                    check(response)
                    return response
                time.sleep(wait)
                tried += 1

    @contextmanager
    def _streamed(self, request: Request) -> Iterator[httpx.Response]:
        tried = 0
        with reached():
            while True:
                response = self._http.send(self._built(request), stream=True)
                try:
                    wait = self._retries.wait(response, tried)
                    if wait is None:
                        if not response.is_success:
                            response.read()
                        check(response)
                        yield response
                        return
                finally:
                    response.close()
                time.sleep(wait)
                tried += 1

    def _built(self, request: Request) -> httpx.Request:
        return self._http.build_request(
            request.method, request.path, params=request.params, json=request.json
        )
