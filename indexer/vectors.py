"""Vectors that were computed before, of texts and their tokens, by model and text."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

from search.encoder.types import Encoded, EncoderSpec, Vectors
from search.index.tokens import Records, pack, record_type

_ASK_AT_ONCE: Final = 500


def key_of(text: str) -> bytes:
    """The key of an embedded text."""
    return hashlib.sha256(text.encode()).digest()


class VectorCache:
    """Vectors of one encoder on disk; what was put is there after a kill. A context manager."""

    def __init__(self, folder: Path, spec: EncoderSpec) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._dimension = spec.dimension
        self._record_type = record_type(spec.token_dimension)
        path = folder / f"{spec.model_hash}.sqlite"
        try:
            self._open(path)
        except sqlite3.DatabaseError:  # a cache can be made anew: the damaged one is set aside
            self._database.close()
            path.replace(path.with_suffix(".damaged"))
            self._open(path)

    def _open(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS vector"
            " (key BLOB PRIMARY KEY, value BLOB NOT NULL, tokens BLOB NOT NULL)"
        )

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self._database.close()

    def missing(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that have no vector yet."""
        wanted = set(keys)
        return wanted - {key for key, _ in self._rows("''", wanted)}

    def put(self, encoded: Mapping[bytes, Encoded]) -> None:
        """Keep what was encoded, all of it or nothing."""
        rows = (
            (
                key,
                np.asarray(each.vector, "<f4").tobytes(),
                pack(each.tokens).tobytes() if each.tokens else b"",
            )
            for key, each in encoded.items()
        )
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", rows)
        self._database.execute("COMMIT")

    def matrix(self, keys: Sequence[bytes]) -> Vectors:
        """The vectors of these keys, shape (len(keys), dimension); all must be there."""
        rows: dict[bytes, list[int]] = {}
        for row, key in enumerate(keys):
            rows.setdefault(key, []).append(row)
        matrix = np.empty((len(keys), self._dimension), np.float32)
        for key, value in self._rows("value", rows):
            matrix[rows.pop(key)] = np.frombuffer(value, "<f4")
        if rows:
            raise KeyError(f"{len(rows)} texts have no vector")
        return matrix

    def tokens(self, keys: Sequence[bytes]) -> Iterator[Records]:
        """The records of these keys' tokens, in order; all must be there."""
        for some in _batched(list(keys), _ASK_AT_ONCE):
            found = dict(self._rows("tokens", set(some)))
            yield from (np.frombuffer(found[key], self._record_type) for key in some)

    def _rows(self, column: str, keys: Iterable[bytes]) -> Iterable[tuple[bytes, bytes]]:
        for some in _batched(list(keys), _ASK_AT_ONCE):
            marks = ",".join("?" * len(some))
            query = f"SELECT key, {column} FROM vector WHERE key IN ({marks})"  # noqa: S608 - ours
            yield from self._database.execute(query, some)


def _batched(keys: list[bytes], size: int) -> Iterable[list[bytes]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
