"""Two centres list the same address: one report, two provenances, neither spoils the other."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from corpus.centres import Centre, Registry, SourceSpec
from corpus.centres.types import Politeness, SourceKind
from corpus.library.library import Library
from corpus.library.visits import Run
from corpus.web.client import Manners, PoliteClient
from corpus.web.pace import Retries
from indexer.entering import Gathering
from indexer.gathering import gather
from indexer.progress import Silent
from tests.worlds import page, pdf

REPORT = "https://files.example/r.pdf"
LISTS = {"a": "https://a.example/list", "b": "https://b.example/list"}


class Web:
    """Both centres' lists, and the file."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.bodies = {REPORT: pdf("one"), **{url: page(REPORT) for url in LISTS.values()}}

    def sync(self) -> Run:
        centres = tuple(
            Centre(
                each, each.upper(), ("x",), "none", politeness=Politeness(0.0),
                source=(SourceSpec(SourceKind.LISTING, url, take=("*.pdf", "*.x")),),
            )
            for each, url in LISTS.items()
        )  # fmt: skip
        manners = Manners("tests", Retries(attempts=1), delay_s=0.0)
        transport = httpx.MockTransport(self._answer)
        with PoliteClient(manners, transport=transport, sleep=lambda _: None) as client:
            return gather(
                self.library, client, Registry(centres), centres=centres, how=Gathering(),
                progress=Silent(),
            )  # fmt: skip

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = self.bodies.get(str(request.url))
        tag = f'"{hash(body)}"'
        if body is not None and request.headers.get("If-None-Match") == tag:
            return httpx.Response(304)
        return (
            httpx.Response(404)
            if body is None
            else httpx.Response(200, content=body, headers={"ETag": tag})
        )


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with Library(tmp_path / "home") as library:
        yield Web(library)


def test_the_second_run_downloads_nothing(web: Web) -> None:
    web.sync()
    run = web.sync()
    assert {centre: counts["downloaded"] for centre, counts in run.counts.items()} == {
        "a": 0, "b": 0,
    }  # fmt: skip
    assert len(web.library.entries()) == 1
    assert {file.centre for file in web.library.files()} == {"a", "b"}


def test_what_one_centre_drops_stands_for_the_other(web: Web) -> None:
    web.sync()
    web.bodies[LISTS["b"]] = page("https://b.example/other.x")
    web.bodies["https://b.example/other.x"] = pdf("other")
    (entry,) = web.library.entries().values()
    web.sync()
    assert web.library.entries()[entry.report_id].removed is None


def test_a_new_version_is_one_for_both(web: Web) -> None:
    web.sync()
    web.bodies[REPORT] = pdf("one, mended")
    web.sync()
    standing = [each for each in web.library.entries().values() if each.removed is None]
    assert len(standing) == 1
    assert {file.centre for file in web.library.files() if file.live} == {"a", "b"}
