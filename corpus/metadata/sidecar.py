"""Metadata beside reports: CSV, TSV or JSON lines with a `file` or `url` column."""

import csv
import io
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from corpus.centres import identify_centre
from corpus.decoding import decode
from corpus.errors import MetadataError
from corpus.findings import Rating
from corpus.types import Metadata, PublicationType

_SEPARATOR: Final = {".csv": ",", ".tsv": "\t"}
_LINES: Final = frozenset({".jsonl", ".ndjson"})
_FILE: Final = ("file", "filename", "path")
_SHOWN: Final = 20
_PEEK: Final = 65_536


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _listed(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return value or ()


_Text = Annotated[str | None, BeforeValidator(_blank_is_none)]
_Year = Annotated[Annotated[int, Field(ge=1800, le=2100)] | None, BeforeValidator(_blank_is_none)]
_List = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class _Row(BaseModel):
    """A row: columns it does not name are ignored."""

    model_config = ConfigDict(str_strip_whitespace=True)

    file: Annotated[str, Field(min_length=1, validation_alias=AliasChoices(*_FILE))]
    title: _Text = None
    centre: Annotated[_Text, Field(validation_alias=AliasChoices("centre", "publisher"))] = None
    year: _Year = None
    published: Annotated[_Text, Field(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")] = None
    authors: _List = ()
    url: _Text = None
    doi: _Text = None
    isbn: _Text = None
    language: _Text = None
    publication_type: Annotated[PublicationType | None, BeforeValidator(_blank_is_none)] = None
    nations: Annotated[_List, Field(validation_alias=AliasChoices("nations", "nation"))] = ()
    intervention: _Text = None
    population: _Text = None
    outcome: _Text = None
    setting: _Text = None
    licence: Annotated[_Text, Field(validation_alias=AliasChoices("licence", "license"))] = None
    rating: _Text = None
    cost: _Text = None
    impact: _Text = None
    topics: Annotated[_List, Field(validation_alias=AliasChoices("topics", "topic"))] = ()
    study_design: _Text = None


def is_metadata(path: Path) -> bool:
    """Whether a file is a metadata file rather than a report: by its name and its columns."""
    suffix = path.suffix.lower()
    if suffix not in _SEPARATOR and suffix not in _LINES:
        return False
    with path.open("rb") as file:
        first = file.read(_PEEK).decode("utf-8-sig", "replace").split("\n", 1)[0]
    if suffix in _LINES:
        try:
            row = json.loads(first)
        except ValueError:
            return False
        return isinstance(row, dict) and any(name in row for name in _FILE)
    columns = next(csv.reader([first], delimiter=_SEPARATOR[suffix]), [])
    return any(column.strip().lower() in _FILE for column in columns)


def load_metadata(path: Path) -> Mapping[str, Metadata]:
    """What a metadata file says of each file name or address.

    Raises:
        MetadataError: with every fault of the file, by line.
    """
    return _load(path)


def load_addresses(path: Path) -> Mapping[str, Metadata]:
    """What a CSV of addresses says of each: the same columns, `url` in place of `file`.

    Raises:
        MetadataError: with every fault of the file, by line.
    """
    return _load(path, by_url=True)


def _load(path: Path, *, by_url: bool = False) -> Mapping[str, Metadata]:
    found: dict[str, Metadata] = {}
    faults: list[str] = []
    for number, raw in _rows(path, ("url",) if by_url else _FILE):
        try:
            row = _Row.model_validate({**raw, "file": raw.get("url")} if by_url else raw)
        except ValidationError as error:
            faults += [
                f"line {number}: {_column(fault['loc'], by_url=by_url)}: {fault['msg']}"
                for fault in error.errors(include_url=False)
            ]
            continue
        key = row.file if "://" in row.file else os.path.normpath(row.file)
        if by_url and not re.match(r"https?://[^/\s]", key):
            faults.append(f"line {number}: {row.file} is no web address")
        if key in found:
            faults.append(f"line {number}: {row.file} stands twice")
        found[key] = _metadata(row)
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise MetadataError(
            f"{path} has faults: {'; '.join(faults[:_SHOWN])}{more}.",
            cure="Mend these lines; nothing was added.",
        )
    return found


def _column(place: Sequence[int | str], *, by_url: bool) -> str:
    name = str(place[0]) if place else "row"
    return "url" if by_url and name == "file" else name


def _rows(path: Path, keys: Collection[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        text = decode(path.read_bytes())
    except OSError as error:
        raise MetadataError(f"{path} cannot be opened: {error.strerror}.") from error
    suffix = path.suffix.lower()
    if suffix in _LINES:
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield number, _json_row(line)
        return
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=_SEPARATOR.get(suffix, ","), strict=True
    )
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or []]
    if not any(name in keys for name in reader.fieldnames):
        raise MetadataError(
            f"{path} has no column `{next(iter(keys))}`.", cure="Name in it what each row is about."
        )
    try:
        for row in reader:
            yield reader.line_num, {name: value for name, value in row.items() if name}
    except csv.Error as error:
        raise MetadataError(
            f"{path}, line {reader.line_num}: {error}.", cure="Mend the quotes there."
        ) from error


def _json_row(line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def _metadata(row: _Row) -> Metadata:
    return Metadata(
        title=row.title,
        centre=identify_centre(row.centre) if row.centre else None,
        year=row.year,
        published=row.published,
        authors=row.authors,
        url=row.url,
        doi=row.doi,
        isbn=row.isbn,
        language=row.language,
        publication_type=row.publication_type,
        nations=row.nations,
        intervention=row.intervention,
        population=row.population,
        outcome=row.outcome,
        setting=row.setting,
        licence=row.licence,
        rating=Rating(row.rating, row.cost, row.impact),
        topics=row.topics,
        study_design=row.study_design,
    )
