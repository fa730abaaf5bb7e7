"""Which passages of one generation say the same: near-duplicates share a number."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from search.cache import Cache
from search.index.postgres.asking import Asking
from search.index.postgres.connections import Connections
from search.index.postgres.schema import PLACES
from search.index.postgres.store import EngineStore, gone
from search.index.types import Ordinals, Within

PASSAGES_HELD: Final = 100_000


class EngineAlike:
    """Finds near-duplicates. Safe to share by threads."""

    def __init__(self, connections: Connections, asking: Asking, store: EngineStore) -> None:
        self._connections = connections
        self._asking = asking
        self._store = store
        self._held: Cache[int, int] = Cache(PASSAGES_HELD)

    def learn(self, numbers: Mapping[int, int]) -> None:
        """Keep the numbers of some passages, by ordinal."""
        self._held.put(numbers)

    def groups(self, ordinals: Ordinals) -> Ordinals:
        """A number for each ranked passage: near-duplicates share one."""
        found = self._held.get(ordinals.tolist(), self._load)
        if len(found) < len(set(ordinals.tolist())):
            raise gone()
        return np.array([found[ordinal] for ordinal in ordinals.tolist()], np.int64)

    def _load(self, ordinals: list[int]) -> Mapping[int, int]:
        return dict(
            self._rows(
                "SELECT ordinal, alike FROM {schema}.passage "
                "WHERE ordinal = ANY(%(ordinals)s::bigint[])",
                ordinals=ordinals,
            )
        )

    def repeats(self, ordinals: Ordinals, within: Within) -> Mapping[int, list[int]]:
        """For each of these passages the ordinals of its other near-duplicates within."""
        groups = self.groups(ordinals).tolist()
        found = self._rows(
            "SELECT ordinal, alike FROM {schema}.passage "
            "WHERE alike = ANY(%(groups)s::bigint[]) AND ranked ORDER BY ordinal",
            groups=groups,
        )
        members: dict[int, list[int]] = {}
        for ordinal, alike in found:
            members.setdefault(alike, []).append(ordinal)
        others = {
            ordinal: [other for other in members.get(group, ()) if other != ordinal]
            for ordinal, group in zip(ordinals.tolist(), groups, strict=True)
        }
        return others if within.everything else self._within(others, within)

    def _within(self, others: dict[int, list[int]], within: Within) -> dict[int, list[int]]:
        rows = {other // PLACES for each in others.values() for other in each}
        reports = self._store.at(rows)
        kept = {row for row, report in reports.items() if within.admits(report)}
        return {
            ordinal: [other for other in each if other // PLACES in kept]
            for ordinal, each in others.items()
        }

    def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - of SQL
        return self._connections.rows(self._asking.plain(statement), values)
