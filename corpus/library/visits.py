"""What gathering remembers: addresses asked, pages of lists, runs."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a centre, and what came of asking it last.

    `place` is what the library knows its report by, through changes of address; `page` the
    landing page that led to it, None for those of lists; `files` are those a landing page led
    to; times are ISO 8601.
    """

    url: str
    centre: str
    place: str
    page: str | None = None
    listed: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    fetched: str | None = None
    sha256: str | None = None
    files: tuple[str, ...] = ()
    fault: str | None = None
    gone: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One gathering: counts by centre and outcome, and what failed, as (address, reason)."""

    started: str
    centres: tuple[str, ...]
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    failures: tuple[tuple[str, str], ...] = ()
    finished: str | None = None


_ADDRESS: Final = tuple(each.name for each in fields(Address))


class Visits:
    """Reads and writes of the tables `address`, `list` and `run`; its owner commits."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def addresses(self, centre: str) -> dict[str, Address]:
        """Every address known of a centre, by URL."""
        return {each.url: each for each in self._addresses(" WHERE centre = ?", centre)}

    def all_addresses(self) -> list[Address]:
        """Every address of every centre; two may hold the same URL."""
        return list(self._addresses(""))

    def _addresses(self, where: str, *values: str) -> Iterator[Address]:
        rows = self._database.execute(
            f"SELECT {', '.join(_ADDRESS)} FROM address{where} ORDER BY rowid",  # noqa: S608 - names of columns
            values,
        )
        return (_address(dict(zip(_ADDRESS, row, strict=True))) for row in rows)

    def put(self, address: Address) -> None:
        """Remember an address, in place of what was known of it."""
        values: dict[str, Any] = asdict(address) | {"files": json.dumps(address.files)}
        changed = ", ".join(f"{name} = excluded.{name}" for name in _ADDRESS)
        self._database.execute(
            f"INSERT INTO address ({', '.join(_ADDRESS)})"  # noqa: S608 - names of columns
            f" VALUES ({', '.join(f':{name}' for name in _ADDRESS)})"
            f" ON CONFLICT (centre, url) DO UPDATE SET {changed}",
            values,
        )

    def pages_of_lists(self) -> dict[str, tuple[str | None, str | None, bytes]]:
        """ETag, Last-Modified and bytes of every page of a list as it was last had, by address."""
        rows = self._database.execute("SELECT url, etag, last_modified, body FROM list")
        return {url: (etag, modified, body) for url, etag, modified, body in rows}

    def put_page_of_list(
        self, url: str, etag: str | None, last_modified: str | None, body: bytes
    ) -> None:
        """Keep a page of a list."""
        self._database.execute(
            "INSERT OR REPLACE INTO list VALUES (?, ?, ?, ?)", (url, etag, last_modified, body)
        )

    def start_run(self, run: Run) -> int:
        """Enter a run that begins; its number."""
        cursor = self._database.execute(
            "INSERT INTO run (started, body) VALUES (?, ?)", (run.started, _packed(run))
        )
        return int(cursor.lastrowid or 0)

    def put_run(self, number: int, run: Run) -> None:
        """Replace what is known of a run."""
        self._database.execute(
            "UPDATE run SET finished = ?, body = ? WHERE number = ?",
            (run.finished, _packed(run), number),
        )

    def runs(self, most: int = 20) -> Iterator[Run]:
        """The latest runs, newest first."""
        rows = self._database.execute(
            "SELECT started, finished, body FROM run ORDER BY number DESC LIMIT ?", (most,)
        )
        for started, finished, body in rows:
            known = json.loads(body)
            yield Run(
                started,
                tuple(known["centres"]),
                known["counts"],
                tuple((url, why) for url, why in known["failures"]),
                finished,
            )


def _packed(run: Run) -> str:
    body = {"centres": run.centres, "counts": run.counts, "failures": run.failures}
    return json.dumps(body, ensure_ascii=False)


def _address(row: dict[str, Any]) -> Address:
    return Address(**{**row, "files": tuple(json.loads(row["files"]))})
