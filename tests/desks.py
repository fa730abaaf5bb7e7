"""The librarian's desk over HTTP: signing in, and sending its forms as a browser does."""

import re
import time
from collections.abc import Mapping
from typing import Any, Final

from fastapi.testclient import TestClient
from httpx2 import Response
from lxml import html

from api.keys.making import make_key
from api.keys.store import KeyStore
from api.keys.types import Key, KeyKind, utc_now

OWN: Final = {"sec-fetch-site": "same-origin"}
PATIENCE_S: Final = 240.0  # a busy machine


def admin(store: KeyStore, **known: Any) -> tuple[Key, str]:  # noqa: ANN401
    """A librarian's key and its text."""
    kind = known.pop("kind", KeyKind.ADMIN)
    key, text = make_key(store, kind, name="ann's", who="bob", now=utc_now(), **known)
    return key, str(text)


def token_of(page: str) -> str:
    """What the page's forms send."""
    return str(html.fromstring(page).xpath("string(//input[@name='form'][1]/@value)"))


def sign_in(client: TestClient, text: str, **headers: str) -> Response:
    """Send the sign-in form."""
    form = token_of(client.get("/desk").text)
    sent = {**OWN, "accept": "text/html", **headers}
    data = {"key": text, "form": form}
    return client.post("/desk", data=data, headers=sent, follow_redirects=False)


def send(
    client: TestClient,
    path: str,
    data: Mapping[str, str] | None = None,
    *,
    files: Mapping[str, Any] | None = None,
    of: str = "/desk",
) -> Response:
    """Send a form of the desk as its own page does."""
    form = token_of(client.get(of).text)
    return client.post(
        path,
        data={**(data or {}), "form": form},
        files=files,
        headers={**OWN, "accept": "text/html"},
        follow_redirects=False,
    )


def ended(client: TestClient, response: Response) -> str:
    """The page of a job that a form led to, once it has ended."""
    assert response.status_code == 303, words(response.text)
    path = response.headers["location"]
    assert re.fullmatch(r"/desk/jobs/\d+", path), path
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        page = client.get(path).text
        if "data-open" not in page:
            return words(page)
        time.sleep(0.1)
    raise AssertionError(words(page))


def words(page: str) -> str:
    """What a page says."""
    return " ".join(html.fromstring(page).text_content().split())
