"""The vectors of one generation: as they are written, fetched, and their centre."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from search.encoder.types import Vectors
from search.index.postgres.asking import Asking
from search.index.postgres.connections import Connections
from search.index.postgres.schema import PLACES
from search.index.postgres.store import gone
from search.index.types import Ordinals

_REPORTS: Final = 1_000  # drawn for the centre: their passages lie together, and are read at once


def told(vector: NDArray[np.float32]) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{number:.7g}" for number in vector.tolist()) + "]"


class EngineVectors:
    """Fetches vectors of a generation. Safe to share by threads."""

    def __init__(self, connections: Connections, asking: Asking, dimension: int) -> None:
        self._connections = connections
        self._asking = asking
        self._dimension = dimension

    def at(self, ordinals: Ordinals) -> Vectors:
        """Those of ranked passages, shape (len(ordinals), dimension).

        Raises:
            IndexChanged: one has gone.
        """
        found = dict(
            self._rows(
                "SELECT ordinal, halfvec_send(vector) FROM {schema}.vector "
                "WHERE ordinal = ANY(%(ordinals)s::bigint[]) "
                "AND report_row = ANY(%(rows)s::bigint[])",
                ordinals=ordinals.tolist(),
                rows=np.unique(ordinals // PLACES).tolist(),
            )
        )
        if len(found) < len(set(ordinals.tolist())):
            raise gone()
        vectors = np.empty((len(ordinals), self._dimension), np.float32)
        for place, ordinal in enumerate(ordinals.tolist()):
            vectors[place] = _vector(found[ordinal])
        return vectors

    def centre(self, sample: int) -> NDArray[np.float32]:
        """The mean of `sample` of them, of reports that are drawn first, shape (dimension,).

        Every passage is as likely to be among them, and always the same ones are.

        Raises:
            IndexChanged: one has gone.
        """
        reports = self._rows("SELECT report_row FROM {schema}.report ORDER BY report_row")
        ordinals = self._rows(
            "SELECT ordinal FROM {schema}.vector "
            "WHERE report_row = ANY(%(rows)s::bigint[]) ORDER BY ordinal",
            rows=_drawn(reports, _REPORTS).tolist(),
        )
        if not ordinals:
            return np.zeros(self._dimension, np.float32)
        return np.asarray(self.at(_drawn(ordinals, sample)).mean(axis=0), np.float32)

    def clusters(self) -> tuple[Vectors, NDArray[np.int64]]:
        """The middles of the clusters, (clusters, dimension), and how many vectors each has."""
        found = self._rows(
            "SELECT vectors, halfvec_send(middle) FROM {schema}.cluster ORDER BY number"
        )
        middles = np.array([_vector(middle) for _, middle in found], np.float32)
        return middles.reshape(-1, self._dimension), np.array([size for size, _ in found], np.int64)

    def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - of SQL
        return self._connections.rows(self._asking.plain(statement), values)


def _drawn(rows: list[tuple[Any, ...]], most: int) -> Ordinals:
    """At most so many of the numbers that rows of one column have."""
    numbers = np.array([number for (number,) in rows], np.int64)
    if len(numbers) <= most:
        return numbers
    return np.random.default_rng(0).choice(numbers, most, replace=False)


def _vector(sent: bytes) -> NDArray[np.float32]:
    """A vector as pgvector sends it: two numbers of 16 bits, then halves."""
    return np.frombuffer(sent, ">f2", offset=4).astype(np.float32)
