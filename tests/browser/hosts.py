"""Another site: a small server of its own origin whose pages embed the search."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from api.keys.making import make_key, make_scope
from api.keys.store import KeyStore
from api.keys.types import Key, KeyKind, Quota, utc_now
from corpus.home import Home


@dataclass(frozen=True, slots=True)
class HostPage:
    """A page of the other site: its HTML and its headers."""

    html: str
    headers: Mapping[str, str]


@contextmanager
def hosting(pages: Mapping[str, HostPage]) -> Iterator[str]:
    """Serve pages by path; gives the site's origin. Pages may be added while it serves."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.get(self.path)
            self.send_response(200 if found else 404)
            for name, value in (found.headers if found else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(found.html.encode() if found else b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def site_key(
    home: Path, *origins: str, quota: Quota | None = None, centres: tuple[str, ...] = ()
) -> tuple[Key, str]:
    """A key of the library for these origins, and its text."""
    scope = make_scope(origins=origins, centres=centres)
    store = KeyStore(Home(home).keys)
    key, text = make_key(
        store, KeyKind.SITE, name="x", who="ann", now=utc_now(), scope=scope, quota=quota
    )
    return key, str(text)


def document(body: str, head: str = "", lang: str = "en") -> str:
    """A page's HTML."""
    return (
        f'<!doctype html><html lang="{lang}"><head><title>A site</title>{head}</head>'
        f"<body><main><h1>A site</h1>{body}</main></body></html>"
    )
