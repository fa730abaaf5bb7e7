"""Vectors in a database: recall behind filters, several looked up together, where they lie."""

import json
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, replace

import numpy as np
import psycopg
import pytest

from corpus.details import ReportDetails
from indexer.content import Content
from indexer.probing import tuned
from indexer.progress import Silent
from search.encoder.types import Vectors
from search.errors import IndexUnusable
from search.index.dense_writing import fewest_probes, made_questions
from search.index.manifest import DenseInfo, Manifest
from search.index.postgres import schema
from search.index.postgres.generations import EngineGenerations
from search.index.postgres.opened import EngineIndex, Routing
from search.index.postgres.writing import Writer
from search.index.store import StoreEntry
from search.index.types import Within
from search.types import Filters
from tests.backends import Engine, write
from tests.builders import content, passage, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
TEXTS = [("a", f"Mentoring of kind {word} cut crime.") for word in ("one", "two", "three", "four")]
COUNT = 10_000
SHARES = {"one": 0.0001, "few": 0.01, "some": 0.038, "half": 0.5}
APART = "apart"  # the topic of a fifth of the clusters, which lies far from most questions


def _many() -> Content:
    """10,000 passages in 50 clusters, one a report; topics leave the shares above."""
    draw = np.random.default_rng(0)
    centres = draw.normal(size=(50, 32))
    of = draw.integers(0, 50, COUNT)
    vectors = centres[of] + 0.7 * draw.normal(size=(COUNT, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    order = draw.permutation(COUNT)
    topics: list[list[str]] = [[] for _ in range(COUNT)]
    for name, share in SHARES.items():
        for place in order[: round(share * COUNT)]:
            topics[place].append(name)
    for place in np.flatnonzero(of < 10).tolist():
        topics[place].append(APART)
    reports = [
        report(f"r{place}", f"Report {place}", topics=tuple(topics[place]))
        for place in range(COUNT)
    ]
    entries = [
        StoreEntry(passage(f"p{place}", f"r{place}", f"word{place % 7}"), place, 0, place)
        for place in range(COUNT)
    ]
    return Content(reports, [ReportDetails()] * COUNT, entries, vectors, [])


def _questions(made: Content) -> Vectors:
    """As far from passages as real questions are; the first hundred tuned the lists."""
    return made_questions(made.vectors)[150:170]


@pytest.fixture(scope="module")
def many(engine: Engine) -> tuple[Content, EngineGenerations]:
    made = _many()
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    with psycopg.connect(places.address.dsn, autocommit=True) as connection:
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        # Less than making the lists takes.
        connection.execute(f"ALTER DATABASE {name} SET maintenance_work_mem = '1MB'")
    spec = replace(ENCODER.spec, token_dimension=0)
    plain = HashingEncoder()
    plain.spec = spec
    write(made, plain, places)
    return made, places


@pytest.mark.parametrize("name", ["", *SHARES, APART])
def test_recall_holds_however_selective_a_filter_is(
    many: tuple[Content, EngineGenerations], name: str
) -> None:
    made, places = many
    index = places.open_current()
    within = Within(Filters(topics=(name,)) if name else Filters())
    allowed = np.array([not name or name in r.metadata.topics for r in made.reports])
    rows = {each.report_id: place for place, each in enumerate(made.reports)}
    recalls = []
    for query in _questions(made):
        scores = np.where(allowed, made.vectors @ query, -2)
        best = np.argsort(-scores)[: min(100, int(allowed.sum()))]
        near = next(index.near(query[None], 100, within))
        got = index.store.at(index.report_rows(near.ordinals).tolist()).values()
        found = {rows[each.report_id] for each in got} & set(best.tolist())
        recalls.append(len(found) / len(best))
    assert np.mean(recalls) > 0.97
    assert not name or min(recalls) > 0.97  # one by one; cosines are kept to 16 bits a number
    dense = places.manifest().dense
    assert (dense.kind, dense.lists) == ("ivf", 200)
    assert fewest_probes(200) <= dense.probes < dense.lists
    assert dense.recall >= 0.99


def test_recall_is_told_of_questions_and_not_of_passages(
    many: tuple[Content, EngineGenerations],
) -> None:
    """By passages, which find themselves, few lists would do."""
    made, places = many
    manifest = places.manifest()

    def recall(dense: DenseInfo, asked: Vectors) -> float:
        index = places.open(1, replace(manifest, dense=dense))
        scores = made.vectors @ asked.T
        least = -np.partition(-scores, 99, axis=0)[99]
        near = [next(index.near(each[None], 100, Within())) for each in asked]
        return float(
            np.mean([(a.scores > b - 1e-3).mean() for a, b in zip(near, least, strict=True)])
        )

    fewer = replace(manifest.dense, probes=5)
    asked = _questions(made)
    assert recall(manifest.dense, asked) > recall(fewer, asked) + 0.05
    assert recall(fewer, asked) < recall(fewer, made.vectors[::500])


def test_a_generation_of_before_the_lists_is_compared_one_by_one_until_it_has_them(
    engine: Engine,
) -> None:
    made = _many()
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    plain = HashingEncoder()
    plain.spec = replace(ENCODER.spec, token_dimension=0)
    write(made, plain, places)
    before = replace(places.manifest(), dense=DenseInfo(kind="hnsw", recall=0.99))
    with psycopg.connect(places.address.dsn, autocommit=True) as connection:
        connection.execute("DROP INDEX generation_1.vector_lists")
        connection.execute(
            "CREATE INDEX vector_nearest ON generation_1.vector USING hnsw (vector halfvec_ip_ops)"
        )
        connection.execute(
            "UPDATE library.generation SET manifest = %s", [json.dumps(asdict(before))]
        )
        question = _questions(made)[0]
        best = np.sort(made.vectors @ question)[::-1][:100]
        near = next(places.open_current().near(question[None], 100, Within()))
        assert np.allclose(near.scores, best, atol=2e-3)
        write(made, plain, places)
        assert places.manifest().dense.kind == "ivf"
        assert places.manifest().dense.recall >= 0.99
    assert _indexes(places) == {"vector_lists"}


def test_lists_of_another_size_of_library_are_made_anew_or_go(engine: Engine) -> None:
    made = _many()
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    plain = HashingEncoder()
    plain.spec = replace(ENCODER.spec, token_dimension=0)
    write(_first(made, 2_000), plain, places)
    write(_first(made, 500), plain, places)
    assert places.manifest().dense == DenseInfo(kind="flat", recall=1.0)
    assert not _indexes(places)
    write(_first(made, 1_500), plain, places)
    dense = places.manifest().dense
    assert (dense.kind, dense.lists) == ("ivf", 77)
    with psycopg.connect(places.address.dsn) as connection:
        ((told,),) = connection.execute(
            "SELECT reloptions FROM pg_class WHERE relname = 'vector_lists'"
        ).fetchall()
    assert told == ["lists=77"]


def test_whoever_reads_for_long_keeps_no_search_waiting_while_an_index_goes(
    engine: Engine,
) -> None:
    places = engine.generations()
    plain = HashingEncoder()
    plain.spec = replace(ENCODER.spec, token_dimension=0)
    write(_first(_many(), 500), plain, places)
    with psycopg.connect(places.address.dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE INDEX vector_nearest ON generation_1.vector USING hnsw (vector halfvec_ip_ops)"
        )
        writer = Writer(connection, 1, pivot=1.0, token_dimension=0)
        with ThreadPoolExecutor(1) as pool, psycopg.connect(places.address.dsn) as reading:
            reading.execute("SELECT count(*) FROM generation_1.vector")  # and holds on to it
            dropping = pool.submit(writer.drop_vector_indexes)
            assert not wait([dropping], 0.5).done
            index = places.open_current()
            start = time.monotonic()
            next(index.near(np.eye(1, 32, dtype=np.float32), 10, Within()))
            assert time.monotonic() - start < 5
            reading.rollback()
            dropping.result(60)
    assert not _indexes(places)


def test_lists_that_do_not_find_what_all_of_them_hold_are_not_used(
    many: tuple[Content, EngineGenerations],
) -> None:
    """As where a pooler or Citus lets `ivfflat.probes` be one whatever is set."""
    made, places = many
    said: list[str] = []

    class Heard(Silent):
        def say(self, message: str) -> None:
            said.append(message)

    def opened(manifest: Manifest) -> EngineIndex:
        one = replace(manifest.dense, probes=1)
        return places.open(1, replace(manifest, dense=one))

    found = tuned(places.manifest(), made.vectors, opened, Heard())
    assert found.dense == DenseInfo(kind="ivf", recall=1.0)
    assert "one by one" in said[0]


def test_lists_that_are_of_no_use_go_and_are_not_made_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.probing._recall", lambda *_: 0.5)
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    plain = HashingEncoder()
    plain.spec = replace(ENCODER.spec, token_dimension=0)
    made = _many()
    write(_first(made, 2_000), plain, places)
    assert not _indexes(places)
    question = _questions(made)[0]
    near = next(places.open_current().near(question[None], 100, Within()))
    best = np.sort(made.vectors[:2_000] @ question)[::-1][:100]
    assert np.allclose(near.scores, best, atol=2e-3)
    monkeypatch.setattr(Writer, "make_lists", None)  # to be called is an error
    write(_first(made, 1_990), plain, places)
    assert not places.manifest().dense.lists


def test_a_server_without_room_is_told_of(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "memory_of_lists", lambda *_: 0)
    places = engine.generations(routing=Routing(exact_up_to=100))
    with psycopg.connect(places.address.dsn, autocommit=True) as connection:
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        connection.execute(f"ALTER DATABASE {name} SET maintenance_work_mem = '1MB'")
    plain = HashingEncoder()
    plain.spec = replace(ENCODER.spec, token_dimension=0)
    with pytest.raises(IndexUnusable, match="memory required") as caught:
        write(_many(), plain, places)
    assert "memory" in str(caught.value.cure)


def _first(made: Content, count: int) -> Content:
    return Content(
        made.reports[:count], made.details[:count], made.entries[:count], made.vectors[:count], []
    )


def _indexes(places: EngineGenerations) -> set[str]:
    """The indexes of vectors that there are."""
    with psycopg.connect(places.address.dsn) as connection:
        found = connection.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'generation_1'"
        ).fetchall()
    return {name for (name,) in found} & {"vector_lists", "vector_nearest"}


@pytest.mark.parametrize(
    ("share", "groups"), [(0, [1] * 10), (1, [1] * 10), (12, [4, 4, 2]), (99, [10])]
)
def test_what_is_near_any_of_several_vectors_is_found_together(
    many: tuple[Content, EngineGenerations],
    monkeypatch: pytest.MonkeyPatch,
    share: int,
    groups: list[int],
) -> None:
    made, places = many
    left = sum(APART in each.metadata.topics for each in made.reports)
    monkeypatch.setattr("search.index.postgres.opened.PRODUCTS", share * left * 32)
    allowed = np.array([APART in each.metadata.topics for each in made.reports])
    asked = made.vectors[::1_000]
    best = np.where(allowed, (made.vectors @ asked.T).max(axis=1), -2)
    index = places.open_current()
    found = list(index.near(asked, 30, Within(Filters(topics=(APART,)))))
    assert [len(each) for each in found] == [30 * vectors for vectors in groups]
    told: dict[int, float] = {}
    for near in found:
        for ordinal, cosine in zip(near.ordinals.tolist(), near.scores.tolist(), strict=True):
            told[ordinal] = max(cosine, told.get(ordinal, -2))
    highest = sorted(told.values(), reverse=True)[:30]
    assert np.allclose(highest, np.sort(best)[::-1][:30], atol=2e-3)


def test_a_wide_vector_lies_in_its_row(engine: Engine) -> None:
    """Elsewhere it would be fetched anew for each vector it is compared with."""
    encoder = HashingEncoder()
    encoder.spec = replace(ENCODER.spec, dimension=1_024, token_dimension=0)
    wide = np.random.default_rng(0).normal(size=(len(TEXTS), 1_024)).astype(np.float32)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    places = engine.generations()
    write(replace(content([report("a")], TEXTS, ENCODER), vectors=wide, tokens=[]), encoder, places)
    with psycopg.connect(places.address.dsn) as connection:
        ((tables, bytes_elsewhere),) = connection.execute(
            "SELECT count(*), sum(pg_relation_size(nullif(reltoastrelid, 0))) FROM pg_class "
            "WHERE relname = 'vector' AND relkind = 'r'"
        ).fetchall()
    assert tables == 1
    assert not bytes_elsewhere
