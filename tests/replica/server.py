"""The replica's server: every site on a loopback address of its own, one port, made to misbehave.

A `Site` maps paths to `Resource`s. Each request is counted; a resource may carry a fault that
is acted out for its first requests, or for all.
"""

import gzip
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

#: What the WordPress REST API says to a page past the last, with status 400.
PAST_THE_LAST = b'{"code":"rest_post_invalid_page_number"}'


@dataclass
class Resource:
    """What a path gives. `body` may be made from the query string."""

    body: bytes | Callable[[str], bytes]
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fault: str | None = None
    times: int = 1_000_000  # requests the fault is acted out for
    validators: bool = True


@dataclass
class Site:
    """One host: its address on the loopback network, and its paths."""

    host: str
    paths: dict[str, Resource] = field(default_factory=dict)
    robots: Resource | None = None


class Replica:
    """All sites at once. Use as a context manager.

    `requests` counts (host, path, status); `bodies` counts answers that carried a body.
    """

    def __init__(self, sites: list[Site]) -> None:
        self.sites = {site.host: site for site in sites}
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.agents: set[str] = set()
        self.times: dict[str, list[float]] = {}
        self._lock = threading.Lock()
        replica = self

        class Handler(_Handler):
            web = replica

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:  # noqa: ANN401 - its parent's own
                """A client that hung up is what some of this is for."""

        self._server = Server(("0.0.0.0", 0), Handler)  # noqa: S104 - loopback hosts
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def count(self, host: str, path: str, status: int) -> int:
        """Enter a request; how often this path was asked before."""
        with self._lock:
            before = sum(n for (h, p, _), n in self.requests.items() if (h, p) == (host, path))
            self.requests[host, path, status] += 1
            self.times.setdefault(host, []).append(time.monotonic())
            return before

    def forget(self) -> None:
        """Count from nothing again."""
        with self._lock:
            self.requests.clear()
            self.times.clear()

    @property
    def bodies(self) -> int:
        """Answers that carried a file, robots.txt left out."""
        return sum(
            n
            for (_, path, status), n in self.requests.items()
            if status in {200, 206} and path != "/robots.txt"
        )


class _Handler(BaseHTTPRequestHandler):
    web: Replica
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - its parent's own
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        host = self.headers.get("Host", "").split(":")[0]
        path, _, query = self.path.partition("?")
        self.web.agents.add(self.headers.get("User-Agent", ""))
        site = self.web.sites.get(host)
        found: Resource | None = None
        if site:
            robots = site.robots or Resource(b"", status=404)
            full = site.paths.get(self.path)
            found = robots if path == "/robots.txt" else full or site.paths.get(path)
        self._give(host, path, query, found or Resource(b"not found", status=404))

    def _give(self, host: str, path: str, query: str, found: Resource) -> None:
        body = found.body(query) if callable(found.body) else found.body
        if body == PAST_THE_LAST:
            found = Resource(body, "application/json", status=400, validators=False)
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        conditional = found.validators and self.headers.get("If-None-Match") == tag
        status = 304 if conditional and found.status == 200 else found.status
        before = self.web.count(host, path, status)
        if found.fault and before < found.times:
            self._misbehave(found.fault, body, tag)
            return
        headers = {"Content-Type": found.content_type, **found.headers}
        if found.validators:
            headers |= {"ETag": tag, "Last-Modified": formatdate(1_700_000_000, usegmt=True)}
        start = self._asked_from(tag)
        if start and status == 200:
            status, headers["Content-Range"] = 206, f"bytes {start}-{len(body) - 1}/{len(body)}"
            body = body[start:]
        self._send(status, b"" if status == 304 else body, headers)

    def _asked_from(self, tag: str) -> int:
        asked = self.headers.get("Range", "")
        if self.headers.get("If-Range") != tag or not asked.startswith("bytes="):
            return 0
        return int(asked.removeprefix("bytes=").split("-")[0])

    def _send(
        self, status: int, body: bytes, headers: dict[str, str], *, length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def _misbehave(self, fault: str, body: bytes, tag: str) -> None:
        pdf = {"Content-Type": "application/pdf", "ETag": tag}
        if fault.isdigit():
            later = {"Retry-After": "0"} if fault in {"429", "503"} else {}
            self._send(int(fault), b"later", later)
        elif fault.startswith("redirect "):
            self._send(302, b"", {"Location": fault.removeprefix("redirect ")})
        elif fault == "truncated":
            self._send(200, body[: len(body) // 2], pdf, length=len(body))
            self.close_connection = True
        elif fault == "drip":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            for _ in range(200):
                self.wfile.write(b".")
                time.sleep(0.05)
        elif fault == "huge":
            self._send(200, b"%PDF-" + b"x" * 3_000_000, pdf)
        elif fault == "wrong type":
            self._send(200, b"<html><body>Please log in</body></html>", pdf)
        elif fault == "bomb":
            packed = gzip.compress(b"0" * 50_000_000)
            self._send(200, packed, {"Content-Encoding": "gzip", "Content-Type": "text/html"})
        else:
            raise ValueError(fault)
