"""Lists of vectors in a database: when they are made, made anew, and go."""

import json
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import asdict, replace

import numpy as np
import psycopg
import pytest

from indexer.content import Content
from indexer.errors import BuildFailed
from indexer.progress import Silent
from search.errors import IndexUnusable
from search.index.manifest import DenseInfo
from search.index.postgres import schema
from search.index.postgres.generations import EngineGenerations
from search.index.postgres.opened import Routing
from search.index.postgres.writing import Writer
from search.index.tuning import made_questions
from search.index.types import Within
from tests.backends import Engine, write
from tests.clusters import APART, PLAIN, chosen, clustered, far_questions, first, vector_indexes

LIMITS = (
    "statement_timeout",
    "lock_timeout",
    "transaction_timeout",
    "idle_session_timeout",
    "idle_in_transaction_session_timeout",
)


def test_a_generation_of_before_the_lists_is_compared_one_by_one_until_it_has_them(
    engine: Engine,
) -> None:
    made = clustered()
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    write(made, PLAIN, places)
    before = replace(places.manifest(), dense=DenseInfo(kind="hnsw", recall=0.99))
    with psycopg.connect(places.address.dsn, autocommit=True) as connection:
        connection.execute("DROP INDEX generation_1.vector_lists")
        connection.execute(
            "CREATE INDEX vector_nearest ON generation_1.vector USING hnsw (vector halfvec_ip_ops)"
        )
        connection.execute(
            "UPDATE library.generation SET manifest = %s", [json.dumps(asdict(before))]
        )
        question = far_questions(made)[0]
        best = np.sort(made.vectors @ question)[::-1][:100]
        near = next(places.open_current().near(question[None], 100, Within()))
        assert np.allclose(near.scores, best, atol=2e-3)
        write(made, PLAIN, places)
        assert places.manifest().dense.kind == "ivf"
        assert places.manifest().dense.recall >= 0.99
    assert vector_indexes(places) == {"vector_lists"}


def test_lists_of_another_size_of_library_are_made_anew_or_go(engine: Engine) -> None:
    made = clustered()
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    write(first(made, 2_000), PLAIN, places)
    write(first(made, 500), PLAIN, places)
    assert places.manifest().dense == DenseInfo(kind="flat", recall=1.0)
    assert not vector_indexes(places)
    write(first(made, 1_500), PLAIN, places)
    dense = places.manifest().dense
    assert (dense.kind, dense.lists) == ("ivf", 77)
    with psycopg.connect(places.address.dsn) as connection:
        ((told,),) = connection.execute(
            "SELECT reloptions FROM pg_class WHERE relname = 'vector_lists'"
        ).fetchall()
    assert told == ["lists=77"]


def test_lists_are_tuned_anew_where_the_library_became_another(engine: Engine) -> None:
    made = clustered()
    of_another = [place for place, each in enumerate(made.reports) if APART in each.metadata.topics]
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    others = np.setdiff1d(np.arange(len(made.reports)), of_another)[:4_000]
    write(chosen(made, others), PLAIN, places)
    before = places.manifest().dense
    assert (before.lists, before.tuned_for) == (126, 4_000)
    write(chosen(made, np.append(others, of_another[:300])), PLAIN, places)
    assert places.manifest().dense == before  # few more
    grown = chosen(made, np.append(others, of_another[:1_000]))
    write(grown, PLAIN, places)
    dense = places.manifest().dense
    assert (dense.lists, dense.tuned_for) == (126, 5_000)
    assert dense.recall >= 0.99
    index = places.open_current()
    found = []
    for query in made_questions(grown.vectors[4_000:])[:40]:
        best = np.sort(grown.vectors @ query)[::-1][99]
        near = next(index.near(query[None], 100, Within()))
        found.append(np.mean(near.scores > best - 1e-3))
    assert np.mean(found) > 0.93  # as it was tuned before: 0.87


def test_a_generation_from_before_the_clusters_gets_them_with_its_lists(engine: Engine) -> None:
    made = clustered()
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    write(first(made, 500), PLAIN, places)
    with psycopg.connect(places.address.dsn) as connection:
        connection.execute("DROP TABLE generation_1.cluster")
    write(first(made, 1_500), PLAIN, places)
    assert places.manifest().dense.slope
    with psycopg.connect(places.address.dsn) as connection:
        counted = connection.execute("SELECT count(*) FROM generation_1.cluster").fetchall()
    assert counted == [(77,)]


class _Rival(Silent):
    """Tries to write whenever it is told of something."""

    def __init__(self, places: EngineGenerations) -> None:
        self._places = places
        self.refused = list[str]()

    def say(self, message: str) -> None:
        """Be refused."""
        with pytest.raises(IndexUnusable, match="Another process"), self._places.writing():
            pass
        self.refused.append(message)


def _in_four_lists(places: EngineGenerations, made: Content) -> None:
    write(made, PLAIN, places)
    dense = replace(places.manifest().dense, lists=4, probes=4)
    with psycopg.connect(places.address.dsn) as connection:
        told = json.dumps(asdict(replace(places.manifest(), dense=dense)))
        connection.execute("UPDATE library.generation SET manifest = %s", [told])


def test_nobody_writes_between_the_two_writings_of_an_outgrown_library(engine: Engine) -> None:
    made = clustered()
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    _in_four_lists(places, first(made, 2_000))
    with closing(EngineGenerations(places.address)) as others:
        rival = _Rival(others)
        write(first(made, 2_100), PLAIN, places, progress=rival)
    assert any("all is written anew" in message for message in rival.refused)
    assert places.manifest().dense.lists == 92


def test_broken_off_between_them_all_is_there_and_the_next_makes_the_lists(engine: Engine) -> None:
    made = clustered()
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    _in_four_lists(places, first(made, 2_000))
    more = iter([first(made, 2_100)])

    def once() -> Content:
        for each in more:
            return each
        raise BuildFailed("no more of it", cure="Try again.")

    with pytest.raises(BuildFailed, match="no more of it"):
        write(once, PLAIN, places)
    assert (places.manifest().counts.ranked, places.manifest().dense.lists) == (2_100, 4)
    near = next(places.open_current().near(made.vectors[2_050][None], 1, Within()))
    assert near.scores[0] == pytest.approx(1, abs=1e-3)
    write(first(made, 2_100), PLAIN, places)
    assert (places.manifest().counts.ranked, places.manifest().dense.lists) == (2_100, 92)


def test_whoever_reads_for_long_keeps_no_search_waiting_while_an_index_goes(
    engine: Engine,
) -> None:
    places = engine.generations()
    write(first(clustered(), 500), PLAIN, places)
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
    assert not vector_indexes(places)


def test_lists_that_are_of_no_use_go_and_are_not_made_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.probing._recall", lambda *_: 0.5)
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    made = clustered()
    write(first(made, 2_000), PLAIN, places)
    assert not vector_indexes(places)
    question = far_questions(made)[0]
    near = next(places.open_current().near(question[None], 100, Within()))
    best = np.sort(made.vectors[:2_000] @ question)[::-1][:100]
    assert np.allclose(near.scores, best, atol=2e-3)
    monkeypatch.setattr(Writer, "make_lists", None)  # to be called is an error
    write(first(made, 1_990), PLAIN, places)
    assert not places.manifest().dense.lists


def test_a_server_without_room_is_told_of(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "memory_of_lists", lambda *_: 0)
    places = engine.generations(routing=Routing(exact_up_to=100))
    with psycopg.connect(places.address.dsn, autocommit=True) as connection:
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        connection.execute(f"ALTER DATABASE {name} SET maintenance_work_mem = '1MB'")
    with pytest.raises(IndexUnusable, match="memory required") as caught:
        write(clustered(), PLAIN, places)
    assert "memory" in str(caught.value.cure)


def test_a_build_may_take_its_time_whatever_the_role_has(engine: Engine) -> None:
    places = engine.generations()
    with psycopg.connect(places.address.dsn, autocommit=True) as connection:
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        for setting in LIMITS:
            connection.execute(f"ALTER DATABASE {name} SET {setting} = '5s'")
    with places.writing() as writing:
        for setting in LIMITS:
            assert writing.connection.execute(f"SHOW {setting}").fetchall() == [("0",)]
