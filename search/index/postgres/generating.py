"""How generations come and go in a database: begun, swapped in, dropped.

The live one takes reports in and lets them go in place, so that adding one rewrites nothing. One
for another model, other passage rules or another index format is built beside it, resumed where
a build was broken off, and swapped in by one transaction. The one replaced stays until the next
swap, for questions under way.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from psycopg import sql

from search.errors import IndexUnusable
from search.index.manifest import Manifest, parse_manifest
from search.index.postgres import schema
from search.index.postgres.connections import Connection
from search.index.postgres.opened import EngineIndex


@dataclass(frozen=True, slots=True)
class Kept:
    """A generation as the database tells of it."""

    number: int
    state: str
    pivot: float
    manifest: Manifest | None  # None where another version of this program wrote it


class Generating:
    """Begins, revises, swaps and drops generations; for one thread."""

    def __init__(
        self, connection: Connection, opened: Callable[[int, Manifest], EngineIndex]
    ) -> None:
        """`opened` opens a generation, live or not, where `connection` writes it."""
        self.connection = connection
        self.opened = opened

    def kept(self, state: str) -> list[Kept]:
        """The generations in a state, oldest first."""
        rows = self.connection.execute(
            "SELECT number, state, pivot, manifest FROM library.generation "
            "WHERE state = %s ORDER BY number",
            (state,),
        ).fetchall()
        return [Kept(number, state, pivot, _or_none(told)) for number, state, pivot, told in rows]

    def begin(self, draft: Manifest, pivot: float) -> Kept:
        """Make an empty generation beside the live one."""
        ((last,),) = self.connection.execute(
            "SELECT coalesce(max(number), 0) FROM library.generation"
        ).fetchall()
        number = last + 1
        with self.connection.transaction():
            self.connection.execute(schema.create(number, draft.encoder.dimension))
            if self._on_citus():
                for statement in schema.distribute(number):
                    self.connection.execute(statement)
            self.connection.execute(
                "INSERT INTO library.generation VALUES (%s, 'building', %s, %s)",
                (number, pivot, _told(draft)),
            )
        return Kept(number, "building", pivot, draft)

    def publish(self, number: int, manifest: Manifest) -> None:
        """Make a generation the live one, or its new manifest known; drop those long replaced."""
        with self.connection.transaction():
            retired = self.kept("retired")
            self.connection.execute(
                "UPDATE library.generation SET state = 'retired' "
                "WHERE state = 'live' AND number <> %s",
                (number,),
            )
            self.connection.execute(
                "UPDATE library.generation SET state = 'live', manifest = %s WHERE number = %s",
                (_told(manifest), number),
            )
        if self.kept("retired") != retired:
            for each in retired:
                self.drop(each.number)

    def drop(self, number: int) -> None:
        """Remove a generation that is not live."""
        with self.connection.transaction():
            self.connection.execute(
                sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema.schema_of(number))
            )
            self.connection.execute("DELETE FROM library.generation WHERE number = %s", (number,))

    def _on_citus(self) -> bool:
        found = self.connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
        return bool(found.fetchall())


def _told(manifest: Manifest) -> str:
    return json.dumps(asdict(manifest), ensure_ascii=False)


def _or_none(told: str) -> Manifest | None:
    try:
        return manifest_of(told)
    except IndexUnusable:
        return None


def manifest_of(told: str) -> Manifest:
    """A manifest as it is kept; raises IndexUnusable."""
    return parse_manifest(json.loads(told), "The index's manifest")
