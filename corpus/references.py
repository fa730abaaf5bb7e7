"""A researcher's list of references: RIS, or a table as reference managers write it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import PurePath
from typing import Final

import rispy

from corpus.decoding import decode
from corpus.errors import MetadataError, ReadingLimit

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
_RIS_START: Final = re.compile(r"^TY  -", re.MULTILINE)
_RIS_END: Final = re.compile(r"^ER  -", re.MULTILINE)
_INDENT: Final = re.compile(r"^[ \t]+(?=[A-Z][A-Z0-9]  -)", re.MULTILINE)
_TELLING: Final = frozenset(
    name for field, names in COLUMNS.items() if field != "year" for name in names
)
LONGEST: Final = 10_000  # characters of a title and an abstract
_DELIMITERS: Final = ",;\t"
_SAID: Final = re.compile(rf'"?sep=([{_DELIMITERS}])"?\s*')  # Excel's own line above the header
_LONGEST_CELL: Final = 10_000_000


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


def read_references(data: bytes, name: str, *, most: int | None = None) -> tuple[Reference, ...]:
    """All references of a list, in order; one without any content is kept, and empty.

    Args:
        data: an RIS file, or a CSV or TSV with a column for titles, abstracts or DOIs.
        name: of the file, for messages.
        most: how many it may hold; reading ends there.

    Raises:
        MetadataError: it is neither, or holds no reference.
        NotAReport: the encoding cannot be told.
        ReadingLimit: it holds more than `most`.
    """
    name = PurePath(name).name
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    header, rows = _opened(text.lstrip("\n"))
    fields = _table(header, rows, name) if _TELLING & set(header) else _ris(text, name)
    found = tuple(
        Reference(number, row["title"], row["abstract"], row["doi"], _year(row["year"]))
        for number, row in enumerate(islice(fields, most and most + 1), start=1)
    )
    if not found:
        raise MetadataError(f"{name} holds no reference.", cure=_CURE)
    if most and len(found) > most:
        raise ReadingLimit(
            f"{name} holds more than {most:,} references, the limit.",
            cure="Send it in parts, or use `evidence related --references` on the machine itself.",
        )
    return found


_CURE: Final = "Export the references as RIS, or as CSV with the columns title, abstract, doi."

Fields = dict[str, str | None]


def _ris(text: str, name: str) -> Iterator[Fields]:
    """Entry by entry: one that nothing ends is ended where the next begins, or the file does."""
    text = _INDENT.sub("", text)
    starts = [found.start() for found in _RIS_START.finditer(text)]
    if not starts:
        raise MetadataError(
            f"{name} is no RIS, and its first line names no column for titles, abstracts or DOIs.",
            cure=_CURE,
        )
    for start, stop in pairwise([*starts, len(text)]):
        end = _RIS_END.search(text, start, stop)
        try:
            (entry,) = rispy.loads(
                f"{text[start : end.start() if end else stop]}\nER  - ", skip_unknown_tags=True
            )
        except Exception as error:  # rispy raises whatever a malformed line makes it raise
            line = text.count("\n", 0, start) + 1
            raise MetadataError(
                f"{name}: the entry from line {line} on is malformed: {error}", cure=_CURE
            ) from error
        yield _picked({field: [entry.get(key) for key in keys] for field, keys in _RIS.items()})


def _opened(text: str) -> tuple[list[str], Iterator[list[str]]]:
    """The columns of a table, in lower case, and its rows; no columns where it has no header."""
    first, _, rest = text.partition("\n")
    said = _SAID.fullmatch(first)
    header = rest.partition("\n")[0] if said else first
    delimiter = said.group(1) if said else max(_DELIMITERS, key=header.count)
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(io.StringIO(rest if said else text), delimiter=delimiter)
    try:
        return [column.strip().casefold() for column in next(rows, [])], rows
    except csv.Error:
        return [], rows


def _table(header: Sequence[str], rows: Iterator[list[str]], name: str) -> Iterator[Fields]:
    places = {
        field: [place for each in names for place, column in enumerate(header) if column == each]
        for field, names in COLUMNS.items()
    }
    number = 0
    try:
        for number, row in enumerate(rows, start=1):  # noqa: B007 - told where it fails
            if any(value.strip() for value in row):
                yield _picked(
                    {
                        field: [row[place] for place in found if place < len(row)]
                        for field, found in places.items()
                    }
                )
    except csv.Error as error:
        raise MetadataError(
            f"{name}, row {number + 1} below the header, is malformed: {error}", cure=_CURE
        ) from error


def _picked(values: Mapping[str, Sequence[object]]) -> Fields:
    """The fields of a reference: of the values of each the first that says something."""
    return {
        field: next((found for each in said if (found := _plain(each))), None)
        for field, said in values.items()
    }


def _plain(value: object) -> str:
    if isinstance(value, list):
        value = " ".join(map(str, value))
    return " ".join(value.split()) if isinstance(value, str) else ""


def _year(value: str | None) -> int | None:
    found = re.search(r"\b(?:1[89]|20)\d\d\b", value or "")
    return int(found.group()) if found else None
