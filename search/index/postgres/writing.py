"""Every statement that writes: reports in and out, in bulk, each batch one transaction.

A report is there whole or not at all, and what is there already is known by its digest: a write
that was broken off is done again without doubling or losing anything.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from psycopg import sql

from search.encoder.types import Vectors
from search.index.bm25 import sparse, weights
from search.index.postgres import schema
from search.index.postgres.connections import Connection
from search.index.postgres.rows import (
    TABLES,
    PassageRow,
    ReportRow,
    passage_values,
    report_values,
    vector_text,
)
from search.index.tokens import Records, record_type

_ROOM: Final = "maintenance_work_mem"
_OF_ROWS: Final = "report_row = ANY(%(rows)s::bigint[])"


class Writer:
    """Writes into one generation over a connection of its own; for one thread."""

    def __init__(
        self, connection: Connection, number: int, *, pivot: float, token_dimension: int
    ) -> None:
        self._connection = connection
        self._number = number
        self._pivot = pivot
        self._kind = record_type(token_dimension)
        connection.execute(schema.create_last_row(number))
        last_row = max(self._most("report", "report_row"), self._most("report_rows", "last_value"))
        self._next_row = max(last_row + 1, self._timeline() * schema.ROWS)
        self._next_term = self._most("term", "id") + 1

    def held(self) -> dict[str, tuple[int, bytes]]:
        """Row and digest of every report that is in, by id."""
        found = self._execute("SELECT report_id, report_row, digest FROM {schema}.report")
        return {report_id: (row, bytes(digest)) for report_id, row, digest in found}

    def replace(self, gone: Sequence[int], new: Iterable[ReportRow]) -> None:
        """Take the reports at some rows out and put others in, in one transaction."""
        with self._connection.transaction():
            if gone:
                self._remove(list(gone))
            rows = [(self._next_row + place, each) for place, each in enumerate(new)]
            if rows:
                self._execute("SELECT setval('{schema}.report_rows', %(row)s)", row=rows[-1][0])
                self._add(rows)
        self._next_row += len(rows)

    def make_indexes(self) -> None:
        """Make the indexes that are not there, that of vectors left out; gather statistics."""
        self._connection.execute(schema.create_indexes(self._number))
        for table in TABLES:
            self._execute(f"ANALYZE {{schema}}.{table}")

    def make_lists(self, lists: int, dimension: int) -> None:
        """Make the index of vectors anew: so many lists. Nobody may be asking any that is there.

        Args:
            lists: how many.
            dimension: of a vector.
        """
        self.drop_vector_indexes()  # a graph beside them might be taken for them
        with self._connection.transaction():
            ((held,),) = self._execute(
                "SELECT pg_size_bytes(current_setting(%(name)s))", name=_ROOM
            )
            room = max(held, schema.memory_of_lists(lists, dimension)) // 1024
            wanted = sql.SQL("SET LOCAL {} = {}")  # Citus passes that on, no `set_config`
            self._connection.execute(wanted.format(sql.Identifier(_ROOM), sql.Literal(f"{room}kB")))
            self._connection.execute(schema.create_lists(self._number, lists))

    def write_clusters(self, middles: Vectors, sizes: Sequence[int]) -> None:
        """Write clusters of the vectors, in place of any that are there.

        Args:
            middles: shape (clusters, dimension).
            sizes: how many vectors each has.
        """
        with self._connection.transaction():
            self._connection.execute(schema.create_clusters(self._number, middles.shape[1]))
            self._execute("DELETE FROM {schema}.cluster")
            self._execute(
                "INSERT INTO {schema}.cluster SELECT * FROM "
                "unnest(%(numbers)s::integer[], %(sizes)s::bigint[], %(middles)s::halfvec[])",
                numbers=list(range(len(middles))),
                sizes=list(sizes),
                middles=[vector_text(middle) for middle in middles],
            )

    def drop_vector_indexes(self) -> None:
        """Drop the indexes of vectors, which nobody may be asking; waits for whoever reads."""
        for name in (schema.GRAPH, schema.LISTS):
            self._connection.execute(schema.drop_index(self._number, name))

    def _add(self, rows: Sequence[tuple[int, ReportRow]]) -> None:
        ranked = [p.ranked for _, each in rows for p in each.passages if p.ranked]
        numbers = self._count_terms(Counter(term for part in ranked for term in part.terms))
        self._count_tokens(_tokens_of(part.tokens for part in ranked), 1)
        content: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
        for row, each in rows:
            content["report"].append(report_values(row, each))
            for passage in each.passages:
                ordinal = row * schema.PLACES + passage.place
                content["passage"].append(passage_values(ordinal, row, passage))
                if passage.ranked:
                    self._ranked(ordinal, row, passage, numbers, content)
        for table, columns in TABLES.items():
            copy = sql.SQL("COPY {}.{} ({}) FROM STDIN").format(
                schema.schema_of(self._number),
                sql.Identifier(table),
                sql.SQL(columns),
            )
            with self._connection.cursor() as cursor, cursor.copy(copy) as out:
                for values in content[table]:
                    out.write_row(values)

    def _ranked(
        self,
        ordinal: int,
        row: int,
        passage: PassageRow,
        numbers: Mapping[str, int],
        content: Mapping[str, list[tuple[Any, ...]]],
    ) -> None:
        part = passage.ranked
        if part is None:
            return
        content["vector"].append((ordinal, row, passage.alike, vector_text(part.vector)))
        weighed = {numbers[term]: w for term, w in weights(part.terms, self._pivot).items()}
        terms = "{" + ",".join(map(str, sorted(weighed))) + "}"
        told = sparse(weighed, schema.SPARSE_DIMENSIONS)
        content["lexical"].append((ordinal, row, terms, told))
        if part.tokens is not None:
            content["token"].append((ordinal, row, part.tokens.tobytes()))

    def _remove(self, rows: list[int]) -> None:
        found = self._execute(
            f"SELECT terms FROM {{schema}}.lexical WHERE {_OF_ROWS}",  # noqa: S608 - ours
            rows=rows,
        )
        counts = Counter(term for (each,) in found for term in each)
        known = self._execute(
            "SELECT term, id FROM {schema}.term WHERE id = ANY(%(ids)s::integer[])",
            ids=list(counts),
        )
        self._add_to_terms([(term, number, -counts[number]) for term, number in known])
        found = self._execute(
            f"SELECT records FROM {{schema}}.token WHERE {_OF_ROWS}",  # noqa: S608 - ours
            rows=rows,
        )
        records = (np.frombuffer(each, self._kind) for (each,) in found)
        self._count_tokens(_tokens_of(records), -1)
        for table in TABLES:
            self._execute(f"DELETE FROM {{schema}}.{table} WHERE {_OF_ROWS}", rows=rows)  # noqa: S608 - ours

    def _count_terms(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Count passages that have these terms; their numbers, new ones for new terms."""
        numbers = dict(
            self._execute(
                "SELECT term, id FROM {schema}.term WHERE term = ANY(%(terms)s::text[])",
                terms=list(counts),
            )
        )
        for term in sorted(counts.keys() - numbers.keys()):
            numbers[term] = self._next_term
            self._next_term += 1
        self._add_to_terms([(term, numbers[term], count) for term, count in counts.items()])
        return numbers

    def _add_to_terms(self, counts: Sequence[tuple[str, int, int]]) -> None:
        """Add to how many passages have a term: its text, its number, how many more or fewer."""
        self._execute(
            "INSERT INTO {schema}.term (term, id, passages) SELECT * FROM "
            "unnest(%(terms)s::text[], %(numbers)s::integer[], %(more)s::integer[]) "
            "ON CONFLICT (term) DO UPDATE SET passages = term.passages + excluded.passages",
            terms=[term for term, _, _ in counts],
            numbers=[number for _, number, _ in counts],
            more=[more for *_, more in counts],
        )

    def _count_tokens(self, counts: Mapping[int, int], sign: int) -> None:
        self._execute(
            "INSERT INTO {schema}.rarity (token, passages) SELECT * FROM "
            "unnest(%(tokens)s::integer[], %(numbers)s::integer[]) "
            "ON CONFLICT (token) DO UPDATE SET passages = rarity.passages + excluded.passages",
            tokens=list(counts),
            numbers=[sign * count for count in counts.values()],
        )

    def _timeline(self) -> int:
        """Which timeline the server writes: 1 until a standby is promoted."""
        ((name,),) = self._execute("SELECT pg_walfile_name(pg_current_wal_lsn())")
        return int(name[:8], 16)

    def _most(self, table: str, column: str) -> int:
        ((most,),) = self._execute(f"SELECT coalesce(max({column}), 0) FROM {{schema}}.{table}")  # noqa: S608 - ours
        return int(most)

    def _execute(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - of SQL
        composed = sql.SQL(statement).format(schema=schema.schema_of(self._number))
        cursor = self._connection.execute(composed, values or None)
        return cursor.fetchall() if cursor.description else []


def _tokens_of(passages: Iterable[Records | None]) -> Counter[int]:
    """In how many passages each token stands."""
    return Counter(
        token
        for records in passages
        if records is not None
        for token in np.unique(records["id"]).tolist()
    )
