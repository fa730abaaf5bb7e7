"""A library of vectors alone, in clusters, for what a database does with them."""

from dataclasses import replace

import numpy as np
import psycopg

from corpus.details import ReportDetails
from indexer.content import Content
from search.encoder.types import Vectors
from search.index.postgres.generations import EngineGenerations
from search.index.store import StoreEntry
from search.index.tuning import made_questions
from search.index.types import Ordinals
from tests.builders import passage, report
from tests.fakes import HashingEncoder

COUNT = 10_000
SHARES = {"one": 0.0001, "few": 0.01, "some": 0.038, "half": 0.5}
APART = "apart"  # the topic of a fifth of the clusters, which lies far from most questions
#: An encoder without tokens.
PLAIN = HashingEncoder()
PLAIN.spec = replace(PLAIN.spec, token_dimension=0)


def clustered() -> Content:
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


def far_questions(made: Content) -> Vectors:
    """As far from passages as real questions are; the first hundred tuned the lists."""
    return made_questions(made.vectors)[150:170]


def first(made: Content, count: int) -> Content:
    """The same with the first of its passages alone."""
    return chosen(made, np.arange(count))


def chosen(made: Content, places: Ordinals) -> Content:
    """The same with some of its passages alone."""
    return Content(
        [made.reports[place] for place in places],
        [made.details[place] for place in places],
        [
            replace(made.entries[place], report_row=row, first=row)
            for row, place in enumerate(places)
        ],
        made.vectors[places],
        [],
    )


def vector_indexes(places: EngineGenerations) -> set[str]:
    """The indexes of vectors that there are."""
    with psycopg.connect(places.address.dsn) as connection:
        found = connection.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname LIKE 'generation_%'"
        ).fetchall()
    return {name for (name,) in found} & {"vector_lists", "vector_nearest"}
