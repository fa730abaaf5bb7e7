"""The tables: which generations there are, and what each holds.

One library a database. Each generation has a schema of its own, since the width of a vector is
part of a column's type and dropping a schema takes no time. `library.generation` names the live
one: the alias that is moved when another, built beside it, takes over.

Passages are addressed by `ordinal` = `report_row` * 2^20 + place, where `report_row` numbers
reports as they came, never twice (the sequence `report_rows` remembers the last one, though its
report may have gone), and `place` the passages of one. What a server wrote before it
was lost may never have reached the standby promoted in its stead: the rows of each timeline begin
above all those the one before can have used, so that what processes hold of a row stays true.

On Citus (docs/scale.md) every table with a `report_row` is distributed by it and lies beside the
others of the same report; `term`, `rarity` and `cluster` are reference tables;
`library.generation` stays on the coordinator. Keys contain `report_row` for that alone.
"""

from typing import Final

from psycopg import sql

PLACES: Final = 1 << 20  # passages a report may have
ROWS: Final = 1 << 32  # reports of a timeline, which PostgreSQL counts up with each promotion
DISTRIBUTED: Final = ("report", "passage", "vector", "lexical", "token")
REFERENCE: Final = ("term", "rarity", "cluster")
#: Terms are numbered from 1, far below what a sparse vector may have.
SPARSE_DIMENSIONS: Final = 1_000_000_000

LIBRARY: Final = """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE SCHEMA IF NOT EXISTS library;
CREATE TABLE IF NOT EXISTS library.generation (
    number bigint PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('building', 'live', 'retired')),
    pivot double precision NOT NULL,  -- mean length in terms that lexical weights rest on
    manifest text NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS one_live ON library.generation (state) WHERE state = 'live';
"""

_GENERATION: Final = """
CREATE SCHEMA {schema};
CREATE TABLE {schema}.report (
    report_row bigint PRIMARY KEY,
    report_id text NOT NULL,
    digest bytea NOT NULL,      -- of all that was written of it
    standing boolean NOT NULL,  -- can be found: not replaced, not withdrawn
    ranked integer NOT NULL,    -- passages of it that have vectors
    year integer,
    strength integer,
    cost integer,
    facets text[] NOT NULL,     -- 'centre:eef', in lower case
    words text[] NOT NULL,      -- the terms of its ranked passages
    body text NOT NULL,
    details text NOT NULL
);
CREATE TABLE {schema}.passage (
    ordinal bigint NOT NULL,
    report_row bigint NOT NULL,
    passage_id text NOT NULL,
    alike bigint NOT NULL,      -- the same for near-duplicates
    ranked boolean NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (ordinal, report_row)
);
CREATE TABLE {schema}.vector (
    ordinal bigint NOT NULL,
    report_row bigint NOT NULL,
    alike bigint NOT NULL,
    vector halfvec({dimension}) STORAGE MAIN NOT NULL, -- in the row, where a page has room
    PRIMARY KEY (ordinal, report_row)
);
CREATE TABLE {schema}.lexical (
    ordinal bigint NOT NULL,
    report_row bigint NOT NULL,
    terms integer[] NOT NULL,
    weights sparsevec NOT NULL, -- of each term, all of BM25 but its rarity
    PRIMARY KEY (ordinal, report_row)
);
CREATE TABLE {schema}.token (
    ordinal bigint NOT NULL,
    report_row bigint NOT NULL,
    records bytea NOT NULL,
    PRIMARY KEY (ordinal, report_row)
);
CREATE TABLE {schema}.term (
    term text COLLATE "C" PRIMARY KEY,
    id integer NOT NULL,
    passages integer NOT NULL   -- that have it
);
CREATE INDEX term_id ON {schema}.term (id);
CREATE TABLE {schema}.rarity (
    token integer PRIMARY KEY,
    passages integer NOT NULL   -- that have it
);
"""

#: As many clusters of the vectors as there are lists, which tell how scattered what is near a
#: question lies: pgvector's own cannot be read. Generations from before have no such table.
_CLUSTERS: Final = """
CREATE TABLE IF NOT EXISTS {schema}.cluster (
    number integer PRIMARY KEY,
    vectors bigint NOT NULL,
    middle halfvec({dimension}) NOT NULL
);
"""

#: Made once the rows are in, which is quicker; harmless where they are there already.
_INDEXES: Final = """
CREATE INDEX IF NOT EXISTS report_id ON {schema}.report (report_id);
CREATE INDEX IF NOT EXISTS report_facets ON {schema}.report USING gin (facets);
CREATE INDEX IF NOT EXISTS passage_row ON {schema}.passage (report_row);
CREATE INDEX IF NOT EXISTS passage_id ON {schema}.passage (passage_id);
CREATE INDEX IF NOT EXISTS passage_alike ON {schema}.passage (alike);
CREATE INDEX IF NOT EXISTS vector_row ON {schema}.vector (report_row);
CREATE INDEX IF NOT EXISTS lexical_row ON {schema}.lexical (report_row);
CREATE INDEX IF NOT EXISTS lexical_terms ON {schema}.lexical USING gin (terms)
    WITH (fastupdate = off);
CREATE INDEX IF NOT EXISTS token_row ON {schema}.token (report_row);
"""

#: Harmless where it is there already: generations from before it have none.
_LAST_ROW: Final = "CREATE SEQUENCE IF NOT EXISTS {schema}.report_rows"

LISTS: Final = "vector_lists"
GRAPH: Final = "vector_nearest"  # HNSW, which generations from before the lists have
_LISTS: Final = """
CREATE INDEX {name} ON {schema}.vector
    USING ivfflat (vector halfvec_ip_ops) WITH (lists = {lists})
"""
_SAMPLED: Final = 50  # vectors for each list that pgvector finds the lists' middles by
_SPARE: Final = 32 * 2**20  # bytes


def schema_of(number: int) -> sql.Identifier:
    """The schema of a generation."""
    return sql.Identifier(f"generation_{number}")


def create(number: int, dimension: int) -> sql.Composed:
    """Statements that make a generation's tables."""
    tables = sql.SQL(_GENERATION).format(schema=schema_of(number), dimension=sql.Literal(dimension))
    return tables + create_clusters(number, dimension)


def create_last_row(number: int) -> sql.Composed:
    """The statement that makes what remembers the last row of a report."""
    return sql.SQL(_LAST_ROW).format(schema=schema_of(number))


def create_clusters(number: int, dimension: int) -> sql.Composed:
    """The statement that makes the table of clusters, where it is not there."""
    return sql.SQL(_CLUSTERS).format(schema=schema_of(number), dimension=sql.Literal(dimension))


def create_indexes(number: int) -> sql.Composed:
    """Statements that make its indexes, the one of vectors left out."""
    return sql.SQL(_INDEXES).format(schema=schema_of(number))


def create_lists(number: int, lists: int) -> sql.Composed:
    """The statement that makes the index of vectors: so many lists (IVF)."""
    return sql.SQL(_LISTS).format(
        name=sql.Identifier(LISTS), schema=schema_of(number), lists=sql.Literal(lists)
    )


def drop_index(number: int, name: str) -> sql.Composed:
    """The statement that drops an index, and waits for whoever reads while others go on."""
    return sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(
        sql.Identifier(f"generation_{number}", name)
    )


def memory_of_lists(lists: int, dimension: int) -> int:
    """Bytes of `maintenance_work_mem` that making so many lists takes.

    pgvector's k-means (Elkan, 2003) bounds the distance of each sampled vector to each middle.
    """
    sampled = lists * _SAMPLED
    return 4 * (sampled * lists + lists * lists) + 8 * dimension * (sampled + lists) + _SPARE


def distribute(number: int) -> list[sql.Composed]:
    """On Citus: statements that spread a generation's empty tables over its nodes."""
    schema = f"generation_{number}"
    first, *others = DISTRIBUTED
    spread = [
        sql.SQL("SELECT create_distributed_table({}, 'report_row')").format(
            sql.Literal(f"{schema}.{first}")
        )
    ]
    spread += [
        sql.SQL("SELECT create_distributed_table({}, 'report_row', colocate_with => {})").format(
            sql.Literal(f"{schema}.{name}"), sql.Literal(f"{schema}.{first}")
        )
        for name in others
    ]
    return spread + [
        sql.SQL("SELECT create_reference_table({})").format(sql.Literal(f"{schema}.{name}"))
        for name in REFERENCE
    ]
