"""Every statement that asks: none of them changes anything.

What Citus refuses is not used (docs/scale.md): tables are joined by `report_row`, whose rows lie
on one node, with common table expressions, whose results it sends to every node, or with
reference tables; there is no lateral join and no window function over a whole table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from search.index.bm25 import sparse
from search.index.postgres.narrowing import Scope, condition
from search.index.postgres.schema import SPARSE_DIMENSIONS, schema_of

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Weighted:
    """The terms of a question: for each of its words the spellings there are, (id, rarity).

    `passages` is how often passages have one of them, together.
    """

    words: tuple[tuple[tuple[int, float], ...], ...]
    passages: int

    @property
    def ids(self) -> list[int]:
        """Every term's."""
        return sorted({term for word in self.words for term, _ in word})


class Asking:
    """The statements of one generation."""

    def __init__(self, number: int) -> None:
        self._schema = schema_of(number)

    def plain(self, statement: str) -> sql.Composed:
        """A statement whose tables are `{schema}.…`."""
        return sql.SQL(statement).format(schema=self._schema)

    def scope(self, scope: Scope, few: int) -> tuple[sql.Composed, Values]:
        """How many passages may be retrieved, and of which reports where they are few."""
        told, values = condition(scope.within)
        statement = sql.SQL(
            "SELECT coalesce(sum(ranked), 0), "
            "CASE WHEN sum(ranked) <= %(few)s THEN array_agg(report_row) END "
            "FROM {schema}.report r WHERE {told}"
        ).format(schema=self._schema, told=told)
        return statement, values | {"few": few}

    def candidates(
        self,
        vector: str,
        weighted: Weighted,
        scope: Scope | None,
        depth: int,
        *,
        exact: bool,
        rare: bool,
    ) -> tuple[sql.Composed, Values]:
        """The best of both halves, each scored by both, in one visit.

        Rows: ordinal, alike, cosine, BM25, whether the dense half proposed it, whether the
        lexical half did.

        Args:
            vector: of the question.
            weighted: its terms.
            scope: what may be retrieved; None for everything.
            depth: candidates of each half.
            exact: compare vectors one by one.
            rare: look passages up by their terms; else every one is scored, which is quicker
                where many have one.
        """
        near, values = self.nearest([vector], scope, depth, exact=exact)
        score, scoring = _score(weighted)
        within, _ = self._within(scope, "l")
        having = sql.SQL("l.terms && %(terms)s::integer[]" if rare else "true")
        statement = sql.SQL("""
WITH near AS MATERIALIZED ({near}),
worded AS MATERIALIZED (
    SELECT ordinal, report_row FROM (
        SELECT ordinal, report_row, {score} AS score FROM {schema}.lexical l
        WHERE {having} AND {within} ORDER BY score DESC, ordinal LIMIT %(depth)s
    ) AS best WHERE score > 0
),
proposed AS MATERIALIZED (
    SELECT ordinal, report_row, bool_or(dense) AS dense, bool_or(lexical) AS lexical FROM (
        SELECT ordinal, report_row, true AS dense, false AS lexical FROM near
        UNION ALL SELECT ordinal, report_row, false, true FROM worded
    ) AS both_halves GROUP BY ordinal, report_row
)
SELECT p.ordinal, v.alike, -(v.vector <#> %(vector_0)s::halfvec), {score}, p.dense, p.lexical
FROM proposed p
JOIN {schema}.vector v ON v.ordinal = p.ordinal AND v.report_row = p.report_row
JOIN {schema}.lexical l ON l.ordinal = p.ordinal AND l.report_row = p.report_row
""").format(schema=self._schema, near=near, score=score, within=within, having=having)
        return statement, values | scoring | {"terms": weighted.ids}

    def nearest(
        self, vectors: Sequence[str], scope: Scope | None, depth: int, *, exact: bool
    ) -> tuple[sql.Composed, Values]:
        """The passages nearest to any of the vectors: ordinal, report_row, cosine; nearest first.

        Ordered by the cosine, which no index has, they are compared one by one; lists (`exact`
        false) take one vector.
        """
        within, values = self._within(scope, "n")
        asked = {f"vector_{place}": each for place, each in enumerate(vectors)}
        cosines = [
            sql.SQL("-(vector <#> {}::halfvec)").format(sql.Placeholder(name)) for name in asked
        ]
        order = "cosine DESC, ordinal" if exact else "vector <#> %(vector_0)s::halfvec"
        statement = sql.SQL(
            "SELECT ordinal, report_row, greatest({cosines}) AS cosine "
            "FROM {schema}.vector n WHERE {within} "
            "ORDER BY {order} LIMIT %(depth)s"
        ).format(
            cosines=sql.SQL(", ").join(cosines),
            schema=self._schema,
            within=within,
            order=sql.SQL(order),
        )
        return statement, values | asked | {"depth": depth}

    def _within(self, scope: Scope | None, table: str) -> tuple[sql.Composable, Values]:
        if scope is None:
            return sql.SQL("true"), {}
        report_row = sql.Identifier(table, "report_row")
        if scope.rows is not None:
            clause = sql.SQL("{report_row} = ANY(%(rows)s::bigint[])").format(report_row=report_row)
            return clause, {"rows": list(scope.rows)}
        told, values = condition(scope.within)
        clause = sql.SQL(
            "{report_row} IN (SELECT r.report_row FROM {schema}.report r WHERE {told})"
        ).format(report_row=report_row, schema=self._schema, told=told)
        return clause, values


def _score(weighted: Weighted) -> tuple[sql.Composable, Values]:
    """BM25 of `l`, the table of weights: of a word's spellings the one that weighs most counts."""
    alone = [word[0] for word in weighted.words if len(word) == 1]
    several = [word for word in weighted.words if len(word) > 1]
    values: Values = {"asked": sparse(dict(alone), SPARSE_DIMENSIONS)}
    told: list[sql.Composable] = [sql.SQL("-(l.weights <#> %(asked)s::sparsevec)")]
    for number, word in enumerate(several):
        spellings: list[sql.Composable] = []
        for place, (term, rarity) in enumerate(word):
            name = f"spelt_{number}_{place}"
            values[name] = sparse({term: rarity}, SPARSE_DIMENSIONS)
            spellings.append(
                sql.SQL("-(l.weights <#> {}::sparsevec)").format(sql.Placeholder(name))
            )
        told.append(sql.SQL("greatest({})").format(sql.SQL(", ").join(spellings)))
    return sql.SQL("({})").format(sql.SQL(" + ").join(told)), values
