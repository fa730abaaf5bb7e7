"""The same client for asyncio."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
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


class AsyncEvidenceClient:
    """`EvidenceClient` with methods to await; iterators are asynchronous."""

    def __init__(
        self,
        address: str,
        *,
        key: str | None = None,
        timeout: float = TIMEOUT_S,
        retries: Retries = Retries(),
        transport: httpx.AsyncBaseTransport | None = None,
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
        self._http = httpx.AsyncClient(
            base_url=address, headers=key_headers(key), timeout=timeout, transport=transport
        )

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections; the client cannot be used afterwards."""
        await self._http.aclose()

    async def search(
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
        return cast("Answer", await self._json(request))

    async def hits(
        self, question: str, *, k: int = 50, **asking: Unpack[Asking]
    ) -> AsyncIterator[Hit]:
        """Every passage of a ranking, up to 1,000, best first; `k` at a time.

        Raises:
            StaleCursor: the index was replaced meanwhile.
        """
        cursor = None
        while True:
            answer = await self.search(question, k=k, cursor=cursor, **asking)
            for hit in answer["hits"]:
                yield hit
            cursor = answer["next_cursor"]
            if cursor is None:
                return

    async def batch(self, questions: Sequence[Question], *, fields: Fields = None) -> Batch:
        """A result for each of up to 50 questions; a wrong one does not fail the others."""
        body = {"questions": list(questions)}
        return cast("Batch", await self._json(post("/v1/search/batch", body, fields)))

    async def reports(
        self, *, limit: int = 200, **filters: Unpack[Filters]
    ) -> AsyncIterator[Report]:
        """Every report that passes, by id; `limit` at a time.

        Raises:
            StaleCursor: the index was replaced meanwhile.
        """
        cursor = None
        while True:
            request = get("/v1/reports", limit=limit, cursor=cursor, **filters)
            part = cast("ReportList", await self._json(request))
            for report in part["reports"]:
                yield report
            cursor = part["next_cursor"]
            if cursor is None:
                return

    async def report(
        self, report_id: str, *, limit: int = 50, offset: int = 0, fields: Fields = None
    ) -> ReportWithPassages:
        """A report with a part of its passages."""
        request = get("/v1/reports/{}", report_id, limit=limit, offset=offset, fields=fields)
        return cast("ReportWithPassages", await self._json(request))

    async def passage(
        self, passage_id: str, *, text_sha256: str | None = None
    ) -> PassageWithReport:
        """A passage; with a hash, whether it is still what was quoted."""
        request = get("/v1/passages/{}", passage_id, text_sha256=text_sha256)
        return cast("PassageWithReport", await self._json(request))

    async def related(
        self, source: Source, *, k: int = 10, fields: Fields = None, **filters: Unpack[Filters]
    ) -> Related:
        """Studies near a report, a passage, a DOI or a text."""
        request = get("/v1/related", k=k, fields=fields, **source, **filters)
        return cast("Related", await self._json(request))

    async def evidence_map(
        self, question: str, *, rows: str, columns: str, **asking: Unpack[Asking]
    ) -> EvidenceMap:
        """The reports likely to answer by two axes: topic, centre, outcome, ..."""
        request = get("/v1/evidence-map", q=question, rows=rows, columns=columns, **asking)
        return cast("EvidenceMap", await self._json(request))

    async def feedback(
        self, question: str, verdict: Opinion, **judging: Unpack[Judging]
    ) -> Feedback:
        """Say whether an answer, or one passage, was useful; what is kept comes back.

        The question is kept: send it only for somebody who knows.
        """
        body = {"question": question, "verdict": verdict, **judging}
        return cast("Feedback", await self._json(post("/v1/feedback", body)))

    async def centres(self) -> Centres:
        """The centres, and how many reports of each are here."""
        return cast("Centres", await self._json(get("/v1/centres")))

    async def ready(self) -> Ready:
        """Which index answers."""
        return cast("Ready", await self._json(get("/readyz")))

    async def export(
        self, question: str, to: ExportFormat, *, k: int = 10, **asking: Unpack[Asking]
    ) -> bytes:
        """An answer as a file."""
        return (await self._send(get("/v1/export", q=question, format=to, k=k, **asking))).content

    async def citation(self, report_id: str, to: CitationFormat) -> bytes:
        """A report's reference as a file."""
        return (await self._send(get("/v1/reports/{}/citation", report_id, format=to))).content

    async def passages(
        self, question: str | None = None, **filters: Unpack[Filters]
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Everything likely to answer, or every passage of the reports that pass, as it comes.

        Each is a line of the JSON Lines export.
        """
        request = get("/v1/export/passages", q=question, format="jsonl", **filters)
        async with self._streamed(request) as response:
            async for line in response.aiter_lines():
                yield json.loads(line)

    async def _json(self, request: Request) -> object:
        return (await self._send(request)).json()

    async def _send(self, request: Request) -> httpx.Response:
        tried = 0
        with reached():
            while True:
                response = await self._http.send(self._built(request))
                wait = self._retries.wait(response, tried)
                if wait is None:
                    check(response)
                    return response
                await asyncio.sleep(wait)
                tried += 1

    @asynccontextmanager
    async def _streamed(self, request: Request) -> AsyncIterator[httpx.Response]:
        tried = 0
        with reached():
            while True:
                response = await self._http.send(self._built(request), stream=True)
                try:
                    wait = self._retries.wait(response, tried)
                    if wait is None:
                        if not response.is_success:
                            await response.aread()
                        check(response)
                        yield response
                        return
                finally:
                    await response.aclose()
                await asyncio.sleep(wait)
                tried += 1

    def _built(self, request: Request) -> httpx.Request:
        return self._http.build_request(
            request.method, request.path, params=request.params, json=request.json
        )
