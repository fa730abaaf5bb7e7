"""A researcher's list of references: RIS, or a table as reference managers write it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

import rispy

from corpus.decoding import decode
from corpus.errors import MetadataError

#: Columns by field, in lower case: plain, Zotero's, Scopus's, PubMed's and Web of Science's names.
COLUMNS: Final = {
    "title": ("title", "article title", "document title", "ti"),
    "abstract": ("abstract", "abstract note", "ab"),
    "doi": ("doi", "di"),
    "year": ("year", "publication year", "py"),
}
_RIS: Final = {
    "title": ("title", "primary_title", "translated_title"),
    "abstract": ("abstract", "notes_abstract"),
    "doi": ("doi",),
    "year": ("year", "publication_year"),
}
_RIS_TAG: Final = re.compile(r"^\s*TY  - ", re.MULTILINE)
LONGEST: Final = 10_000  # characters of a title and an abstract
_DELIMITERS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Reference:
    """A publication somebody lists; `number` is its place in the list, from 1."""

    number: int
    title: str | None = None
    abstract: str | None = None
    doi: str | None = None
    year: int | None = None

    @property
    def text(self) -> str:
        """What it can be compared by, `LONGEST` characters at most; empty where nothing is."""
        return "\n\n".join(part for part in (self.title, self.abstract) if part)[:LONGEST]


def read_references(data: bytes, name: str) -> tuple[Reference, ...]:
    """All references of a list, in order; one without any content is kept, and empty.

    Args:
        data: an RIS file, or a CSV or TSV with a column for titles, abstracts or DOIs.
        name: of the file, for messages.

    Raises:
        MetadataError: it is neither, or holds no reference.
        NotAReport: the encoding cannot be told.
    """
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    rows = _ris(text, name) if _RIS_TAG.search(text[:100_000]) else _table(text, name)
    found = tuple(
        Reference(number, row["title"], row["abstract"], row["doi"], _year(row["year"]))
        for number, row in enumerate(rows, start=1)
    )
    if not found:
        raise MetadataError(f"{name} holds no reference.", cure=_CURE)
    return found


_CURE: Final = "Export the references as RIS, or as CSV with the columns title, abstract, doi."


def _ris(text: str, name: str) -> Iterator[dict[str, str | None]]:
    try:
        entries = rispy.loads(text, skip_unknown_tags=True)
    except Exception as error:  # rispy raises whatever a malformed line makes it raise
        raise MetadataError(f"{name} is no readable RIS file: {error}", cure=_CURE) from error
    for entry in entries:
        yield _picked(entry, _RIS)


def _table(text: str, name: str) -> Iterator[dict[str, str | None]]:
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    csv.field_size_limit(10_000_000)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    columns = {(column or "").strip().casefold() for column in rows.fieldnames or ()}
    known = {each for names in COLUMNS.values() for each in names if names is not COLUMNS["year"]}
    if not columns & known:
        raise MetadataError(
            f"{PurePath(name).name} has no column for titles, abstracts or DOIs.", cure=_CURE
        )
    try:
        for row in rows:
            folded = {(key or "").strip().casefold(): value for key, value in row.items()}
            if any(folded.values()):
                yield _picked(folded, COLUMNS)
    except csv.Error as error:
        raise MetadataError(
            f"{name}, line {rows.line_num}, is malformed: {error}", cure=_CURE
        ) from error


def _picked(row: Mapping[str, Any], names: Mapping[str, tuple[str, ...]]) -> dict[str, str | None]:
    """The fields of a reference, from the first of the names that says something."""
    return {
        field: next((found for each in keys if (found := _plain(row.get(each)))), None)
        for field, keys in names.items()
    }


def _plain(value: object) -> str:
    if isinstance(value, list):
        value = " ".join(map(str, value))
    return " ".join(value.split()) if isinstance(value, str) else ""


def _year(value: str | None) -> int | None:
    found = re.search(r"\b(?:1[89]|20)\d\d\b", value or "")
    return int(found.group()) if found else None
