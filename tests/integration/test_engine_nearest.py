"""Vectors in a database: recall behind filters, several looked up together, where they lie."""

from dataclasses import replace

import numpy as np
import psycopg
import pytest

from corpus.details import ReportDetails
from indexer.content import Content
from search.index.postgres.generations import EngineGenerations
from search.index.postgres.opened import Routing
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


@pytest.fixture(scope="module")
def many(engine: Engine) -> tuple[Content, EngineGenerations]:
    made = _many()
    places = engine.generations(routing=Routing(exact_up_to=1_000))
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
    for query in made.vectors[::500]:
        scores = np.where(allowed, made.vectors @ query, -2)
        best = np.argsort(-scores)[: min(100, int(allowed.sum()))]
        near = next(index.near(query[None], 100, within))
        got = index.store.at(index.report_rows(near.ordinals).tolist()).values()
        found = {rows[each.report_id] for each in got} & set(best.tolist())
        recalls.append(len(found) / len(best))
    assert np.mean(recalls) > 0.97
    assert not name or min(recalls) > 0.98  # one by one; cosines are kept to 16 bits a number
    assert places.manifest().dense.kind == "hnsw"
    assert places.manifest().dense.recall > 0.97


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
