"""A small library behind the door, and the keys that open it."""

from collections.abc import Mapping
from typing import Any

from httpx2 import Response

from api.keys.making import make_key, make_scope
from api.keys.store import KeyStore
from api.keys.types import Key, KeyKind, utc_now
from search.searcher import Searcher
from tests.builders import report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
REPORTS = [
    report("a", "Tutoring", centre="eef", year=2020, topics=("education",)),
    report("b", "Patrols", centre="college-of-policing", year=2019, topics=("crime",)),
]
TEXTS = [("a", f"Tutoring helps pupils catch up, {n}.") for n in range(8)] + [
    ("b", "Patrols in hot spots reduce crime.")
]
SITE = "https://example.org"
ASK = "/v1/search?q=tutoring+patrols"


class Source:
    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def current(self) -> Searcher:
        return self._searcher


def site_key(store: KeyStore, *origins: str, **known: Any) -> tuple[Key, str]:  # noqa: ANN401
    quota = known.pop("quota", None)
    scope = make_scope(origins=origins or (SITE,), **known)
    key, text = make_key(
        store, KeyKind.SITE, name="x", who="ann", now=utc_now(), scope=scope, quota=quota
    )
    return key, str(text)


def secret(store: KeyStore, kind: KeyKind, **known: Any) -> tuple[Key, Mapping[str, str]]:  # noqa: ANN401
    key, text = make_key(store, kind, name="x", who="ann", now=utc_now(), **known)
    return key, {"authorization": f"Bearer {text}"}


def refused(response: Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert "hits" not in response.text
    told: str = response.json()["detail"]
    return told
