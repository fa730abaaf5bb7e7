"""What is asked again over HTTP: the same bytes as worked out anew, and as strictly let in."""

import gc
import re
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.keys.store import KeyStore
from api.parts import RankingParameters
from api.repeats import Repeats, Sent
from api.settings import load_settings
from corpus.home import Home
from search.searcher import Searcher
from tests.builders import content, generation
from tests.doors import ASK, ENCODER, REPORTS, SITE, TEXTS, refused, site_key

TOKEN = "0123456789abcdef"  # noqa: S105 - of nothing real
_TOOK = re.compile(rb'"took_ms":(\{[^}]*\})')
_AGAIN = re.compile(rb'\{"total":[0-9.]+\}')


class _Shelf:
    """Hands out the searcher it is given last."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher

    def current(self) -> Searcher:
        return self.searcher


def _searcher(folder: Path, texts: list[tuple[str, str]] = TEXTS, *, keep: int) -> Searcher:
    made = generation(folder, content(REPORTS, texts, ENCODER), ENCODER)
    return Searcher(made, ENCODER, keep=keep)


@pytest.fixture
def shelf(tmp_path: Path) -> _Shelf:
    return _Shelf(_searcher(tmp_path, keep=100))


@pytest.fixture
def client(shelf: _Shelf, tmp_path: Path) -> Iterator[TestClient]:
    settings = load_settings(home=tmp_path, metrics_token=TOKEN, visitor_rate="50/minute")
    with TestClient(create_app(settings, shelf), base_url="http://library.test") as client:
        yield client


def _kept(client: TestClient, path: str) -> bool:
    """Whether an answer was kept: it tells the time it took in total only."""
    took = _TOOK.search(client.get(path).content)
    assert took is not None
    return bool(_AGAIN.fullmatch(took[1]))


@pytest.mark.parametrize(
    "more",
    [
        "",
        "&k=3",
        "&centre=eef&year_from=2019",
        "&exact=true&prefer_strong=0.3",
        "&fields=hits.text,took_ms,next_cursor",
        "&fields=generation",
        "+%22took_ms%22:%7B%7D",
    ],
)
def test_the_same_bytes_as_worked_out_anew(
    client: TestClient, shelf: _Shelf, tmp_path: Path, more: str
) -> None:
    first, again, third = (client.get(ASK + more) for _ in range(3))
    anew = create_app(
        load_settings(home=tmp_path, visitor_rate="50/minute"),
        _Shelf(
            Searcher(shelf.searcher._index, ENCODER)  # noqa: SLF001 - the same index, nothing kept
        ),
    )
    with TestClient(anew, base_url="http://library.test") as other:
        fresh = other.get(ASK + more)
    bodies = {_TOOK.sub(b"", each.content) for each in (first, again, third, fresh)}
    assert len(bodies) == 1
    for name in ("content-type", "etag", "last-modified", "cache-control", "vary"):
        assert len({each.headers[name] for each in (first, again, third, fresh)}) == 1
    if took := _TOOK.search(again.content):
        assert _AGAIN.fullmatch(took[1])
        assert again.json()["took_ms"]["total"] > 0


def test_parts_of_a_ranking_are_kept_apart(client: TestClient) -> None:
    first = client.get(f"{ASK}&k=2").json()
    second = f"{ASK}&k=2&cursor={first['next_cursor']}"
    rest = client.get(second).json()
    assert client.get(second).json()["hits"] == rest["hits"] != first["hits"]
    assert client.get(f"{ASK}&k=2").json()["hits"] == first["hits"]


def test_a_new_index_answers_for_itself(client: TestClient, shelf: _Shelf, tmp_path: Path) -> None:
    assert [_kept(client, ASK) for _ in range(2)] == [False, True]
    old = weakref.ref(shelf.searcher)
    shelf.searcher = _searcher(tmp_path, [("b", "Patrols go where tutoring went.")], keep=100)
    told = client.get(ASK).json()
    assert [hit["text"] for hit in told["hits"]] == ["Patrols go where tutoring went."]
    assert told["generation"] == shelf.searcher.generation
    gc.collect()
    assert old() is None  # and all that was kept of it has gone


def test_nothing_is_kept_of_an_index_that_may_change(
    client: TestClient, shelf: _Shelf, tmp_path: Path
) -> None:
    shelf.searcher = _searcher(tmp_path, keep=0)
    assert [_kept(client, ASK) for _ in range(2)] == [False, False]


def test_a_part_of_an_answer_takes_the_room_of_all_of_it(shelf: _Shelf) -> None:
    def sent(fields: str | None) -> Sent:
        return Sent.of(query.ask(shelf.searcher, k=query.k), None, fields)

    query = RankingParameters.model_validate({"q": "Does tutoring work?"})
    whole, part = sent(None), sent("generation")
    assert len(part.untimed) < 100 < len(whole.untimed) == whole.size == part.size
    room_for_two = Repeats(most=2 * whole.size + 200)
    asked = [query.model_copy(update={"k": k, "fields": "generation"}) for k in (1, 2, 3)]
    for each in asked:
        room_for_two.keep(shelf.searcher, each, part)
    found = [room_for_two.find(shelf.searcher, each) for each in asked]
    assert found == [None, part, part]


def test_it_counts_like_any_other(client: TestClient) -> None:
    def left(path: str) -> int:
        return int(client.get(path).headers["ratelimit"].partition("r=")[2].partition(";")[0])

    def answers() -> float:
        told = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        counts = re.findall(r"evidence_answers_total\{.*?\} (\S+)", told)
        return sum(map(float, counts))

    before = answers()
    assert [left(ASK) for _ in range(3)] == [49, 48, 47]
    assert answers() == before + 3
    for _ in range(47):
        client.get(ASK)
    assert "50 a minute" in refused(client.get(ASK), 429)


def test_a_client_that_has_it_is_told_so(client: TestClient) -> None:
    tag = client.get(ASK).headers["etag"]
    assert client.get(ASK, headers={"if-none-match": tag}).status_code == 304
    head = client.head(ASK)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 1_000


def test_a_narrower_key_is_not_given_a_wider_answer(client: TestClient, tmp_path: Path) -> None:
    centres = {hit["report"]["centre"] for hit in client.get(ASK).json()["hits"]}
    assert centres == {"eef", "college-of-policing"}
    _, key = site_key(KeyStore(Home(tmp_path).keys), centres=("eef",))
    for _ in range(2):
        told = client.get(f"{ASK}&key={key}", headers={"origin": SITE}).json()
        assert {hit["report"]["centre"] for hit in told["hits"]} == {"eef"}
    assert {hit["report"]["centre"] for hit in client.get(ASK).json()["hits"]} == centres
