"""One generation in the database, behind the `Index` protocol."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from corpus.types import Report
from search.cache import Cache
from search.encoder.types import Vectors
from search.filters import passing
from search.index.likely import LikelyLists
from search.index.manifest import Manifest
from search.index.postgres.alike import EngineAlike
from search.index.postgres.asking import Asking
from search.index.postgres.connections import Connections
from search.index.postgres.narrowing import Scope
from search.index.postgres.schema import PLACES
from search.index.postgres.store import EngineStore
from search.index.postgres.tokens import EngineTokens
from search.index.postgres.vectors import EngineVectors, told
from search.index.postgres.words import EngineWords
from search.index.proposing import ranks
from search.index.types import Candidates, Ordinals, Proposed, Within
from search.stopwatch import Stopwatch
from search.types import Filters

SCOPES_HELD: Final = 64
PRODUCTS: Final = 7_500_000_000  # of numbers in one statement: 1 to 2 s of two cores
READING: Final = 8  # vectors that are compared with a row in about the time that reading it takes
RARE: Final = 0.1  # of all passages, up to which those with a term are looked up, not all scored


@dataclass(frozen=True, slots=True)
class Routing:
    """When vectors are compared one by one, which is exact, and not through lists of them (IVF).

    One by one are compared those of a library of up to `exact_up_to` passages, and what a filter
    leaves, however many: what a centre publishes may lie far from a question, in lists that it
    does not go through (docs/scale.md).
    """

    exact_up_to: int = 20_000

    def is_exact(self, passages: int, *, filtered: bool) -> bool:
        """Whether so many passages are compared one by one, a library's or what a filter leaves."""
        return filtered or passages <= self.exact_up_to


class EngineIndex:
    """An `Index` of one generation. Safe to share by threads."""

    def __init__(
        self,
        connections: Connections,
        number: int,
        manifest: Manifest,
        routing: Routing,
        *,
        alone: bool = False,
    ) -> None:
        """`alone`: nobody else uses the connections."""
        self.manifest = manifest
        self._alone = alone
        self._connections = connections
        self._asking = Asking(number)
        self._routing = routing
        counts, dimension = manifest.counts, manifest.encoder.token_dimension
        self.store = EngineStore(connections, self._asking)
        self._vectors = EngineVectors(connections, self._asking, manifest.encoder.dimension)
        self.lexical = EngineWords(connections, self._asking, counts.ranked)
        self.tokens = (
            EngineTokens(connections, self._asking, dimension=dimension, passages=counts.ranked)
            if dimension
            else None
        )
        self._scopes: Cache[Within, Scope] = Cache(SCOPES_HELD)
        self._alike = EngineAlike(connections, self._asking, self.store)

    @cached_property
    def years(self) -> tuple[int, int]:
        """The years of the oldest and the newest report; zeros where none is known."""
        ((oldest, newest),) = self._rows(
            "SELECT coalesce(min(year), 0), coalesce(max(year), 0) FROM {schema}.report"
        )
        return oldest, newest

    def propose(
        self,
        question: str,
        vector: Callable[[], NDArray[np.float32]],
        depth: int,
        within: Within,
        watch: Stopwatch,
    ) -> Proposed:
        """The `depth` best of each half, every one of them scored by both."""
        asked = vector()
        with watch.stage("filter"):
            scope = self._scope(within)
            weighted = self.lexical.weighted(question)
        with watch.stage("candidates"):
            exact = self._is_exact(within, scope)
            few = scope is not None and scope.rows is not None
            rare = not few and weighted.passages < RARE * self.manifest.counts.ranked
            statement, values = self._asking.candidates(
                told(asked), weighted, scope, depth, exact=exact, rare=rare
            )
            probes = 1 if exact else self._probes(asked, depth)
            found = self._connections.found(statement, values, probes)
        found.sort()
        self._alike.learn({ordinal: alike for ordinal, alike, *_ in found})
        ordinals = np.array([each[0] for each in found], np.int64)
        dense = np.array([each[2] for each in found], np.float32)
        lexical = np.array([each[3] for each in found], np.float32)
        by_dense = np.array([each[4] for each in found], np.bool_)
        by_lexical = np.array([each[5] for each in found], np.bool_)
        return Proposed(
            ordinals=ordinals,
            dense=dense,
            lexical=lexical,
            dense_rank=_ranks(ordinals, dense, by_dense),
            lexical_rank=_ranks(ordinals, lexical, by_lexical),
        )

    def near(self, vectors: Vectors, depth: int, within: Within) -> Iterator[Candidates]:
        """See `Index`. One by one, several are looked up in a statement; in lists each."""
        scope = self._scope(within)
        passages = self._passages(scope)
        exact = self._is_exact(within, scope)
        numbers = max(1, passages) * self.manifest.encoder.dimension
        together = max(1, PRODUCTS // numbers - READING) if exact else 1
        for start in range(0, len(vectors), together):
            some = [told(vector) for vector in vectors[start : start + together]]
            probes = 1 if exact else self._probes(vectors[start], depth)
            found = self._connections.found(
                *self._asking.nearest(some, scope, depth * len(some), exact=exact), probes
            )
            yield Candidates(
                np.array([each[0] for each in found], np.int64),
                np.array([each[2] for each in found], np.float32),
            )

    def centre(self, sample: int) -> NDArray[np.float32]:
        """The mean vector of an even sample of the passages, shape (dimension,)."""
        return self._vectors.centre(sample)

    def vectors(self, ordinals: Ordinals) -> Vectors:
        """The vectors of ranked passages, shape (len(ordinals), dimension).

        Raises:
            IndexChanged: one has gone.
        """
        return self._vectors.at(ordinals)

    def ranked_of(self, report_row: int) -> Ordinals:
        """The ranked passages of a report, in reading order."""
        found = self._rows(
            "SELECT ordinal FROM {schema}.vector WHERE report_row = %(row)s ORDER BY ordinal",
            row=report_row,
        )
        return np.array([ordinal for (ordinal,) in found], np.int64)

    def report_rows(self, ordinals: Ordinals) -> Ordinals:
        """The report row of each ranked passage."""
        return ordinals // PLACES

    def groups(self, ordinals: Ordinals) -> Ordinals:
        """A number for each ranked passage: near-duplicates share one."""
        return self._alike.groups(ordinals)

    def repeats(self, ordinals: Ordinals, within: Within) -> Mapping[int, list[int]]:
        """For each of these passages the ordinals of its other near-duplicates within."""
        return self._alike.repeats(ordinals, within)

    def passing(self, filters: Filters) -> tuple[Report, ...]:
        """The reports that can be found and pass, in row order."""
        return passing(self.store.reports, filters)

    def check(self) -> None:
        """Raise EngineUnavailable where the database does not answer."""
        self._connections.rows("SELECT 1")

    def close(self) -> None:
        """Close the connections where nobody else uses them; it cannot be used afterwards."""
        if self._alone:
            self._connections.close()

    def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - of SQL
        return self._connections.rows(self._asking.plain(statement), values)

    def _probes(self, vector: NDArray[np.float32], k: int) -> int:
        """How many lists a question goes through."""
        dense = self.manifest.dense
        if dense.slope is None:  # as many for each
            return max(1, dense.probes)
        middles, sizes = self._clusters
        if not len(sizes):  # they were lost, whoever did it
            return dense.lists
        return max(1, LikelyLists(middles, dense.slope, dense.probes).count(vector, sizes, k))

    @cached_property
    def _clusters(self) -> tuple[Vectors, NDArray[np.int64]]:
        return self._vectors.clusters()

    def _is_exact(self, within: Within, scope: Scope | None) -> bool:
        if not self.manifest.dense.lists:
            return True
        return self._routing.is_exact(self._passages(scope), filtered=within.filters.active)

    def _passages(self, scope: Scope | None) -> int:
        return self.manifest.counts.ranked if scope is None else scope.passages

    def _scope(self, within: Within) -> Scope | None:
        """How much may be retrieved; None for everything."""
        if within.everything:
            return None
        return self._scopes.get([within], self._load_scope)[within]

    def _load_scope(self, wanted: list[Within]) -> Mapping[Within, Scope]:
        (within,) = wanted
        asked = Scope(within, 0, None)
        ((passages, rows),) = self._connections.rows(
            *self._asking.scope(asked, self._routing.exact_up_to)
        )
        return {
            within: Scope(
                within, int(passages), None if rows is None and passages else tuple(rows or ())
            )
        }


def _ranks(
    ordinals: Ordinals, scores: NDArray[np.float32], chosen: NDArray[np.bool_]
) -> dict[int, int]:
    order = np.lexsort((ordinals[chosen], -scores[chosen]))
    return ranks(ordinals[chosen][order])
