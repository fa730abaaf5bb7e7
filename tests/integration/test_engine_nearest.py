"""Vectors in a database: recall behind filters, several looked up together, where they lie."""

import json
from dataclasses import asdict, replace

import numpy as np
import psycopg
import pytest

from indexer.content import Content
from indexer.probing import clusters_of, tuned
from indexer.progress import Silent
from search.encoder.types import Vectors
from search.index.lists import lists_for
from search.index.manifest import DenseInfo, Manifest
from search.index.postgres.generations import EngineGenerations
from search.index.postgres.opened import EngineIndex, Routing
from search.index.tuning import at_least
from search.index.types import Within
from search.stopwatch import Stopwatch
from search.types import Filters
from tests.backends import Engine, write
from tests.builders import content, report
from tests.clusters import APART, PLAIN, SHARES, clustered, far_questions, first
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
TEXTS = [("a", f"Mentoring of kind {word} cut crime.") for word in ("one", "two", "three", "four")]


@pytest.fixture(scope="module")
def many(engine: Engine) -> tuple[Content, EngineGenerations]:
    made = clustered()
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    with psycopg.connect(places.address.dsn, autocommit=True) as connection:
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        # Less than making the lists takes.
        connection.execute(f"ALTER DATABASE {name} SET maintenance_work_mem = '1MB'")
    write(made, PLAIN, places)
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
    for query in far_questions(made):
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
    assert (dense.probes, dense.slope is None) == (at_least(200), False)
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

    fewer = replace(manifest.dense, probes=5, slope=None)  # for each question
    asked = far_questions(made)
    assert recall(manifest.dense, asked) > recall(fewer, asked) + 0.05
    assert recall(fewer, asked) < recall(fewer, made.vectors[::500])


def test_a_question_whose_nearest_lie_scattered_goes_through_more_lists(
    many: tuple[Content, EngineGenerations],
) -> None:
    made, places = many
    index = places.open_current()
    together, apart = made.vectors[0], made.vectors[:3_000].mean(axis=0)
    counts = [
        index._probes(vector / np.linalg.norm(vector), 100)  # noqa: SLF001 - what no answer tells
        for vector in (together, apart)
    ]
    assert at_least(200) <= counts[0] < counts[1] < 200
    few, more = (index._probes(together, k) for k in (1, 5_000))  # noqa: SLF001 - likewise
    assert few < more


def test_a_question_of_both_halves_goes_through_as_many(
    many: tuple[Content, EngineGenerations],
) -> None:
    made, places = many
    index = places.open_current()
    for vector in far_questions(made):
        proposed = index.propose("word1", vector.copy, 100, Within(), Stopwatch())
        near = next(index.near(vector[None], 100, Within()))
        assert set(proposed.dense_rank) == set(near.ordinals.tolist())


def test_slopes_are_made_gentler_until_the_database_finds_enough(
    many: tuple[Content, EngineGenerations], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, places = many
    manifest = replace(places.manifest(), dense=lists_for(10_000))
    clusters = clusters_of(made.vectors, 200)
    slopes: list[float | None] = []
    recalls = iter([0.5, 0.98, 0.99])

    def opened(tried: Manifest) -> EngineIndex:
        slopes.append(tried.dense.slope)
        return places.open(1, tried)

    monkeypatch.setattr("indexer.probing._recall", lambda *_: next(recalls))
    found = tuned(manifest, made.vectors, clusters, opened, Silent()).dense
    first, second, third = (each or 0.0 for each in slopes)
    assert first > second > third > 0
    assert (found.slope, found.recall, found.tuned_for) == (third, 0.99, 10_000)


def test_clusters_that_were_lost_have_all_lists_gone_through(engine: Engine) -> None:
    made = first(clustered(), 2_000)
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    write(made, PLAIN, places)
    with psycopg.connect(places.address.dsn) as connection:
        connection.execute("DELETE FROM generation_1.cluster")
    index = places.open_current()
    assert index._probes(made.vectors[0], 100) == places.manifest().dense.lists  # noqa: SLF001


def test_lists_of_before_the_clusters_are_gone_through_as_they_were_tuned(
    engine: Engine,
) -> None:
    made = first(clustered(), 2_000)
    places = engine.generations(routing=Routing(exact_up_to=1_000))
    write(made, PLAIN, places)
    dense = replace(places.manifest().dense, probes=80, slope=None)
    with psycopg.connect(places.address.dsn) as connection:
        told = asdict(replace(places.manifest(), dense=dense))
        del told["dense"]["slope"]
        connection.execute("UPDATE library.generation SET manifest = %s", [json.dumps(told)])
        connection.execute("DROP TABLE generation_1.cluster")
    question = far_questions(made)[0]
    near = next(places.open_current().near(question[None], 100, Within()))
    best = np.sort(made.vectors @ question)[::-1][:100]
    assert np.allclose(near.scores, best, atol=2e-3)
    write(made, PLAIN, places, "changed")
    assert places.manifest().dense == dense
    write(made, PLAIN, places, "anew", anew=True)
    assert places.manifest().dense.slope


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
        one = replace(manifest.dense, probes=1, slope=None)
        return places.open(1, replace(manifest, dense=one))

    clusters = clusters_of(made.vectors, 200)
    found = tuned(places.manifest(), made.vectors, clusters, opened, Heard())
    assert found.dense == DenseInfo(kind="ivf", recall=1.0)
    assert "one by one" in said[0]


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
